/** Queries as values: loaders, components and prefetches use the same. */
import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { RECORDINGS, recordingEndpoint, type SearchPurpose } from '../contract/endpoints.ts'
import type { Clock } from '../contract/filter-kinds.ts'
import { readDetail, readList } from '../contract/recording.ts'
import {
  resolveSearch,
  writeApiQuery,
  writePageQuery,
  type PageQuery,
  type PageSearch,
} from '../contract/search.ts'
import { adoptEarly, askList, type ListAnswer } from './early-list.ts'
import { request, whyNoAudio } from './request.ts'

/** Makes the clock of a bookmark for now; the answer's rows are those of the moment it was asked. */
export type ClockFor = (query: PageQuery) => Clock

const lists = ['recordings', 'list']

/** To turn a page is no search of its own, to ask for the same page anew is. */
function purposeOf(query: PageQuery, client: QueryClient): SearchPurpose | undefined {
  if (client.getQueryData([...lists, writePageQuery(query)]) !== undefined) return undefined
  const firstPage = writePageQuery({ ...query, page: 0 })
  const held = client.getQueriesData<ListAnswer>({ queryKey: lists })
  const turns = held.some(
    ([, answer]) => answer && writePageQuery({ ...answer.query, page: 0 }) === firstPage,
  )
  return turns ? 'paging' : undefined
}

/**
 * One page of the list. Rows are as of when they were asked and stay until somebody asks again: a table that
 * renews itself would move the row under the pointer.
 */
export const listQuery = (query: PageQuery, clockFor: ClockFor, purpose?: SearchPurpose) =>
  queryOptions({
    queryKey: [...lists, writePageQuery(query)],
    queryFn: ({ signal, client }) =>
      adoptEarly(query, signal) ??
      askList(query, clockFor(query), { signal, purpose: purpose ?? purposeOf(query, client) }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** How many recordings match without one of the filters, without fetching more than one of them. */
export const countQuery = (search: PageSearch, tz: string | null, clockFor: ClockFor) => {
  const query: PageQuery = { search, tz, page: 0, pageSize: 1 }
  return queryOptions({
    queryKey: ['recordings', 'count', writePageQuery(query)],
    queryFn: async ({ signal }) => {
      const path = `${RECORDINGS}?${writeApiQuery(resolveSearch(search, clockFor(query)).search, query)}`
      return (await request(path, readList, { signal, purpose: 'suggestion' })).totalCount
    },
  })
}

/** Why the player failed for the so many-th time: null where it cannot be seen any more. */
export const audioProblemQuery = (id: string, failures: number) =>
  queryOptions({
    queryKey: ['audio-problem', id.toLowerCase(), failures],
    queryFn: async ({ signal }) => {
      const problem = await whyNoAudio(id, signal)
      // The sign-in comes up for it as for any other answer.
      if (problem?.code === 'signed_out') throw problem
      return problem
    },
    enabled: failures > 0,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })

/** One recording with all its facts. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recordings', 'detail', id.toLowerCase()],
    queryFn: ({ signal }) => request(recordingEndpoint(id), readDetail, { signal }),
    staleTime: 60_000,
  })
