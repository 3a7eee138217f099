import { useQueryClient } from '@tanstack/react-query'
import { askAhead } from '../api/queries.ts'
import type { PageQuery } from '../contract/search.ts'
import { useSearchFor } from '../url/navigation.tsx'

/**
 * Turns to another page of the search, from 0. The page is asked for here, where it is known that this is paging
 * and no search of its own; the list then finds it held, or under way.
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
