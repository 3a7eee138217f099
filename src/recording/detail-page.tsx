import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import { clockFor } from '../api/clock-for.ts'
import { heldRow, recordingQuery } from '../api/queries.ts'
import { asProblem, problemFacts, type Problem } from '../contract/problems.ts'
import type { RecordingDetail } from '../contract/recording.ts'
import { detailProblems, type DetailAction, type DetailProblemWords } from '../text/detail-problems.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { listStateText } from '../text/list-text.ts'
import { Button, buttonClass, type ButtonLook } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { usePageQuery, usePaths } from '../url/navigation.tsx'
import { Audio } from './audio.tsx'
import { callFacts, keepingFacts, ownerFacts, technicalFacts, type Fact } from './facts.tsx'
import { useNeighbours, type Neighbour } from './neighbours.ts'
import { Ways } from './ways.tsx'

function Facts({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }) {
  return (
    <section className="rounded-lg border border-line bg-surface p-4">
      <h2 className="mb-2 font-semibold">{title}</h2>
      <FactList facts={facts} />
    </section>
  )
}

function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-2">
      {facts.map(({ label, value }) => (
        <div key={label} className="col-span-2 grid grid-cols-subgrid">
          <dt className="text-muted">{label}</dt>
          <dd className="font-medium wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface FailedProps {
  readonly problem: Problem
  readonly back: string
  readonly next: Neighbour
  readonly onRetry: () => void
}

/** Says why this recording cannot be shown, with the next steps. The first is the primary one. */
function Failed({ problem, back, next, onRetry }: FailedProps) {
  const t = useText(detailText)
  const states = useText(listStateText)
  const { title, hint, hasRequestId, actions }: DetailProblemWords = detailProblems[problem.code]
  const step = (name: DetailAction, look: ButtonLook): ReactNode => {
    if (name === 'retry') {
      return (
        <Button key={name} look={look} onClick={onRetry}>
          {t.again}
        </Button>
      )
    }
    const href = name === 'back' ? back : next
    return href === null || href === 'waiting' ? null : (
      <a key={name} className={buttonClass(look)} href={href}>
        {t[name]}
      </a>
    )
  }
  return (
    <Message title={t[title]} actions={actions.map((name, at) => step(name, at === 0 ? 'primary' : 'plain'))}>
      {hint === 'message' ? problem.message : hint === null ? null : states[hint]}
      {hasRequestId && problem.requestId !== undefined ? (
        <p>{states.requestId({ id: problem.requestId })}</p>
      ) : null}
    </Message>
  )
}

function Detail({
  detail,
  zone,
  whole,
}: {
  readonly detail: RecordingDetail
  readonly zone: string
  readonly whole: boolean
}) {
  const t = useText(detailText)
  const keeping = keepingFacts(detail)
  return (
    <div className="grid grid-cols-1 gap-4 pb-6 lg:grid-cols-2" aria-busy={!whole}>
      <section className="rounded-lg border border-line bg-surface p-4 lg:col-span-2" aria-label={t.listen}>
        <Audio key={detail.id} id={detail.id} reference={detail.referenceNumber ?? detail.id} />
      </section>
      <Facts title={t.call} facts={callFacts(detail, zone)} />
      <Facts title={t.people} facts={ownerFacts(detail, whole)} />
      {keeping === null ? null : (
        <section className="rounded-lg border border-line bg-surface p-4 lg:col-span-2">
          <h2 className="mb-2 font-semibold">{t.keeping}</h2>
          {keeping}
        </section>
      )}
      <details className="rounded-lg border border-line bg-surface p-4 lg:col-span-2">
        <summary className="min-h-6 cursor-pointer font-semibold">{t.technical}</summary>
        <div className="mt-3">
          <FactList facts={technicalFacts(detail)} />
        </div>
      </details>
    </div>
  )
}

interface HeadingProps {
  readonly title: string
  /** Keeps the focus of a user who steps through the results. */
  readonly ways: RefObject<HTMLElement | null>
}

/** Takes the focus when it is mounted. */
function Heading({ title, ways }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!ways.current?.contains(document.activeElement)) heading.current?.focus()
  }, [ways])
  return (
    <h1 ref={heading} tabIndex={-1} className="mb-4 text-lg font-semibold outline-none">
      {title}
    </h1>
  )
}

/** One recording with its audio and all its facts. It is painted from the list's row first, then completed. */
export function DetailPage({ id }: { readonly id: string }) {
  const t = useText(detailText)
  const query = usePageQuery()
  const paths = usePaths()
  const ways = useRef<HTMLElement>(null)
  const held = heldRow(useQueryClient(), id)
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...recordingQuery(id),
    ...(held ? { placeholderData: held } : {}),
  })
  const neighbours = useNeighbours(id, query)
  const back = paths.list(query)
  const { zone } = clockFor(query)
  const problem = error && asProblem(error)
  const shown = data ?? (problem && problemFacts[problem.code].keeps === 'never' ? undefined : held)
  const title = t.title({ reference: shown?.referenceNumber ?? '' })
  return (
    <main id="main" tabIndex={-1} className="outline-none mx-auto w-full max-w-5xl px-4">
      <title>{title}</title>
      <Ways ref={ways} back={back} neighbours={neighbours} />
      {/* Read out where the focus stays on a step. */}
      <div aria-live="polite">
        <Heading key={id} title={title} ways={ways} />
      </div>
      {problem && data === undefined ? (
        <Failed problem={problem} back={back} next={neighbours.next} onRetry={() => void refetch()} />
      ) : null}
      {shown ? <Detail detail={shown} zone={zone} whole={data !== undefined && !isPlaceholderData} /> : null}
      {shown || error ? null : <p className="py-10 text-center text-muted">{t.loading} …</p>}
    </main>
  )
}
