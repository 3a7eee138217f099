import { RefreshCw, SlidersHorizontal } from 'lucide-react'
import { useRef, useState, type RefCallback } from 'react'
import { clockFor } from '../api/clock-for.ts'
import type { Session } from '../contract/session.ts'
import { formatCount } from '../lib/numbers.ts'
import { formatTime } from '../lib/times.ts'
import { useText } from '../text/i18n.ts'
import { filterText, listText } from '../text/list-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { usePageQuery } from '../url/navigation.tsx'
import { Chips } from './chips.tsx'
import { FilterForm } from './filter-form.tsx'
import type { Rejected } from './rejected.ts'
import type { Recordings } from './use-recordings.ts'

/** Writes `All recordings`, `Groups Sales and Support` or `Your calls`. */
function scopeLine({ scope }: Session): string {
  const t = listText.get()
  if (scope.kind === 'all') return t.scopeAll
  if (scope.kind === 'own') return t.scopeOwn
  if (scope.kind === 'recorder') return t.scopeRecorder
  if (scope.kind === 'none' || scope.groups.length === 0) return t.scopeNone
  const groups = new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(scope.groups)
  return scope.groups.length === 1 ? t.scopeGroup({ groups }) : t.scopeGroups({ groups })
}

/** Writes which of the matches are in the table: `51–100 of 1,234`. */
function rangeLine({ answer }: Recordings): string {
  const t = listText.get()
  if (!answer) return ''
  const { list, query } = answer
  const first = query.page * query.pageSize
  const total = formatCount(list.totalCount)
  if (first >= list.totalCount) return t.none({ total })
  const last = Math.min(first + query.pageSize, list.totalCount)
  return t.range({ first: formatCount(first + 1), last: formatCount(last), total })
}

interface ListHeadProps {
  readonly session: Session
  readonly recordings: Recordings
}

/** The head of the list: the user's scope, the range of rows, the time of the answer and the zone. */
export function ListHead({ session, recordings }: ListHeadProps) {
  const t = useText(listText)
  const { answer, busy, refresh } = recordings
  const { zone } = clockFor(usePageQuery())
  return (
    <div className="list-head">
      <div className="flex min-w-0 items-baseline gap-3">
        <h1 className="text-lg font-semibold">{t.title}</h1>
        <p className="truncate text-muted">{scopeLine(session)}</p>
      </div>
      <div className="flex items-center gap-3 max-md:w-full">
        <output aria-label={t.results} className="list-range max-md:mr-auto">
          {rangeLine(recordings)}
        </output>
        <p className="text-muted">
          {answer === null ? (
            <span className={busy ? 'bone w-32' : ''} />
          ) : (
            <>
              {t.asOf({ time: formatTime(answer.asOfMs, zone, 'minute') })}
              <span className="max-md:sr-only"> {zone}</span>
            </>
          )}
        </p>
        <IconButton
          label={t.refresh}
          icon={<RefreshCw size={16} aria-hidden className={busy ? 'animate-spin' : ''} />}
          onClick={refresh}
        />
      </div>
    </div>
  )
}

interface FilterBarProps {
  readonly wide: boolean
  readonly rejected: Rejected | null
  /** Holds the button that opens the filters, while it is there. */
  readonly review: RefCallback<HTMLElement>
}

/** The filters that are set, and on narrow screens the button that opens the form. */
export function FilterBar({ wide, rejected, review }: FilterBarProps) {
  const t = useText(filterText)
  const [open, setOpen] = useState(false)
  const bar = useRef<HTMLDivElement>(null)
  const count = Object.keys(usePageQuery().search).length
  return (
    <div ref={bar} className="list-chips outline-none" tabIndex={-1}>
      {wide ? null : (
        <Button ref={review} className="shrink-0" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          <SlidersHorizontal size={16} aria-hidden />
          {t.show}
          {count > 0 ? (
            <>
              <span aria-hidden>{count}</span>
              <span className="sr-only">{t.active(count)}</span>
            </>
          ) : null}
        </Button>
      )}
      {/* The button disappears with its chip, so the focus moves to the bar of chips. */}
      <Chips onRemoved={() => bar.current?.focus()} />
      {open && !wide ? (
        <Dialog
          label={t.form}
          onClose={() => setOpen(false)}
          className="m-0 flex h-dvh max-h-none w-80 max-w-[calc(100%-2rem)] flex-col"
        >
          <div className="flex-1 overflow-y-auto">
            <FilterForm rejected={rejected} />
          </div>
          <div className="border-t border-line p-3">
            <Button look="primary" className="w-full" onClick={() => setOpen(false)}>
              {t.close}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </div>
  )
}
