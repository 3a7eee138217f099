/** Queries as values: loaders, components and prefetches use the same. */
import { queryOptions } from '@tanstack/react-query'
import { RECORDINGS, recordingEndpoint } from '../contract/endpoints.ts'
import type { Clock } from '../contract/filter-kinds.ts'
import { readDetail, readList } from '../contract/recording.ts'
import {
  resolveSearch,
  writeApiQuery,
  writePageQuery,
  type PageQuery,
  type PageSearch,
} from '../contract/search.ts'
import { adoptEarly, askList } from './early-list.ts'
import { request } from './request.ts'

/** Makes the clock of a bookmark for now; the answer's rows are those of the moment it was asked. */
export type ClockFor = (query: PageQuery) => Clock

/**
 * One page of the list. Rows are as of when they were asked and stay until somebody asks again: a table that
 * renews itself would move the row under the pointer.
 */
export const listQuery = (query: PageQuery, clockFor: ClockFor) =>
  queryOptions({
    queryKey: ['recordings', 'list', writePageQuery(query)],
    queryFn: ({ signal }) => adoptEarly(query, signal) ?? askList(query, clockFor(query), signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** How many recordings match, without fetching more than one of them. */
export const countQuery = (search: PageSearch, tz: string | null, clockFor: ClockFor) => {
  const query: PageQuery = { search, tz, page: 0, pageSize: 1 }
  return queryOptions({
    queryKey: ['recordings', 'count', writePageQuery(query)],
    queryFn: async ({ signal }) => {
      const path = `${RECORDINGS}?${writeApiQuery(resolveSearch(search, clockFor(query)).search, query)}`
      return (await request(path, readList, { signal })).totalCount
    },
  })
}

/** One recording with all its facts. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recordings', 'detail', id.toLowerCase()],
    queryFn: ({ signal }) => request(recordingEndpoint(id), readDetail, { signal }),
    staleTime: 60_000,
  })
