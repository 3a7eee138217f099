import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import {
  useCallback,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { clockFor } from '../api/clock-for.ts'
import { askAhead } from '../api/queries.ts'
import type { PageUser } from './page-user.ts'
import { formatCount } from '../lib/numbers.ts'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { Pager } from '../ui/pager.tsx'
import { usePageQuery, usePaths, useSearchFor } from '../url/navigation.tsx'
import { FilterForm } from './filter-form.tsx'
import { FilterBar, ListHead } from './list-head.tsx'
import { ownerNames } from './owners.ts'
import { TablePane } from './table-pane.tsx'
import { rejectedFilter } from './rejected.ts'
import { linkIdOf, makeRow, rowIdAt, type RecordingRow } from './rows.ts'
import { useRecordings, type Recordings } from './use-recordings.ts'
import { useTurnTo } from './use-turn-to.ts'

/** Where the filters have room beside the table. */
const wideScreen = matchMedia('(width >= 80rem)')

const useWide = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      wideScreen.addEventListener('change', changed)
      return () => wideScreen.removeEventListener('change', changed)
    },
    () => wideScreen.matches,
  )

/** The names learned so far. The map changes only with the number of names, so that rows stay the same. */
function useOwnerNames(client: QueryClient): ReadonlyMap<string, string> {
  const learned = ownerNames(client)
  const [names, setNames] = useState(learned)
  if (learned.size !== names.size) setNames(learned)
  return names
}

function useRows({ answer }: Recordings): RecordingRow[] {
  const client = useQueryClient()
  const paths = usePaths()
  const names = useOwnerNames(client)
  return useMemo(() => {
    if (!answer) return []
    const { zone, nowMs } = clockFor(answer.query)
    const hrefOf = (id: string): string => paths.recording(id, answer.query)
    return answer.list.recordings.map((recording) =>
      makeRow(recording, { zone, nowMs, hrefOf, ownerNames: names }),
    )
  }, [answer, names, paths])
}

/**
 * Restores the list's scroll position, and the focus on the row that was opened. The list is only hidden while a
 * recording is shown; its layout effects run again when it returns. The rows of another search start at the top.
 * @param shown names the search and the page of the rows.
 */
function useReturn(lastOpen: string | null, rows: readonly RecordingRow[], shown: string) {
  const pane = useRef<HTMLDivElement>(null)
  const left = useRef({ paneTop: 0, pageTop: 0 })
  const shownLast = useRef(shown)
  useLayoutEffect(() => {
    // Not on a return to the same rows.
    if (shownLast.current === shown) return
    shownLast.current = shown
    left.current = { paneTop: 0, pageTop: 0 }
    pane.current?.scrollTo({ top: 0 })
    window.scrollTo({ top: 0 })
  }, [shown])
  const comeBack = useEffectEvent((scroller: HTMLDivElement | null) => {
    scroller?.scrollTo({ top: left.current.paneTop })
    window.scrollTo({ top: left.current.pageTop })
    const index = rows.findIndex(({ recording }) => recording.id === lastOpen)
    // By id: a ref for each of up to a thousand rows would cost every render of the table.
    document.getElementById(linkIdOf(rowIdAt(index)))?.focus({ preventScroll: true })
    document.getElementById(rowIdAt(index))?.scrollIntoView({ block: 'nearest' })
  })
  useLayoutEffect(() => {
    const scroller = pane.current
    comeBack(scroller)
    const remember = (): void => {
      if (scroller?.checkVisibility()) left.current = { paneTop: scroller.scrollTop, pageTop: window.scrollY }
    }
    scroller?.addEventListener('scroll', remember, { passive: true })
    window.addEventListener('scroll', remember, { passive: true })
    return () => {
      scroller?.removeEventListener('scroll', remember)
      window.removeEventListener('scroll', remember)
    }
  }, [])
  return pane
}

interface ListPageProps {
  readonly account: PageUser
  /** The recording shown instead of the list, or null. */
  readonly openId: string | null
  /** The recording shown last, or null. */
  readonly lastOpen: string | null
}

export function ListPage({ account, openId, lastOpen }: ListPageProps) {
  const t = useText(listText)
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const turnTo = useTurnTo(query)
  const client = useQueryClient()
  const recordings = useRecordings(query)
  const rows = useRows(recordings)
  const wide = useWide()
  const paths = usePaths()
  const pane = useReturn(lastOpen, rows, paths.list(recordings.answer?.query ?? query))
  const filters = useRef<HTMLElement>(null)
  const review = useCallback((control: HTMLElement | null) => {
    filters.current = control
  }, [])
  const rejected = rejectedFilter(recordings.problem)
  const { answer } = recordings
  const pages = answer === null ? null : Math.max(1, Math.ceil(answer.list.totalCount / query.pageSize))
  return (
    <div className="list-frame">
      {openId === null ? (
        <title>{answer ? t.pageTitle({ total: formatCount(answer.list.totalCount) }) : t.title}</title>
      ) : null}
      <aside className="list-sidebar">
        {wide ? <FilterForm rejected={rejected} first={review} /> : null}
      </aside>
      <main
        className="list-main outline-none"
        tabIndex={-1}
        id={openId === null ? 'main' : undefined}
        data-old={(answer !== null && !recordings.current) || undefined}
      >
        <ListHead session={account.session} recordings={recordings} />
        <FilterBar wide={wide} rejected={rejected} review={review} />
        <TablePane
          pane={pane}
          recordings={recordings}
          rows={rows}
          account={account}
          currentId={lastOpen}
          onReview={() => filters.current?.focus()}
        />
        <div className="list-pager">
          <Pager
            page={query.page}
            pages={pages}
            pageSize={query.pageSize}
            onPage={turnTo}
            onPageSize={(pageSize) => {
              const first = query.page * query.pageSize
              searchFor({ ...query, pageSize, page: Math.floor(first / pageSize) })
            }}
            onNear={(page) => askAhead(client, { ...query, page }, 'prefetch')}
          />
        </div>
      </main>
    </div>
  )
}
