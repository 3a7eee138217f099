import { useQuery } from '@tanstack/react-query'
import { impossibleFilters, type ListAnswer } from '../api/early-list.ts'
import { listQuery } from '../api/queries.ts'
import type { SearchPurpose } from '../contract/endpoints.ts'
import type { PageQuery } from '../contract/search.ts'
import { usePaths, useWalked } from '../url/navigation.tsx'

const usePageOf = (query: PageQuery, wanted: boolean, purpose?: SearchPurpose) =>
  useQuery({
    ...listQuery(query, purpose),
    enabled: wanted && impossibleFilters(query).length === 0,
  })

/** What is known of a page that has no answer. */
const unanswered = ({ isFetching, isError }: ReturnType<typeof usePageOf>): Neighbour => {
  if (isFetching) return 'waiting'
  return isError ? 'failed' : null
}

const indexOf = (answer: ListAnswer | undefined, id: string): number =>
  answer?.list.recordings.findIndex((recording) => recording.id.toLowerCase() === id.toLowerCase()) ?? -1

/**
 * The address of a recording, `waiting` until its page is loaded, `failed` where that could not be loaded, or null where
 * there is none.
 */
export type Neighbour = string | 'waiting' | 'failed' | null

/** The address, or undefined where there is none yet. */
export const neighbourHref = (neighbour: Neighbour): string | undefined =>
  neighbour === null || neighbour === 'waiting' || neighbour === 'failed' ? undefined : neighbour

export interface Neighbours {
  readonly previous: Neighbour
  readonly next: Neighbour
  /** The place of this recording in its search, from 1, or null while it is unknown. */
  readonly place: { readonly number: number; readonly total: number } | null
}

/**
 * The recordings before and after this one in its search, most recent first as in the list. At the edge of a page they
 * are on the page before or after, and their address carries that page.
 */
export function useNeighbours(id: string, query: PageQuery): Neighbours {
  const paths = usePaths()
  // Back and Forward return to a search that was already made. A page opened by a link counts as a new search.
  const list = usePageOf(query, true, useWalked() ? 'neighbour' : undefined)
  const here = list.data
  const index = indexOf(here, id)
  const rows = here?.list.recordings ?? []
  const total = here?.list.totalCount ?? 0
  const beforeQuery = { ...query, page: query.page - 1 }
  const afterQuery = { ...query, page: query.page + 1 }
  const isFirstHere = index === 0 && query.page > 0
  const isLastHere = index >= 0 && index === rows.length - 1 && afterQuery.page * query.pageSize < total
  const before = usePageOf(beforeQuery, isFirstHere, 'neighbour')
  const after = usePageOf(afterQuery, isLastHere, 'neighbour')
  if (index < 0) {
    const unknown = here === undefined ? unanswered(list) : null
    return { previous: unknown, next: unknown, place: null }
  }
  const address = (target: { id: string } | undefined, at: PageQuery): Neighbour =>
    target === undefined ? null : paths.recording(target.id, at)
  const beyond = (page: typeof before, edge: 0 | -1, at: PageQuery): Neighbour =>
    page.data === undefined ? unanswered(page) : address(page.data.list.recordings.at(edge), at)
  return {
    previous: isFirstHere ? beyond(before, -1, beforeQuery) : address(rows[index - 1], query),
    next: isLastHere ? beyond(after, 0, afterQuery) : address(rows[index + 1], query),
    place: { number: query.page * query.pageSize + index + 1, total },
  }
}
