import { useQueries } from '@tanstack/react-query'
import { Inbox } from 'lucide-react'
import { clockFor } from '../api/clock-for.ts'
import { countQuery } from '../api/queries.ts'
import { withFilter, type PageQuery } from '../contract/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { fill } from '../text/fill.tsx'
import { useText } from '../text/i18n.ts'
import { listStateText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { useSearchFor } from '../url/navigation.tsx'
import { describeSearch, type Described } from './describe.ts'

interface Suggestion {
  readonly filter: Described
  readonly total: number
}

/**
 * The filter whose removal finds the fewest recordings, but at least one. The narrowest search that finds anything is
 * closest to the user's intent.
 */
function useSuggestion(query: PageQuery, described: readonly Described[]): Suggestion | null {
  const counts = useQueries({
    queries: described.map(({ name }) => countQuery(withFilter(query, name, undefined).search, query.tz)),
  })
  const found = described.flatMap((filter, index) => {
    const total = counts[index]?.data ?? 0
    return total > 0 ? [{ filter, total }] : []
  })
  return found.toSorted((a, b) => a.total - b.total)[0] ?? null
}

/** Nothing matches: suggests a filter to remove. */
export function Empty({ query }: { readonly query: PageQuery }) {
  const t = useText(listStateText)
  const searchFor = useSearchFor()
  const described = describeSearch(query.search, clockFor(query))
  const suggestion = useSuggestion(query, described)
  const icon = <Inbox size={32} aria-hidden />
  if (described.length === 0) {
    return (
      <Message icon={icon} title={t.emptyUnfiltered}>
        {t.emptyUnfilteredHint}
      </Message>
    )
  }
  const drop = suggestion && (
    <Button look="primary" onClick={() => searchFor(withFilter(query, suggestion.filter.name, undefined))}>
      {t.removeFilter({ filter: suggestion.filter.label })}
    </Button>
  )
  return (
    <Message
      icon={icon}
      title={t.emptyTitle(described.length)}
      actions={
        <>
          {drop}
          <Button onClick={() => searchFor({ ...query, page: 0, search: {} })}>{t.clear}</Button>
        </>
      }
    >
      {suggestion === null
        ? null
        : fill(suggestion.total === 1 ? t.emptyWithout : t.emptyWithoutMany, {
            filter: (
              <>
                {suggestion.filter.label} “<bdi>{suggestion.filter.value}</bdi>”
              </>
            ),
            total: formatCount(suggestion.total),
          })}
    </Message>
  )
}
