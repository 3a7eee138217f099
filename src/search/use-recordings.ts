import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { impossibleFilters, type ListAnswer } from '../api/early-list.ts'
import { listQuery, refreshAll } from '../api/queries.ts'
import { asProblem, type Problem } from '../contract/problems.ts'
import { isSamePage, isSameSearch, type PageQuery } from '../contract/search.ts'
import { useWalked } from '../url/navigation.tsx'

export interface Recordings {
  /** The answer to this search, or the previous one until it arrives. */
  readonly answer: ListAnswer | null
  /** Whether the rows belong to exactly this address. */
  readonly current: boolean
  readonly busy: boolean
  readonly problem: Problem | null
  /** False with filters that can be read but cannot match. The page sends no request then. */
  readonly isPossible: boolean
  /** Repeats the request. Other pages are requested again when they are next shown. */
  readonly refresh: () => void
}

/**
 * The rows of the address. The result stays the same object until one of its parts changes. The last answer is kept until the next one arrives, whatever happens in between.
 * The pager requests its pages itself, marked as paging. This hook makes the other requests: for a search that is
 * made, opened or refreshed, and for a page that Back or Forward leads to and that is no longer cached. Another page
 * of the search on screen counts as paging too.
 */
export function useRecordings(query: PageQuery): Recordings {
  const isPossible = impossibleFilters(query).length === 0
  const client = useQueryClient()
  const walked = useWalked()
  const [kept, setKept] = useState<ListAnswer | null>(null)
  const turns = walked && kept !== null && isSameSearch(kept.query, query) && !isSamePage(kept.query, query)
  const { data, error, isFetching } = useQuery({
    ...listQuery(query, turns ? 'paging' : undefined),
    enabled: isPossible,
  })
  if (data && data !== kept) setKept(data)
  const answer = data ?? kept
  return useMemo(
    () => ({
      answer,
      current: answer !== null && isSamePage(answer.query, query),
      busy: isFetching,
      problem: error ? asProblem(error) : null,
      isPossible,
      refresh: () => refreshAll(client),
    }),
    [answer, query, isFetching, error, isPossible, client],
  )
}
