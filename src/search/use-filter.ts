import { isSameSearch, withFilter, type FilterName, type PageSearch } from '../contract/search.ts'
import { usePageQuery, useSearchFor } from '../url/navigation.tsx'

type Change<Name extends FilterName> = (value: PageSearch[Name] | undefined, typing?: string) => void

/** One filter of the address, and its setter. Setting the same value again changes nothing. */
export function useFilter<Name extends FilterName>(name: Name): [PageSearch[Name] | undefined, Change<Name>] {
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const change: Change<Name> = (value, typing) => {
    const next = withFilter(query, name, value)
    if (!isSameSearch(next, query)) searchFor(next, typing)
  }
  return [query.search[name], change]
}
