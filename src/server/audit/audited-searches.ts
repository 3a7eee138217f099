/**
 * Finds requests that are part of a search that already has its line: its other pages, the bars above it, the counts
 * beside it. The page states the purpose of a request. This module checks, from the search and the answer, that the
 * request shows no more than the line covers.
 */
import type { TimeFilter } from '../../contract/filter-kinds.ts'
import { readRecording } from '../../contract/recording.ts'
import {
  filterNames,
  isTimeFilter,
  type FilterName,
  type Paging,
  type Search,
} from '../../contract/search.ts'
import { plainFilter } from './digests.ts'
import { BoundedMap } from '../platform/bounded-map.ts'

/** The newest searches of a session that are remembered. */
export const SEARCHES_KEPT = 8
const MAX_SESSIONS = 2000

/** A search that has its line. */
export interface ToldSearch {
  /** Unlike any other's. */
  readonly id: string
  readonly search: Search
  /** How many recordings matched. */
  readonly count: number
  /** Time of the answer, ms since the Unix epoch. */
  readonly atMs: number
}

/** What a request would show. */
export interface AnsweredSearch {
  readonly totalCount: number
  readonly recordings: readonly unknown[]
}

function rangeOf(filter: TimeFilter | undefined): readonly [fromMs: number, toMs: number] {
  if (!filter) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (filter.op === 'between') return [filter.from, filter.to]
  return [
    filter.op === 'before' ? Number.NEGATIVE_INFINITY : filter.at,
    filter.op === 'after' ? Number.POSITIVE_INFINITY : filter.at,
  ]
}

function lies(inner: TimeFilter | undefined, outer: TimeFilter | undefined): boolean {
  const [[from, to], [first, last]] = [rangeOf(inner), rangeOf(outer)]
  return from >= first && to <= last
}

function isEqual(name: FilterName, one: Search, other: Search): boolean {
  const [a, b] = [plainFilter(one, name), plainFilter(other, name)]
  return a?.op === b?.op && a?.value === b?.value
}

/** A period that moves with the clock begins later with each request, and so stays inside. */
const isInside = (asked: Search, of: Search): boolean =>
  filterNames.every((name) => (isTimeFilter(name) ? lies(asked[name], of[name]) : isEqual(name, asked, of)))

/** A count without a filter, or in another period, shows a number and no recording. */
const isBeside = (asked: Search, of: Search): boolean =>
  filterNames.every((name) => isTimeFilter(name) || asked[name] === undefined || isEqual(name, asked, of))

/** Whether a recording existed when the search was answered. An unreadable one does not say, and counts. */
function wasThere(row: unknown, atMs: number): boolean {
  const { start, duration } = readRecording(row) ?? {}
  return !start || start.epochMs + (duration?.durationMs ?? 0) <= atMs
}

/** Whether a count shows nothing beyond one of these searches. */
export const includeCount = (
  told: readonly ToldSearch[],
  asked: Search,
  { page, pageSize }: Paging,
): boolean => page === 0 && pageSize === 1 && told.some(({ search }) => isBeside(asked, search))

/** Whether pages of the search may be part of one of these; `include` decides by the answer. */
export const mayInclude = (told: readonly ToldSearch[], asked: Search): boolean =>
  told.some(({ search }) => isInside(asked, search))

/** Whether one of these lines covers the recordings: all existed then, and no more match than did then. */
export const include = (told: readonly ToldSearch[], asked: Search, answer: AnsweredSearch): boolean =>
  told.some(
    ({ search, count, atMs }) =>
      isInside(asked, search) &&
      answer.totalCount <= count &&
      answer.recordings.every((row) => wasThere(row, atMs)),
  )

/** The searches of sessions that have their lines. */
export interface AuditedSearches {
  /** Those of the session, in the order of their lines. */
  of(session: string): Promise<readonly ToldSearch[]>
  /** From now on the session's requests may be part of this search. */
  add(session: string, told: ToldSearch): Promise<void>
  /** The client left: the line says so, and covers nothing. */
  forget(session: string, told: ToldSearch): Promise<void>
}

/** Remembers the searches that this host itself wrote lines for. */
export function ownAuditedSearches(): AuditedSearches {
  const sessions = new BoundedMap<string, readonly ToldSearch[]>(MAX_SESSIONS)
  const toldTo = (session: string): readonly ToldSearch[] => sessions.get(session) ?? []
  return {
    of: async (session) => toldTo(session),
    async add(session, told) {
      sessions.set(session, [...toldTo(session), told].slice(-SEARCHES_KEPT))
    },
    async forget(session, told) {
      const kept = toldTo(session).filter(({ id }) => id !== told.id)
      if (sessions.has(session)) sessions.set(session, kept)
    },
  }
}
