/**
 * The list's first request, shared by two entries of the page: the tiny one that starts it before the framework
 * is there, and the program that adopts that very promise. Whoever comes first asks; it is asked once.
 */
import { RECORDINGS } from '../contract/endpoints.ts'
import { readList, type RecordingList } from '../contract/recording.ts'
import {
  resolveSearch,
  writeApiQuery,
  writePageQuery,
  type PageQuery,
  type Search,
} from '../contract/search.ts'
import type { Clock } from '../contract/filter-kinds.ts'
import { hostNow } from './boot.ts'
import { request, type RequestOptions } from './request.ts'

/** One page of a search, and when and what exactly was asked. */
export interface ListAnswer {
  readonly list: RecordingList
  /** What was asked, as the bookmark says it. */
  readonly query: PageQuery
  /** The host's time when it was asked, ms since the Unix epoch. */
  readonly asOfMs: number
  readonly search: Search
}

/** Asks for one page now. The clock resolves the bookmark's periods. */
export async function askList(query: PageQuery, clock: Clock, ask: RequestOptions): Promise<ListAnswer> {
  const { search } = resolveSearch(query.search, clock)
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
export function startEarly(query: PageQuery, clock: Clock): void {
  if (settled) return
  const abort = new AbortController()
  const answer = askList(query, clock, { signal: abort.signal })
  answer.catch(() => undefined)
  started = { key: writePageQuery(query), answer, abort }
}

/** The early request, if it was for this query; from now on nothing starts early. An answer is given out once. */
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
