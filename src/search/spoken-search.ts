/** The search and its outcome as sentences, for assistive technology and for the tab. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef } from 'react'
import { clockFor } from '../api/clock-for.ts'
import { ownerNames } from '../api/owner-names.ts'
import { isSamePage, type PageQuery } from '../contract/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { useText } from '../text/i18n.ts'
import { listText, periodText } from '../text/list-text.ts'
import { speak } from '../ui/speech.tsx'
import { describeSearch } from './describe.ts'
import type { Recordings } from './use-recordings.ts'

/** Names the period first, then what else is filtered: `Last 7 days, Incoming`. */
export function useSearchName(query: PageQuery): string {
  const names = ownerNames(useQueryClient())
  const described = describeSearch(query.search, { clock: clockFor(query), names })
  const isPeriod = described[0]?.name === 'startTime'
  const values = described.map(({ value }) => value)
  return (isPeriod ? values : [periodText.get()[''], ...values]).join(', ')
}

/** Describes the rows on screen: `Started: Last 7 days. Direction: Incoming. Times in Europe/Rome.` */
export function useSearchWords({ answer }: Recordings): string {
  const t = useText(listText)
  const names = ownerNames(useQueryClient())
  if (answer === null) return ''
  const clock = clockFor(answer.query)
  const filters = describeSearch(answer.query.search, { clock, names }).map(
    ({ label, value }) => `${label}: ${value}.`,
  )
  return [...filters, t.inZone({ zone: clock.zone })].join(' ')
}

/** What a settled search is said to have found. */
function outcomeOf({ answer }: Recordings): string {
  const t = listText.get()
  if (answer === null) return ''
  const { list, query } = answer
  const first = query.page * query.pageSize
  if (query.page === 0 || first >= list.totalCount) return t.found(list.totalCount)
  return t.turned({
    page: formatCount(query.page + 1),
    pages: formatCount(Math.ceil(list.totalCount / query.pageSize)),
    first: formatCount(first + 1),
    last: formatCount(Math.min(first + query.pageSize, list.totalCount)),
    total: formatCount(list.totalCount),
  })
}

/** Says once what each search, page and refresh brought. Nothing is said of the first rows: the page's load is. */
export function useSpokenOutcome(recordings: Recordings, isShown: boolean): void {
  const { answer, current, busy, problem } = recordings
  const spoken = useRef<typeof answer>(null)
  const settledAnswer = isShown && current && !busy && problem === null ? answer : null
  const tell = useEffectEvent((next: NonNullable<typeof answer>) => {
    const last = spoken.current
    spoken.current = next
    // An empty search says more, with its suggestion.
    if (last === null || last === next || next.list.totalCount === 0) return
    const outcome = outcomeOf(recordings)
    const isSame = isSamePage(last.query, next.query)
    speak(isSame ? listText.get().refreshed({ found: outcome }) : outcome)
  })
  useEffect(() => {
    if (settledAnswer) tell(settledAnswer)
  }, [settledAnswer])
}
