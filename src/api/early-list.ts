/**
 * The list's first request, shared by the page's two entries: the tiny one starts it before the framework is
 * there, and the program adopts that very promise. Whichever comes first asks, and the other does not.
 */
import { RECORDINGS } from '../contract/endpoints.ts'
import { readList, type RecordingList } from '../contract/recording.ts'
import {
  resolveSearch,
  writeApiQuery,
  writePageQuery,
  type FilterName,
  type PageQuery,
  type Search,
} from '../contract/search.ts'
import { hostNow } from './boot.ts'
import { clockFor } from './clock-for.ts'
import { request, type RequestOptions } from './request.ts'

/** One page of a search, with the query and the time it was asked at. */
export interface ListAnswer {
  readonly list: RecordingList
  /** The query as the bookmark says it. */
  readonly query: PageQuery
  /** The host's time when it was asked, ms since the Unix epoch. */
  readonly asOfMs: number
  /** The query as the API was asked it, its periods resolved. */
  readonly search: Search
}

/** Filters that can be read but match nothing, such as a reversed range. A query that has one is not asked. */
export const impossibleFilters = (query: PageQuery): FilterName[] =>
  resolveSearch(query.search, clockFor(query)).impossible

/** Asks for one page as of now. @throws as `request` does. */
export async function askList(query: PageQuery, ask: RequestOptions): Promise<ListAnswer> {
  const { search } = resolveSearch(query.search, clockFor(query))
  const asOfMs = hostNow()
  const path = `${RECORDINGS}?${writeApiQuery(search, query)}`
  const list = await request(path, readList, ask)
  return { list, query, asOfMs, search }
}

interface Started {
  readonly key: string
  readonly answer: Promise<ListAnswer>
  readonly abort: AbortController
}

let started: Started | null = null
let settled = false

/** Starts the request before the program is there. Does nothing once the program has taken over. */
export function startEarly(query: PageQuery): void {
  if (settled || impossibleFilters(query).length > 0) return
  const abort = new AbortController()
  const answer = askList(query, { signal: abort.signal })
  answer.catch(() => undefined)
  started = { key: writePageQuery(query), answer, abort }
}

/** The early answer, if it was for this query. It is given out once, and from now on nothing starts early. */
export function adoptEarly(query: PageQuery, signal: AbortSignal): Promise<ListAnswer> | null {
  settled = true
  const early = started
  started = null
  if (!early) return null
  if (early.key !== writePageQuery(query)) {
    early.abort.abort()
    return null
  }
  signal.addEventListener('abort', () => early.abort.abort(), { once: true })
  return early.answer
}
