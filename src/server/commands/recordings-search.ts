/** The search of a command, in the form of the page's query string. */
import type { Search } from '../../contract/search.ts'
import { isParameter, readPageQuery, resolveSearch, type Paging } from '../../contract/search.ts'
import { makeClock } from '../../clock/clock.ts'
import { UsageError } from './run-command.ts'

export interface CommandSearch {
  readonly search: Search
  readonly paging: Paging
}

/** The part of an address after the `?`, or the whole text without one. */
const queryOf = (text: string): string => text.slice(text.indexOf('?') + 1)

/**
 * Reads a search and resolves its periods by the clock. The page reports and drops unknown filters. A command refuses
 * them, because the rest would match more recordings than intended.
 * @param nowMs ms since the Unix epoch.
 * @throws UsageError naming the first part that was not understood.
 */
export function readSearch(text: string, nowMs: number): CommandSearch {
  const params = new URLSearchParams(queryOf(text))
  const strange = [...params.keys()].find((name) => !isParameter(name))
  if (strange !== undefined) throw new UsageError(`--search has no filter ${strange}: nothing was done.`)
  const { query, dropped } = readPageQuery(params)
  const [first] = dropped
  if (first)
    throw new UsageError(`--search cannot be read at ${first.name}=${first.value}: nothing was done.`)
  const { search, impossible } = resolveSearch(query.search, makeClock(nowMs, query.tz))
  if (impossible.length > 0) {
    throw new UsageError(`--search ends before it starts at ${impossible.join(', ')}: nothing was done.`)
  }
  return { search, paging: { page: query.page, pageSize: query.pageSize } }
}
