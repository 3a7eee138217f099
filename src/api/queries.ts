/** Queries as values, and what the cache holds. No other file knows their keys. */
import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { RECORDINGS, recordingEndpoint, type SearchPurpose } from '../contract/endpoints.ts'
import { readDetail, readList, type Recording, type RecordingDetail } from '../contract/recording.ts'
import {
  resolveSearch,
  writeApiQuery,
  writePageQuery,
  type PageQuery,
  type PageSearch,
} from '../contract/search.ts'
import { clockFor } from './clock-for.ts'
import { adoptEarly, askList, impossibleFilters, type ListAnswer } from './early-list.ts'
import { request, whyNoAudio } from './request.ts'

const recordings = ['recordings']
const lists = [...recordings, 'list']
const counts = [...recordings, 'count']
const details = [...recordings, 'detail']

/**
 * One page of the list. Its rows are as of when they were asked for and stay until somebody asks again: a table
 * that renews itself would move the row under the pointer.
 * @param purpose why the page is asked for, where that is not a search of its own: the host's audit needs it.
 */
export const listQuery = (query: PageQuery, purpose?: SearchPurpose) =>
  queryOptions({
    queryKey: [...lists, writePageQuery(query)],
    queryFn: ({ signal }) => adoptEarly(query, signal) ?? askList(query, { signal, purpose }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Asks for a page that is about to be shown, or may be. A page that is held or under way is not asked for again. */
export function askAhead(client: QueryClient, query: PageQuery, purpose: 'paging' | 'prefetch'): void {
  if (impossibleFilters(query).length === 0) void client.prefetchQuery(listQuery(query, purpose))
}

/** How many recordings match. The host answers with the number and no recording. */
export const countQuery = (search: PageSearch, tz: string | null) => {
  const query: PageQuery = { search, tz, page: 0, pageSize: 1 }
  return queryOptions({
    queryKey: [...counts, writePageQuery(query)],
    queryFn: async ({ signal }) => {
      const path = `${RECORDINGS}?${writeApiQuery(resolveSearch(search, clockFor(query)).search, query)}`
      return (await request(path, readList, { signal, purpose: 'suggestion' })).totalCount
    },
  })
}

/** One recording with all its facts. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: [...details, id.toLowerCase()],
    queryFn: ({ signal }) => request(recordingEndpoint(id), readDetail, { signal }),
    staleTime: 60_000,
  })

/**
 * Why the player failed; null where nothing is wrong by now.
 * @param failures how often it has failed. Each failure is asked about once.
 */
export const audioProblemQuery = (id: string, failures: number) =>
  queryOptions({
    queryKey: ['audio-problem', id.toLowerCase(), failures],
    queryFn: async ({ signal }) => {
      const problem = await whyNoAudio(id, signal)
      // Thrown, so that the sign-in comes up as for any other answer.
      if (problem?.code === 'signed_out') throw problem
      return problem
    },
    enabled: failures > 0,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })

const allHeld = <T>(client: QueryClient, queryKey: readonly string[]): T[] =>
  client.getQueriesData<T>({ queryKey }).flatMap(([, data]) => (data === undefined ? [] : [data]))

/** Every row of the lists that are held. */
export const heldRows = (client: QueryClient): Recording[] =>
  allHeld<ListAnswer>(client, lists).flatMap(({ list }) => list.recordings)

/** Every recording that is held with all its facts. */
export const heldDetails = (client: QueryClient): RecordingDetail[] =>
  allHeld<RecordingDetail>(client, details)

/** The row of a list that is held, as a detail that lacks the facts which only the detail has. */
export function heldRow(client: QueryClient, id: string): RecordingDetail | undefined {
  const row = heldRows(client).find((candidate) => candidate.id.toLowerCase() === id.toLowerCase())
  if (!row) return undefined
  return { ...row, owner: null, pbxCallId: null, preservingUser: null, note: null, size: null, hash: null }
}

/** Asks again for what is on screen now, and for the rest once it is shown again. */
export const refreshAll = (client: QueryClient): void =>
  void client.invalidateQueries({ queryKey: recordings })

/** Asks again for whatever failed. */
export const retryFailed = (client: QueryClient): void =>
  void client.refetchQueries({ predicate: (query) => query.state.status === 'error' })
