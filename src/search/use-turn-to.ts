import { useQueryClient } from '@tanstack/react-query'
import { askAhead } from '../api/queries.ts'
import type { PageQuery } from '../contract/search.ts'
import { useSearchFor } from '../url/navigation.tsx'

/**
 * Turns to another page of the search, counted from 0. The request is made here, where it is known to be paging, not
 * a new search. The list then finds the page cached or already requested.
 */
export function useTurnTo(query: PageQuery): (page: number) => void {
  const client = useQueryClient()
  const searchFor = useSearchFor()
  return (page) => {
    const next = { ...query, page }
    askAhead(client, next, 'paging')
    searchFor(next)
  }
}
