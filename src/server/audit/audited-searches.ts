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

const PER_SESSION = 8
const MAX_SESSIONS = 2000

/** A search that has its line. */
interface Told {
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

export interface AuditedSearches {
  /** From now on the session's requests may be part of this search. */
  add(session: string, search: Search, count: number): void
  /** The client left: the line says so, and covers nothing. @param session null for a script, which has none. */
  forget(session: string | null, search: Search): void
  /** Whether a count shows nothing beyond a search of the session. */
  includeCount(session: string, asked: Search, paging: Paging): boolean
  /** Whether pages of this search may be part of a search of the session; `include` decides by the answer. */
  mayInclude(session: string, asked: Search): boolean
  /** Whether a line of the session covers these recordings: all existed then, and no more match than did then. */
  include(session: string, asked: Search, answer: AnsweredSearch): boolean
}

export function createAuditedSearches(nowMs: () => number): AuditedSearches {
  const sessions = new BoundedMap<string, readonly Told[]>(MAX_SESSIONS)
  const toldTo = (session: string): readonly Told[] => sessions.get(session) ?? []
  return {
    add(session, search, count) {
      const known = toldTo(session)
      sessions.set(session, [...known, { search, count, atMs: nowMs() }].slice(-PER_SESSION))
    },
    forget(session, search) {
      if (session === null) return
      const kept = toldTo(session).filter((told) => told.search !== search)
      if (sessions.has(session)) sessions.set(session, kept)
    },
    includeCount: (session, asked, { page, pageSize }) =>
      page === 0 && pageSize === 1 && toldTo(session).some(({ search }) => isBeside(asked, search)),
    mayInclude: (session, asked) => toldTo(session).some(({ search }) => isInside(asked, search)),
    include: (session, asked, { totalCount, recordings }) =>
      toldTo(session).some(
        ({ search, count, atMs }) =>
          isInside(asked, search) && totalCount <= count && recordings.every((row) => wasThere(row, atMs)),
      ),
  }
}
