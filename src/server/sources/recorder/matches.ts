/**
 * Whether a row can be an answer to the search. A release that does not know a filter ignores it and answers with all
 * recordings, which would then stand under a heading that says otherwise. A difference that the vendor leaves open
 * (whether a bound is included, how finely times are compared) is no mismatch, and neither is an unreadable field.
 */
import type { TextFilter, TimeFilter } from '../../../contract/filter-kinds.ts'
import { readRecording, type Recording } from '../../../contract/recording.ts'
import { filterNames, type FilterName, type Search } from '../../../contract/search.ts'

/** A recorder may compare whole seconds, although the search has milliseconds. */
const SECOND_MS = 1000
/** Such a second, another one by which the start was cut, and the hundredths in which durations are written. */
const END_SLACK_MS = 2 * SECOND_MS + 10

function fitsTime(atMs: number | null, filter: TimeFilter, slackMs: number): boolean {
  if (atMs === null) return true
  switch (filter.op) {
    case 'equals':
      return Math.abs(atMs - filter.at) < Math.max(SECOND_MS, slackMs)
    case 'after':
      return atMs >= filter.at - slackMs
    case 'before':
      return atMs <= filter.at + slackMs
    case 'between':
      return atMs >= filter.from - slackMs && atMs <= filter.to + slackMs
  }
}

/** A start that is written as a whole second may have been later within that second. */
const startSlackMs = (atMs = 0): number => (atMs % SECOND_MS === 0 ? SECOND_MS : 0)

const endOf = ({ start, duration }: Recording): number | null =>
  start && duration ? start.epochMs + duration.durationMs : null

/** A database compares with or without regard to case, depending on its set-up. */
function fitsText(text: string | null, { op, text: wanted }: TextFilter<'equals' | 'contains'>): boolean {
  const [given, sought] = [(text ?? '').toLowerCase(), wanted.toLowerCase()]
  return op === 'contains' ? given.includes(sought) : given === sought
}

type Check<Name extends FilterName> = (recording: Recording, filter: NonNullable<Search[Name]>) => boolean

const checks: { readonly [Name in FilterName]: Check<Name> } = {
  startTime: ({ start }, filter) => fitsTime(start?.epochMs ?? null, filter, startSlackMs(start?.epochMs)),
  endTime: (recording, filter) => fitsTime(endOf(recording), filter, END_SLACK_MS),
  localPartyNumber: ({ localPartyNumber }, filter) => fitsText(localPartyNumber, filter),
  remotePartyNumber: ({ remotePartyNumber }, filter) => fitsText(remotePartyNumber, filter),
  ownerUsername: ({ ownerUsername }, filter) => fitsText(ownerUsername, filter),
  direction: ({ direction }, filter) => direction === null || direction === filter,
}

function fits<Name extends FilterName>(name: Name, recording: Recording, search: Search): boolean {
  const filter = search[name]
  if (filter === undefined || name in recording.unreadable) return true
  return checks[name](recording, filter as NonNullable<Search[Name]>)
}

/** @returns the first filter that a row does not match, or null if all rows can be answers. */
export function mismatch(rows: readonly unknown[], search: Search): FilterName | null {
  const asked = filterNames.filter((name) => search[name] !== undefined)
  if (asked.length === 0) return null
  for (const row of rows) {
    const recording = readRecording(row)
    const wrong = recording && asked.find((name) => !fits(name, recording, search))
    if (wrong) return wrong
  }
  return null
}
