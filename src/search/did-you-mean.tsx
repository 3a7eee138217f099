import { useQueries, useQuery } from '@tanstack/react-query'
import { countQuery, peopleQuery } from '../api/queries.ts'
import type { Person } from '../contract/people.ts'
import { withFilter, type PageQuery } from '../contract/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { fill } from '../text/fill.tsx'
import { useText } from '../text/i18n.ts'
import { listStateText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { Data } from '../ui/data.tsx'
import { useSearchFor } from '../url/navigation.tsx'
import { personLabel } from './people.ts'

const AT_MOST = 3

const ownerIs = (query: PageQuery, text: string): PageQuery =>
  withFilter(query, 'ownerUsername', { op: 'equals', text })

export interface Meant {
  readonly person: Person
  /** The number of recordings with this owner and the other filters. */
  readonly total: number
}

/**
 * The people whom the owner's text may mean, where it is nobody's username. Only those who have matching recordings.
 * @param enabled whether the page may ask the host now.
 */
export function useMeantPeople(query: PageQuery, enabled: boolean): Meant[] {
  const text = query.search.ownerUsername?.text ?? ''
  const { data: people = [] } = useQuery({ ...peopleQuery(text), enabled: enabled && text !== '' })
  const isUsername = people.some(({ username }) => username.toLowerCase() === text.toLowerCase())
  const like = isUsername ? [] : people.slice(0, AT_MOST)
  const counts = useQueries({
    queries: like.map(({ username }) => ({
      ...countQuery(ownerIs(query, username).search, query.tz),
      enabled,
    })),
  })
  return like.flatMap((person, index) => {
    const total = counts[index]?.data ?? 0
    return total === 0 ? [] : [{ person, total }]
  })
}

/** One button for each of them. The first is the primary step. */
export function DidYouMean({
  query,
  meant,
}: {
  readonly query: PageQuery
  readonly meant: readonly Meant[]
}) {
  const t = useText(listStateText)
  const searchFor = useSearchFor()
  return meant.map(({ person, total }, index) => (
    <Button
      key={person.username}
      look={index === 0 ? 'primary' : 'plain'}
      onClick={() => searchFor(ownerIs(query, person.username))}
    >
      {/* One element, because a button sets its parts apart. */}
      <span>
        {fill(t.didYouMean, {
          person: <Data>{personLabel(person)}</Data>,
          total: formatCount(total),
        })}
      </span>
    </Button>
  ))
}
