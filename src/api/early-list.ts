/**
 * The list's first request, shared by the page's two entries. The tiny one starts it before the framework loads, and
 * the program adopts the same promise. Only the first of the two sends the request.
 */
import { listEndpoint } from '../contract/endpoints.ts'
import { readList, type RecordingList } from '../contract/recording.ts'
import {
  resolveSearch,
  writePageQuery,
  type FilterName,
  type PageQuery,
  type Search,
} from '../contract/search.ts'
import { makeClock } from '../clock/clock.ts'
import { boot, hostNow } from './boot.ts'
import { clockFor } from './clock-for.ts'
import { request, type RequestOptions } from './request.ts'

/** One page of a search, with its query and the time of the request. */
export interface ListAnswer {
  readonly list: RecordingList
  /** The query as in the bookmark. */
  readonly query: PageQuery
  /** The host's time of the request, ms since the Unix epoch. */
  readonly asOfMs: number
  /** The query as sent to the API, with its periods resolved. */
  readonly search: Search
}

/** Filters that can be read but cannot match, such as a reversed range. A query with one of them is not sent. */
export const impossibleFilters = (query: PageQuery): FilterName[] =>
  resolveSearch(query.search, clockFor(query)).impossible

/**
 * Requests one page.
 * @param asOfMs the host's time that the bookmark's periods lead up to, by default now.
 * @throws as `request` does.
 */
export async function askList(
  query: PageQuery,
  ask: RequestOptions,
  asOfMs: number = hostNow(),
): Promise<ListAnswer> {
  const { search } = resolveSearch(query.search, makeClock(asOfMs, query.tz))
  const list = await request(listEndpoint(search, query), readList, ask)
  return { list, query, asOfMs, search }
}

interface Started {
  readonly key: string
  readonly answer: Promise<ListAnswer>
  readonly abort: AbortController
}

let started: Started | null = null
let settled = false

/** As long as the document names the request, the browser goes on with it, even if nothing waits for its answer. */
const removePreload = (): void => document.querySelector('link[rel="preload"][as="fetch"]')?.remove()

/**
 * Starts the request before the program loads. Does nothing once the program has taken over. It asks as of the
 * document's own time, because the host has named this very request in the document, and the browser has sent it
 * already. If the browser's zone is not the one that the host knows, the address differs, and this sends its own.
 */
export function startEarly(query: PageQuery): void {
  if (settled || impossibleFilters(query).length > 0) return
  const abort = new AbortController()
  const answer = askList(query, { signal: abort.signal }, boot.nowMs)
  answer.catch(() => undefined)
  abort.signal.addEventListener('abort', removePreload)
  started = { key: writePageQuery(query), answer, abort }
}

/** The early answer if it comes within that time, in ms; null if it is late, failed or for another query. */
export async function earlyAnswer(query: PageQuery, withinMs: number): Promise<ListAnswer | null> {
  if (started?.key !== writePageQuery(query)) return null
  const late = new Promise<null>((resolve) => setTimeout(resolve, withinMs, null))
  const answer = await Promise.race([started.answer.catch(() => null), late])
  if (answer) {
    settled = true
    started = null
  }
  return answer
}

/** The early answer, if it is for this query. It is given out only once, and nothing starts early after that. */
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
