import { useStore } from '@nanostores/react'
import { useQueryClient } from '@tanstack/react-query'
import { memo, useCallback, useDeferredValue, useMemo, useRef, type ReactNode } from 'react'
import { clockFor } from '../api/clock-for.ts'
import { ownerNames } from '../api/owner-names.ts'
import type { PageQuery } from '../contract/search.ts'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { followMedia } from '../ui/media.ts'
import { usePageQuery, usePaths } from '../url/navigation.tsx'
import { chosenId } from './chosen-row.ts'
import { FilterForm } from './filter-form.tsx'
import { ListHead } from './list-head.tsx'
import { ListPager } from './list-pager.tsx'
import type { PageUser } from './page-user.ts'
import { rejectedFilter } from './rejected.ts'
import { dayLabel, makeRow, type RecordingRow } from './rows.ts'
import { useSearchName, useSpokenOutcome } from './spoken-search.ts'
import { TablePane } from './table-pane.tsx'
import { useRecordings, type Recordings } from './use-recordings.ts'
import { useLate } from './use-late.ts'
import { useReturn } from './use-return.ts'

/** Where the filters have room beside the table. */
const wideScreen = followMedia('(width >= 80rem)')
/** Where a preview has room beside both. */
const roomyScreen = followMedia('(width >= 100rem)')

function useRows({ answer }: Recordings): RecordingRow[] {
  const client = useQueryClient()
  const paths = usePaths()
  const names = ownerNames(client)
  return useMemo(() => {
    if (!answer) return []
    const { zone, nowMs } = clockFor(answer.query)
    const remote = answer.query.search.remotePartyNumber
    const context = {
      zone,
      nowMs,
      hrefOf: (id: string): string => paths.recording(id, answer.query),
      ownerNames: names,
      match: remote?.op === 'contains' ? remote.text : '',
    }
    return answer.list.recordings.map((recording) => makeRow(recording, context))
  }, [answer, names, paths])
}

/** Writes days relative to the time of the rows. It changes only with the rows. */
function useDayLabel({ answer }: Recordings): (date: string | null) => string {
  return useMemo(() => {
    const { zone } = clockFor(answer?.query ?? { tz: null })
    const nowMs = answer?.asOfMs ?? 0
    return (date) => dayLabel(date, { zone, nowMs })
  }, [answer])
}

interface ListPageProps {
  readonly account: PageUser
  /** Whether it is on screen, and not behind a recording. */
  readonly isShown: boolean
  /** The recording shown last, or null. */
  readonly lastOpen: string | null
  /** Shown beside the list where there is room. */
  readonly preview: (id: string, query: PageQuery) => ReactNode
}

/** It is rendered again for another search or its answer, and little of it for a recording that is opened. */
export const ListPage = memo(function ListPage(props: ListPageProps) {
  const { account, isShown, lastOpen, preview } = props
  const query = usePageQuery()
  const recordings = useRecordings(query)
  const rows = useRows(recordings)
  const wide = useStore(wideScreen)
  const hasRoom = useStore(roomyScreen)
  const paths = usePaths()
  const pane = useReturn(isShown, lastOpen, rows, paths.list(recordings.answer?.query ?? query))
  // Nobody sees the mark before the recording is left again.
  const currentId = useDeferredValue(lastOpen)
  // The rows are painted first.
  const hasFilters = useDeferredValue(wide, false)
  const filters = useRef<HTMLElement>(null)
  const review = useCallback((control: HTMLElement | null) => {
    filters.current = control
  }, [])
  const onReview = useCallback(() => filters.current?.focus(), [])
  const rejected = rejectedFilter(recordings.problem)
  const isOld = useLate(recordings.answer !== null && !recordings.current)
  const dayLabelOf = useDayLabel(recordings)
  useSpokenOutcome(recordings, isShown)
  const t = useText(listText)
  const name = useSearchName(query)
  return (
    <div className="list-frame" data-rests={!isShown || undefined}>
      {isShown ? <title>{t.pageTitle({ search: name })}</title> : null}
      <aside className="list-sidebar">
        {wide && hasFilters ? <FilterForm rejected={rejected} first={review} /> : null}
      </aside>
      <main
        className="list-main outline-none"
        tabIndex={-1}
        id={isShown ? 'main' : undefined}
        data-old={isOld || undefined}
      >
        <ListHead
          session={account.session}
          recordings={recordings}
          wide={wide}
          rejected={rejected}
          review={review}
        />
        <TablePane
          pane={pane}
          recordings={recordings}
          rows={rows}
          account={account}
          currentId={currentId}
          dayLabel={dayLabelOf}
          onReview={onReview}
        />
        <ListPager recordings={recordings} />
      </main>
      {hasRoom ? (
        <PreviewPane rows={rows} query={recordings.answer?.query ?? query} preview={preview} />
      ) : null}
    </div>
  )
})

interface PreviewPaneProps extends Pick<ListPageProps, 'preview'> {
  readonly rows: readonly RecordingRow[]
  readonly query: PageQuery
}

/** The free room beside the table: facts of the row that was chosen last, or else of the first. */
function PreviewPane({ rows, query, preview }: PreviewPaneProps) {
  const chosen = useDeferredValue(useStore(chosenId))
  const row = rows.find(({ recording }) => recording.id === chosen) ?? rows[0]
  return <aside className="list-preview">{row ? preview(row.recording.id, query) : null}</aside>
}
