/** Refuses what PostgreSQL cannot hold or search. */
import { RowError, type NewRecording } from '../archive/new-recording.ts'

/** PostgreSQL's texts hold every character but this one. */
const NUL = '\u0000'

/** A loop over the names makes no garbage, and an import runs it for every row. */
function refuseNul(fields: object, within: string): void {
  for (const name in fields) {
    const value = (fields as Readonly<Record<string, unknown>>)[name]
    if (typeof value === 'string' && value.includes(NUL))
      throw new RowError(`${within}${name} holds the character U+0000, which PostgreSQL cannot store`)
    if (typeof value === 'object' && value !== null) refuseNul(value, `${name}.`)
  }
}

/** An index holds no longer text. */
const INDEXED_BYTES = 500
/** A text has at most three bytes for each of its UTF-16 units. */
const SURELY_SHORT = Math.floor(INDEXED_BYTES / 3)

function refuseLong(name: string, text: string | null | undefined): void {
  if (!text || text.length <= SURELY_SHORT || Buffer.byteLength(text) <= INDEXED_BYTES) return
  throw new RowError(`${name} is longer than ${INDEXED_BYTES} bytes, which PostgreSQL cannot search`)
}

/** @throws RowError naming the field that cannot be stored or searched. */
export function refuseUnstorable(recording: NewRecording): void {
  refuseNul(recording, '')
  const { localNumber, remoteNumber, owner, preservingUser } = recording
  refuseLong('localPartyNumber', localNumber)
  refuseLong('remotePartyNumber', remoteNumber)
  refuseLong('ownerUsername', owner?.username)
  refuseLong('ownerGroup', owner?.group)
  refuseLong('preservingUser', preservingUser?.username)
}
