import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { impossibleFilters, type ListAnswer } from '../api/early-list.ts'
import { listQuery, refreshAll } from '../api/queries.ts'
import { asProblem, type Problem } from '../contract/problems.ts'
import { isSameSearch, type FilterName, type PageQuery } from '../contract/search.ts'
import { useWalked } from '../url/navigation.tsx'

export interface Recordings {
  /** The rows to show: those of this search, or the last ones for as long as it has no answer. */
  readonly answer: ListAnswer | null
  /** Whether the rows are those of this very address. */
  readonly current: boolean
  readonly busy: boolean
  readonly problem: Problem | null
  /** Filters that can be read but match nothing; with one of them the search is not asked. */
  readonly impossible: readonly FilterName[]
  /** Asks again. Pages seen before are asked for again once they are shown. */
  readonly refresh: () => void
}

const isSamePage = (a: PageQuery, b: PageQuery): boolean => a.page === b.page && isSameSearch(a, b)

/**
 * The rows of the address. Rows once shown stay until the next are there, whatever happens in between.
 * The pager asks for its pages itself and says so. Here a page is asked for when a search is made, opened or
 * refreshed, and when the browser's Back or Forward leads to a page that is not held any more: to another page of
 * the search on screen that is paging too.
 */
export function useRecordings(query: PageQuery): Recordings {
  const impossible = impossibleFilters(query)
  const client = useQueryClient()
  const walked = useWalked()
  const [kept, setKept] = useState<ListAnswer | null>(null)
  const turns = walked && kept !== null && isSameSearch(kept.query, query) && !isSamePage(kept.query, query)
  const { data, error, isFetching } = useQuery({
    ...listQuery(query, turns ? 'paging' : undefined),
    enabled: impossible.length === 0,
  })
  if (data && data !== kept) setKept(data)
  const answer = data ?? kept
  return {
    answer,
    current: answer !== null && isSamePage(answer.query, query),
    busy: isFetching,
    problem: error ? asProblem(error) : null,
    impossible,
    refresh: () => refreshAll(client),
  }
}
