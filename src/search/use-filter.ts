import { useQueryClient } from '@tanstack/react-query'
import { askAhead } from '../api/queries.ts'
import { isSameSearch, withFilter, type FilterName, type PageSearch } from '../contract/search.ts'
import { usePageQuery, useSearchFor } from '../url/navigation.tsx'

type Change<Name extends FilterName> = (value: PageSearch[Name] | undefined, typing?: string) => void

/** One filter of the address, and its setter. Setting the same value again changes nothing. */
export function useFilter<Name extends FilterName>(name: Name): [PageSearch[Name] | undefined, Change<Name>] {
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const client = useQueryClient()
  const change: Change<Name> = (value, typing) => {
    const next = withFilter(query, name, value)
    if (isSameSearch(next, query)) return
    // The request leaves before the page is rendered for it.
    askAhead(client, next)
    searchFor(next, typing)
  }
  return [query.search[name], change]
}
