/**
 * Which requests are part of a search that has its line already: its other pages, the bars above it, the counts
 * beside it. The page says what a request is for, and is believed only where the request shows no more.
 */
import type { TimeFilter } from '../../contract/filter-kinds.ts'
import { filterNames, type FilterName, type Paging, type Search } from '../../contract/search.ts'
import { plainFilter } from './digests.ts'

const PER_SESSION = 8
const MAX_SESSIONS = 2000
/** A period that rolls on with the clock has other bounds each time it is asked. */
const TOLERANCE_MS = 15 * 60_000

const timeNames = ['startTime', 'endTime'] as const
const isTime = (name: FilterName): boolean => timeNames.some((time) => time === name)

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
  return from >= first - TOLERANCE_MS && to <= last + TOLERANCE_MS
}

function isEqual(name: FilterName, one: Search, other: Search): boolean {
  const [a, b] = [plainFilter(one, name), plainFilter(other, name)]
  return a?.op === b?.op && a?.value === b?.value
}

function isPart(asked: Search, paging: Paging, of: Search): boolean {
  // One row of the first page shows how many match, and next to nothing besides.
  const isCount = paging.page === 0 && paging.pageSize === 1
  return (
    filterNames.every((name) => {
      if (isTime(name)) return true
      return (isCount && asked[name] === undefined) || isEqual(name, asked, of)
    }) &&
    (isCount || timeNames.every((name) => lies(asked[name], of[name])))
  )
}

export interface AuditedSearches {
  /** From now on the session's requests may be part of this search. */
  add(session: string, search: Search): void
  /** Whether the session searched for this already. */
  include(session: string, asked: Search, paging: Paging): boolean
}

export function createAuditedSearches(): AuditedSearches {
  const sessions = new Map<string, readonly Search[]>()
  return {
    add(session, search) {
      const known = sessions.get(session) ?? []
      // Put at the end again: who searched last is forgotten last.
      sessions.delete(session)
      sessions.set(session, [...known, search].slice(-PER_SESSION))
      const oldest = sessions.size > MAX_SESSIONS ? sessions.keys().next().value : undefined
      if (oldest !== undefined) sessions.delete(oldest)
    },
    include: (session, asked, paging) =>
      (sessions.get(session) ?? []).some((search) => isPart(asked, paging, search)),
  }
}
