/** The states that take the place of the rows, each with its next step. */
import { Clock, Inbox, LockKeyhole, SearchX, ServerOff, Unplug } from 'lucide-react'
import { useEffect, useEffectEvent, useState } from 'react'
import { boot } from '../api/boot.ts'
import { problemFacts, type Problem } from '../contract/problems.ts'
import type { PageQuery } from '../contract/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { fill } from '../text/fill.tsx'
import { useText } from '../text/i18n.ts'
import { listProblems, refusedPage, type ListProblemWords } from '../text/list-problems.ts'
import { listStateText, listText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { ListSteps, type ListStepsProps } from './list-steps.tsx'
import { useTurnTo } from './use-turn-to.ts'

const ICON = 32
const NEXT_TRY_MS = 30_000

const icons: Readonly<Record<ListProblemWords['icon'], typeof Clock>> = {
  clock: Clock,
  inbox: Inbox,
  lock: LockKeyhole,
  server: ServerOff,
  unplugged: Unplug,
}

export function PastEnd({ query, pages }: { readonly query: PageQuery; readonly pages: number }) {
  const t = useText(listStateText)
  const turnTo = useTurnTo(query)
  return (
    <Message
      icon={<SearchX size={ICON} aria-hidden />}
      title={t.pastTitle({ page: formatCount(query.page + 1) })}
      actions={
        <Button look="primary" onClick={() => turnTo(pages - 1)}>
          {t.pastGo({ page: formatCount(pages) })}
        </Button>
      }
    >
      {t.pastHint(pages)}
    </Message>
  )
}

/** A filter can be read but cannot match, so nothing was asked, and there are no rows of an earlier search. */
export function Impossible({ onReview }: { readonly onReview: () => void }) {
  const t = useText(listStateText)
  const { review } = useText(listText)
  return (
    <Message
      icon={<SearchX size={ICON} aria-hidden />}
      title={t.impossible}
      actions={
        <Button look="primary" onClick={onReview}>
          {review}
        </Button>
      }
    >
      {t.impossibleHint}
    </Message>
  )
}

/** Counts down the seconds to the next try and starts it. */
function Countdown({ problem, onRetry }: Pick<ListStepsProps, 'problem' | 'onRetry'>) {
  const t = useText(listStateText)
  const nextTryS = Math.ceil((problem.retryAfterMs ?? NEXT_TRY_MS) / 1000)
  const [elapsed, setElapsed] = useState(0)
  const retry = useEffectEvent(onRetry)
  useEffect(() => {
    const timer = setInterval(() => setElapsed((seconds) => seconds + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  useEffect(() => {
    if (elapsed > 0 && elapsed % nextTryS === 0) retry()
  }, [elapsed, nextTryS])
  return <> {t.nextTry({ seconds: nextTryS - (elapsed % nextTryS) })}</>
}

/** The words of the problem. A refused filter and a refused page have the same code; only the reason differs. */
const wordsOf = ({ code, reason }: Problem): ListProblemWords =>
  reason === 1 ? refusedPage : listProblems[code]

/** Says why this search has no rows. */
export function Failed(props: Omit<ListStepsProps, 'names'>) {
  const { problem, account, onRetry } = props
  const t = useText(listStateText)
  const { icon, title, hint, adds, actions } = wordsOf(problem)
  const Icon = icons[icon]
  const parts = {
    user: <bdi>{account.session.username}</bdi>,
    contact: <bdi>{boot.contact ?? t.administrator}</bdi>,
  }
  const isCounted = problemFacts[problem.code].retry === 'counted'
  return (
    <Message
      icon={<Icon size={ICON} aria-hidden />}
      title={fill(t[title], parts)}
      actions={<ListSteps {...props} names={actions} />}
    >
      {hint === null ? null : (
        <p>
          {fill(t[hint], parts)}
          {isCounted ? <Countdown problem={problem} onRetry={onRetry} /> : null}
        </p>
      )}
      {adds === 'message' || adds === 'message and request' ? <p>{problem.message}</p> : null}
      {(adds === 'request' || adds === 'message and request') && problem.requestId !== undefined ? (
        <p>{t.requestId({ id: problem.requestId })}</p>
      ) : null}
    </Message>
  )
}
