import { memo, useEffect, useRef, type RefObject } from 'react'
import { isSignedOut, problemFacts, type Problem } from '../contract/problems.ts'
import type { PageUser } from './page-user.ts'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { usePageQuery } from '../url/navigation.tsx'
import { Empty } from './empty-state.tsx'
import { Failed, Impossible, PastEnd } from './list-state.tsx'
import { DroppedNotice, ImpossibleNotice, StaleNotice, UnreadableNotice } from './notices.tsx'
import { useRowTools } from './row-tools.tsx'
import { chosenId } from './chosen-row.ts'
import { useLate } from './use-late.ts'
import { useSearchWords } from './spoken-search.ts'
import { RecordingsTable, SkeletonTable } from './recordings-table.tsx'
import type { RecordingRow } from './rows.ts'
import type { Recordings } from './use-recordings.ts'

/** Whether the old rows may stay despite the problem. @param current whether they answer exactly this search. */
function keepsRows(problem: Problem | null, current: boolean): boolean {
  const keeps = problem === null ? 'always' : problemFacts[problem.code].keeps
  return keeps === 'always' || (keeps === 'same' && current)
}

interface TablePaneProps {
  readonly pane: RefObject<HTMLDivElement | null>
  readonly recordings: Recordings
  readonly rows: RecordingRow[]
  readonly account: PageUser
  readonly currentId: string | null
  readonly dayLabel: (date: string | null) => string
  /** Moves the focus to the filters, or to the button that opens them. */
  readonly onReview: () => void
}

/**
 * Moves the focus to the pane when its focused control goes with the state that it belonged to, such as the button that
 * removes a filter. @returns handlers for the pane.
 */
function useFocusLeft(pane: RefObject<HTMLDivElement | null>) {
  const isWithin = useRef(false)
  useEffect(() => {
    // Browsers report no blur of an element that is removed. Behind a recording nothing is gone.
    const rests = pane.current?.closest('[data-rests]') !== null
    if (isWithin.current && !rests && document.activeElement === document.body) pane.current?.focus()
  })
  return {
    onFocus: () => {
      isWithin.current = true
    },
    onBlur: () => {
      isWithin.current = false
    },
  }
}

/** The table, or the state that replaces it. */
export const TablePane = memo(function TablePane(props: TablePaneProps) {
  const { pane, recordings, rows, account, currentId, dayLabel, onReview } = props
  const { answer, current, busy, problem, isPossible, refresh } = recordings
  const focusLeft = useFocusLeft(pane)
  const { tools, handlers } = useRowTools(rows, ({ recording }) => chosenId.set(recording.id))
  const isLate = useLate(busy && answer !== null)
  const showRows = answer !== null && keepsRows(problem, current)
  return (
    <>
      <DroppedNotice onReview={onReview} />
      {!isPossible && showRows ? <ImpossibleNotice onReview={onReview} /> : null}
      {showRows ? <UnreadableNotice count={answer.list.unreadableCount} /> : null}
      {showRows && problem ? (
        <StaleNotice answer={answer} current={current} problem={problem} onRetry={refresh} />
      ) : null}
      {isLate ? <div className="busy-line" aria-hidden /> : null}
      {/* These handlers belong to the rows, which are links and work without them. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={pane}
        className="table-pane outline-none"
        tabIndex={-1}
        aria-busy={busy}
        data-waiting={(!showRows && busy) || undefined}
        {...handlers}
        onFocus={(event) => {
          focusLeft.onFocus()
          handlers.onFocus(event)
        }}
        onBlur={(event) => {
          focusLeft.onBlur()
          handlers.onBlur(event)
        }}
      >
        {showRows ? (
          <Rows recordings={recordings} rows={rows} currentId={currentId} dayLabel={dayLabel} />
        ) : (
          <Instead recordings={recordings} account={account} onReview={onReview} />
        )}
        {tools}
      </div>
    </>
  )
})

type RowsProps = Pick<TablePaneProps, 'recordings' | 'rows' | 'currentId' | 'dayLabel'>

/** They stay as they are while the pointer moves over them. */
const Rows = memo(function Rows({ recordings, rows, currentId, dayLabel }: RowsProps) {
  const query = usePageQuery()
  const description = useSearchWords(recordings)
  const { answer, current } = recordings
  const total = answer?.list.totalCount ?? 0
  if (rows.length > 0 || !current) {
    return <RecordingsTable rows={rows} currentId={currentId} dayLabel={dayLabel} description={description} />
  }
  if (total === 0) return <Empty query={query} />
  return <PastEnd query={query} pages={Math.ceil(total / query.pageSize)} />
})

function Instead({
  recordings,
  account,
  onReview,
}: Pick<TablePaneProps, 'recordings' | 'account' | 'onReview'>) {
  const t = useText(listText)
  const query = usePageQuery()
  const { answer, problem, isPossible, refresh } = recordings
  const pages = answer && Math.max(1, Math.ceil(answer.list.totalCount / query.pageSize))
  if (problem && !isSignedOut(problem)) {
    return <Failed problem={problem} account={account} query={query} pages={pages} onRetry={refresh} />
  }
  if (!isPossible) return <Impossible onReview={onReview} />
  return (
    <>
      <span className="sr-only">{t.loading}</span>
      <SkeletonTable />
    </>
  )
}
