import { useState } from 'react'
import { clockFor } from '../api/clock-for.ts'
import type { ListAnswer } from '../api/early-list.ts'
import type { Problem } from '../contract/problems.ts'
import { isSameSearch } from '../contract/search.ts'
import { formatTime } from '../lib/times.ts'
import { useText } from '../text/i18n.ts'
import { listProblems } from '../text/list-problems.ts'
import { listStateText, listText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { Data } from '../ui/data.tsx'
import { Notice } from '../ui/message.tsx'
import { useEntry, usePageQuery } from '../url/navigation.tsx'

/** Names the parts of the bookmark that could not be read. */
export function DroppedNotice({ onReview }: { readonly onReview: () => void }) {
  const t = useText(listText)
  const { dropped, query: opened } = useEntry()
  const query = usePageQuery()
  const [dismissed, setDismissed] = useState(false)
  if (dropped.length === 0 || dismissed || !isSameSearch(opened, query)) return null
  const named = dropped.map(({ name, value }) => `${name}=${value}`).join(', ')
  return (
    <Notice
      actions={
        <>
          <Button onClick={onReview}>{t.review}</Button>
          <Button onClick={() => setDismissed(true)}>{t.dismiss}</Button>
        </>
      }
    >
      {t.droppedTitle} <Data>{named}</Data>. {t.droppedHint}
    </Notice>
  )
}

interface StaleProps {
  readonly answer: ListAnswer
  /** Whether the rows answer exactly this search. */
  readonly current: boolean
  readonly problem: Problem
  readonly onRetry: () => void
}

/** The reason for the failed update. */
function why(problem: Problem): string[] {
  const t = listStateText.get()
  const request = problem.requestId === undefined ? [] : [t.requestId({ id: problem.requestId })]
  const { beside } = listProblems[problem.code]
  return [...(beside === 'message' ? [problem.message] : beside.map((key) => t[key])), ...request]
}

/** The update failed: the rows stay, and their age is shown. */
export function StaleNotice({ answer, current, problem, onRetry }: StaleProps) {
  const t = useText(listStateText)
  const { zone } = clockFor(usePageQuery())
  const time = formatTime(answer.asOfMs, zone, 'minute')
  return (
    <Notice actions={<Button onClick={onRetry}>{t.again}</Button>}>
      {[current ? t.stale({ time }) : t.earlier({ time }), ...why(problem)].join(' ')}
    </Notice>
  )
}

/** Reports how many elements of the answer could not be read at all. */
export function UnreadableNotice({ count }: { readonly count: number }) {
  const t = useText(listText)
  return count === 0 ? null : <Notice>{t.unreadableRows(count)}</Notice>
}

/** A filter can be read but cannot match, so the page sent no request. Rows of an earlier search stay. */
export function ImpossibleNotice({ onReview }: { readonly onReview: () => void }) {
  const t = useText(listText)
  const states = useText(listStateText)
  return (
    <Notice actions={<Button onClick={onReview}>{t.review}</Button>}>
      {states.impossible} {states.impossibleHint}
    </Notice>
  )
}
