/** Queries as values, and access to their cache. No other file knows their keys. */
import { queryOptions, type Query, type QueryClient } from '@tanstack/react-query'
import { PEOPLE, RECORDINGS, recordingEndpoint, type SearchPurpose } from '../contract/endpoints.ts'
import { MAX_PEOPLE_QUERY, personName, readPeople, USUAL_PEOPLE, type Person } from '../contract/people.ts'
import { readDetail, readList, type Recording, type RecordingDetail } from '../contract/recording.ts'
import { isSignedOut } from '../contract/problems.ts'
import {
  resolveSearch,
  writeApiQuery,
  writePageQuery,
  type PageQuery,
  type PageSearch,
} from '../contract/search.ts'
import { fetchSession } from './auth.ts'
import { clockFor } from './clock-for.ts'
import { adoptEarly, askList, earlyAnswer, impossibleFilters, type ListAnswer } from './early-list.ts'
import { request, whyNoAudio } from './request.ts'

/** Too short for a person to notice, ms. */
const FIRST_LIST_MS = 50

const recordings = ['recordings']
const lists = [...recordings, 'list']
const counts = [...recordings, 'count']
const details = [...recordings, 'detail']
const people = ['people']

/**
 * One page of the list. Its rows stay until the user refreshes them, because a table that updates itself would move
 * rows under the pointer.
 * @param purpose the reason for the request, where it is not a new search; the host's audit needs it.
 */
export const listQuery = (query: PageQuery, purpose?: SearchPurpose) =>
  queryOptions({
    queryKey: [...lists, writePageQuery(query)],
    queryFn: ({ signal }) => adoptEarly(query, signal) ?? askList(query, { signal, purpose }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/**
 * Waits a moment for the request that left before the program loaded. Its answer is mostly there, and only needs a
 * turn of the browser to be handed over. The first render then has the rows, and the frame of the page is painted
 * before it. A slow answer is not waited for.
 */
export async function holdFirstList(client: QueryClient, query: PageQuery): Promise<void> {
  const answer = await earlyAnswer(query, FIRST_LIST_MS)
  if (answer) client.setQueryData(listQuery(query).queryKey, answer)
}

/**
 * Requests a page that will or may be shown next, unless it is cached or already requested.
 * @param purpose as for `listQuery`; by default a new search.
 */
export function askAhead(client: QueryClient, query: PageQuery, purpose?: 'paging' | 'prefetch'): void {
  if (impossibleFilters(query).length === 0) void client.prefetchQuery(listQuery(query, purpose))
}

/** The number of matching recordings. The host answers without any rows. */
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

/**
 * People whose calls the user may find, best match first. The caller enables it.
 * @param q part of a username or of a name; empty for the first people by name. The host refuses more characters than
 *   any name has, so a longer text is cut.
 */
export const peopleQuery = (q: string) =>
  queryOptions({
    queryKey: [...people, q],
    queryFn: ({ signal }) => {
      const asked = new URLSearchParams({ q: q.slice(0, MAX_PEOPLE_QUERY), limit: String(USUAL_PEOPLE) })
      return request(`${PEOPLE}?${asked.toString()}`, readPeople, { signal })
    },
    staleTime: 60_000,
  })

/** Whether the session goes on. Where it has ended, the sign-in appears as with any other request. */
export const sessionQuery = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: () => fetchSession(),
    retry: false,
    staleTime: 0,
    gcTime: 0,
  })

/** One recording with all its facts. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: [...details, id.toLowerCase()],
    queryFn: ({ signal }) => request(recordingEndpoint(id), readDetail, { signal }),
    staleTime: 60_000,
  })

/**
 * The reason why the player failed, or null if the audio is available again.
 * @param failures the number of failures. Each failure causes one request.
 */
export const audioProblemQuery = (id: string, failures: number) =>
  queryOptions({
    queryKey: ['audio-problem', id.toLowerCase(), failures],
    queryFn: async ({ signal }) => {
      const problem = await whyNoAudio(id, signal)
      // Thrown, so that the sign-in appears as it does for any other request.
      if (isSignedOut(problem)) throw problem
      return problem
    },
    enabled: failures > 0,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    // Another visit counts its failures from the start, and must not find the reason of an earlier one.
    gcTime: 0,
  })

const allHeld = <T>(client: QueryClient, queryKey: readonly string[]): T[] =>
  client.getQueriesData<T>({ queryKey }).flatMap(([, data]) => (data === undefined ? [] : [data]))

/** All rows of the cached lists. */
export const heldRows = (client: QueryClient): Recording[] =>
  allHeld<ListAnswer>(client, lists).flatMap(({ list }) => list.recordings)

/** All cached recordings with all their facts. */
export const heldDetails = (client: QueryClient): RecordingDetail[] =>
  allHeld<RecordingDetail>(client, details)

/** The names that one cached answer gives its users, each with the username. */
export function namesIn({ queryKey, state: { data } }: Query): (readonly [username: string, name: string])[] {
  if (data === undefined) return []
  const isOf = (key: readonly string[]): boolean => key.every((part, at) => queryKey[at] === part)
  if (isOf(lists)) return Object.entries((data as ListAnswer).list.ownerNames)
  const users = isOf(people) ? (data as Person[]) : []
  const owner = isOf(details) ? (data as RecordingDetail).owner : null
  const named = [...users, ...(owner === null ? [] : [{ username: owner.username, name: personName(owner) }])]
  return named.flatMap(({ username, name }) => (name === null ? [] : [[username, name] as const]))
}

/** The row of a cached list, as a detail without the facts that only a detail has. */
export function heldRow(client: QueryClient, id: string): RecordingDetail | undefined {
  const row = heldRows(client).find((candidate) => candidate.id.toLowerCase() === id.toLowerCase())
  if (!row) return undefined
  return { ...row, owner: null, pbxCallId: null, preservingUser: null, note: null, size: null, hash: null }
}

/** Requests the data on screen again now, and all other data when it is next shown. */
export const refreshAll = (client: QueryClient): void =>
  void client.invalidateQueries({ queryKey: recordings })

/** Repeats every failed request. */
export const retryFailed = (client: QueryClient): void =>
  void client.refetchQueries({ predicate: (query) => query.state.status === 'error' })
