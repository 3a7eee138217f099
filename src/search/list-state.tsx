/** What stands in the place of the rows where there are none to show, each with its next step. */
import { Clock, LockKeyhole, SearchX, ServerOff, Unplug } from 'lucide-react'
import { useEffect, useEffectEvent, useState, type ReactNode } from 'react'
import { boot } from '../api/boot.ts'
import type { Problem } from '../contract/problems.ts'
import type { PageQuery } from '../contract/search.ts'
import type { PageUser } from './page-user.ts'
import { formatCount } from '../lib/numbers.ts'
import { fill } from '../text/fill.tsx'
import { useText } from '../text/i18n.ts'
import { listStateText } from '../text/list-text.ts'
import { Invalid } from './invalid-state.tsx'
import { Button } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { useSearchFor } from '../url/navigation.tsx'

const ICON = 32
const NEXT_TRY_MS = 30_000

export function PastEnd({ query, pages }: { readonly query: PageQuery; readonly pages: number }) {
  const t = useText(listStateText)
  const searchFor = useSearchFor()
  const last = { ...query, page: pages - 1 }
  return (
    <Message
      icon={<SearchX size={ICON} aria-hidden />}
      title={t.pastTitle({ page: formatCount(query.page + 1) })}
      actions={
        <Button look="primary" onClick={() => searchFor(last)}>
          {t.pastGo({ page: formatCount(pages) })}
        </Button>
      }
    >
      {t.pastHint(pages)}
    </Message>
  )
}

function Forbidden({ account: { session, signOut } }: { readonly account: PageUser }) {
  const t = useText(listStateText)
  const [copied, setCopied] = useState<string | null>(null)
  const request = t.requestText({ user: session.username })
  const copy = (): void => {
    navigator.clipboard.writeText(request).then(
      () => setCopied(t.copied),
      () => setCopied(t.copyFailed),
    )
  }
  return (
    <Message
      icon={<LockKeyhole size={ICON} aria-hidden />}
      title={fill(t.forbiddenTitle, { user: <bdi>{session.username}</bdi> })}
      actions={
        <>
          <Button look="primary" onClick={copy}>
            {copied ?? t.copyRequest}
          </Button>
          <Button onClick={signOut}>{t.signOut}</Button>
        </>
      }
    >
      <p>{fill(t.forbiddenHint, { contact: <bdi>{boot.contact ?? t.administrator}</bdi> })}</p>
    </Message>
  )
}

/** Counts down to the next try, which comes by itself. */
function RecorderDown({ problem, onRetry }: Pick<FailedProps, 'problem' | 'onRetry'>) {
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
  return (
    <Message
      icon={<ServerOff size={ICON} aria-hidden />}
      title={t.downTitle}
      actions={
        <Button look="primary" onClick={onRetry}>
          {t.tryNow}
        </Button>
      }
    >
      {t.downHint} {t.nextTry({ seconds: nextTryS - (elapsed % nextTryS) })}
    </Message>
  )
}

function RequestId({ problem }: { readonly problem: Problem }) {
  const t = useText(listStateText)
  return problem.requestId === undefined ? null : <p>{t.requestId({ id: problem.requestId })}</p>
}

interface FromRecorderProps {
  readonly problem: Problem
  readonly title: string
  readonly hint: string
  readonly actions: ReactNode
}

/** What is wrong with the recorder is for whoever looks after it: the host's own words and the request's id. */
function FromRecorder({ problem, title, hint, actions }: FromRecorderProps) {
  return (
    <Message icon={<ServerOff size={ICON} aria-hidden />} title={title} actions={actions}>
      <p>{hint}</p>
      <p>{problem.message}</p>
      <RequestId problem={problem} />
    </Message>
  )
}

interface FailedProps {
  readonly problem: Problem
  readonly account: PageUser
  readonly query: PageQuery
  /** How many pages the search had when it last had an answer, or null. */
  readonly pages: number | null
  readonly onRetry: () => void
}

/** Why this search has no rows. */
export function Failed({ problem, account, query, pages, onRetry }: FailedProps) {
  const t = useText(listStateText)
  const searchFor = useSearchFor()
  const again = (
    <Button look="primary" onClick={onRetry}>
      {t.again}
    </Button>
  )
  switch (problem.code) {
    case 'forbidden':
      return <Forbidden account={account} />
    case 'recorder_down':
      return <RecorderDown problem={problem} onRetry={onRetry} />
    case 'recorder_timeout': {
      const week = { op: 'on', period: 'last-7-days' } as const
      const narrow = { ...query, page: 0, search: { ...query.search, startTime: week } }
      return (
        <Message
          icon={<Clock size={ICON} aria-hidden />}
          title={t.slowTitle}
          actions={
            <>
              <Button look="primary" onClick={() => searchFor(narrow)}>
                {t.lastWeek}
              </Button>
              <Button onClick={onRetry}>{t.again}</Button>
            </>
          }
        />
      )
    }
    case 'invalid_query':
      return <Invalid problem={problem} query={query} pages={pages} />
    case 'network':
      return (
        <Message icon={<Unplug size={ICON} aria-hidden />} title={t.offlineTitle} actions={again}>
          {t.offlineHint}
        </Message>
      )
    case 'too_many_searches':
    case 'busy':
      return (
        <Message icon={<Clock size={ICON} aria-hidden />} title={t.busyTitle} actions={again}>
          {t.busyHint}
        </Message>
      )
    case 'unreadable_answer':
      return (
        <Message icon={<ServerOff size={ICON} aria-hidden />} title={t.brokenTitle} actions={again}>
          {t.brokenHint}
        </Message>
      )
    case 'recorder_mismatch':
      return <FromRecorder problem={problem} title={t.mismatchTitle} hint={t.mismatchHint} actions={again} />
    case 'recorder_failed':
      return (
        <FromRecorder problem={problem} title={t.recorderFailedTitle} hint={t.failedHint} actions={again} />
      )
    case 'recorder_untrusted':
      return <FromRecorder problem={problem} title={t.untrustedTitle} hint={t.failedHint} actions={again} />
    default:
      return (
        <Message icon={<ServerOff size={ICON} aria-hidden />} title={t.failedTitle} actions={again}>
          <p>{t.failedHint}</p>
          <RequestId problem={problem} />
        </Message>
      )
  }
}
