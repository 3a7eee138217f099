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

const indexOf = (answer: ListAnswer | undefined, id: string): number =>
  answer?.list.recordings.findIndex((recording) => recording.id.toLowerCase() === id.toLowerCase()) ?? -1

export interface Neighbours {
  readonly previous: string | null
  readonly next: string | null
}

/**
 * The addresses of the recordings before and after this one in its search, most recent first as in the list.
 * At the edge of a page they lead to the page before or after, and their address carries that page.
 */
export function useNeighbours(id: string, query: PageQuery): Neighbours {
  const paths = usePaths()
  // Back and Forward return to a search that was already made. A page opened by a link counts as a new search.
  const here = usePageOf(query, true, useWalked() ? 'neighbour' : undefined).data
  const index = indexOf(here, id)
  const rows = here?.list.recordings ?? []
  const pages = Math.ceil((here?.list.totalCount ?? 0) / query.pageSize)
  const beforeQuery = { ...query, page: query.page - 1 }
  const afterQuery = { ...query, page: query.page + 1 }
  const before = usePageOf(beforeQuery, index === 0 && query.page > 0, 'neighbour').data
  const after = usePageOf(
    afterQuery,
    index >= 0 && index === rows.length - 1 && afterQuery.page < pages,
    'neighbour',
  ).data
  if (index < 0) return { previous: null, next: null }
  const address = (target: { id: string } | undefined, at: PageQuery): string | null =>
    target === undefined ? null : paths.recording(target.id, at)
  return {
    previous:
      index > 0 ? address(rows[index - 1], query) : address(before?.list.recordings.at(-1), beforeQuery),
    next:
      index < rows.length - 1
        ? address(rows[index + 1], query)
        : address(after?.list.recordings[0], afterQuery),
  }
}
