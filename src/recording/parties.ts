/** Who spoke with whom, in words. */
import { directions } from '../contract/filter-kinds.ts'
import type { Recording, User } from '../contract/recording.ts'
import { detailText } from '../text/detail-text.ts'

/** `Rossi, Maria`, or null where neither name is known. */
export const nameOfUser = ({ firstName, lastName }: User): string | null =>
  [lastName, firstName].filter((part) => part !== undefined).join(', ') || null

export interface Party {
  readonly kind: 'person' | 'number' | 'unknown'
  readonly text: string
}

export interface Parties {
  /** A sentence with `{us}` and `{them}`, in the order of the call. */
  readonly sentence: string
  readonly us: Party
  readonly them: Party
}

type Told = Pick<Recording, 'direction' | 'ownerUsername' | 'localPartyNumber' | 'remotePartyNumber'>

/** The owner, or else the local number, and the remote number. A missing one is called unknown. */
export function partiesOf(recording: Told, ownerName: string | null): Parties {
  const t = detailText.get()
  const { direction, ownerUsername, localPartyNumber, remotePartyNumber } = recording
  const kind = directions[direction ?? 0]
  const person = ownerName ?? ownerUsername
  const themFirst = kind === 'incoming'
  const nobody = (first: boolean): Party => ({
    kind: 'unknown',
    text: first ? t.unknownFirst : t.unknownThen,
  })
  const number = (text: string | null, first: boolean): Party =>
    text === null ? nobody(first) : { kind: 'number', text }
  return {
    sentence: { unknown: t.together, incoming: t.calledIn, outgoing: t.calledOut }[kind],
    us: person === null ? number(localPartyNumber, !themFirst) : { kind: 'person', text: person },
    them: number(remotePartyNumber, themFirst),
  }
}

/** The sentence as plain text, for the tab's title. */
export const partiesText = ({ sentence, us, them }: Parties): string =>
  sentence.replace(/\{(us|them)\}/g, (_, name: string) => (name === 'us' ? us : them).text)
