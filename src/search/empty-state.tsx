import { useStore } from '@nanostores/react'
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { Inbox } from 'lucide-react'
import { useEffect } from 'react'
import { clockFor } from '../api/clock-for.ts'
import { ownerNames } from '../api/owner-names.ts'
import { countQuery } from '../api/queries.ts'
import { withFilter, type PageQuery } from '../contract/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { fill } from '../text/fill.tsx'
import { useText } from '../text/i18n.ts'
import { listStateText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { speak } from '../ui/speech.tsx'
import { openVisit } from '../ui/typing.ts'
import { useSearchFor, useTypingVisit } from '../url/navigation.tsx'
import { describeSearch, type Described } from './describe.ts'
import { DidYouMean, useMeantPeople } from './did-you-mean.tsx'

interface Suggestion {
  readonly filter: Described
  readonly total: number
}

/**
 * The filter whose removal finds the fewest recordings, but at least one. The narrowest search that finds anything is
 * closest to the user's intent.
 */
function useSuggestion(
  query: PageQuery,
  described: readonly Described[],
  enabled: boolean,
): { readonly suggestion: Suggestion | null; readonly isSettled: boolean } {
  const counts = useQueries({
    queries: described.map(({ name }) => ({
      ...countQuery(withFilter(query, name, undefined).search, query.tz),
      enabled,
    })),
  })
  const isSettled = !enabled || counts.every(({ isPending }) => !isPending)
  const found = described.flatMap((filter, index) => {
    const total = counts[index]?.data ?? 0
    return total > 0 ? [{ filter, total }] : []
  })
  return { suggestion: found.toSorted((a, b) => a.total - b.total)[0] ?? null, isSettled }
}

/**
 * Whether the user still types in the field that made this search. Each pause makes another search, whose suggestions
 * nobody would read.
 */
function useStillTyping(): boolean {
  const visit = useTypingVisit()
  return useStore(openVisit) === visit && visit !== null
}

function emptyTitle({ length }: readonly Described[]): string {
  const t = listStateText.get()
  return length === 0 ? t.emptyUnfiltered : t.emptyTitle(length)
}

/** What a search without that filter would find, for the ear. */
function inWords({ filter, total }: Suggestion): string {
  const t = listStateText.get()
  const sentence = total === 1 ? t.emptyWithout : t.emptyWithoutMany
  return sentence
    .replace('{filter}', () => `${filter.label} “${filter.value}”`)
    .replace('{total}', formatCount(total))
}

/** Nothing matches: suggests a person whom the owner may mean, and a filter to remove. */
export function Empty({ query }: { readonly query: PageQuery }) {
  const t = useText(listStateText)
  const searchFor = useSearchFor()
  const names = ownerNames(useQueryClient())
  const described = describeSearch(query.search, { clock: clockFor(query), names })
  const enabled = !useStillTyping()
  const { suggestion, isSettled } = useSuggestion(query, described, enabled)
  const meant = useMeantPeople(query, enabled)
  const icon = <Inbox size={32} aria-hidden />
  const spoken = [emptyTitle(described), ...(suggestion ? [inWords(suggestion)] : [])].join(' ')
  useEffect(() => {
    if (isSettled) speak(spoken)
  }, [isSettled, spoken])
  if (described.length === 0) {
    return (
      <Message icon={icon} title={t.emptyUnfiltered}>
        {t.emptyUnfilteredHint}
      </Message>
    )
  }
  const drop = suggestion && (
    <Button
      look={meant.length === 0 ? 'primary' : 'plain'}
      onClick={() => searchFor(withFilter(query, suggestion.filter.name, undefined))}
    >
      {t.removeFilter({ filter: suggestion.filter.label })}
    </Button>
  )
  return (
    <Message
      icon={icon}
      title={emptyTitle(described)}
      actions={
        <>
          <DidYouMean query={query} meant={meant} />
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
