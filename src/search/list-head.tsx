import { SlidersHorizontal } from 'lucide-react'
import { memo, useRef, useState, type RefCallback } from 'react'
import type { Session } from '../contract/session.ts'
import { formatCount } from '../lib/numbers.ts'
import { useText } from '../text/i18n.ts'
import { filterText, listText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { CopyLink } from '../ui/copy-link.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { usePageQuery } from '../url/navigation.tsx'
import { outsideUrl } from '../url/outside.ts'
import { Chips } from './chips.tsx'
import { FilterForm } from './filter-form.tsx'
import type { Rejected } from './rejected.ts'
import { scopeLine } from './scope-line.ts'
import type { Recordings } from './use-recordings.ts'

interface FilterDrawerProps {
  readonly rejected: Rejected | null
  /** How many recordings the filters find, or null while that is not known. */
  readonly total: number | null
  /** Holds the button that opens the filters. */
  readonly review: RefCallback<HTMLElement>
}

/** On narrow screens: the button that opens the filters, and the form in a drawer. */
function FilterDrawer({ rejected, total, review }: FilterDrawerProps) {
  const t = useText(filterText)
  const [open, setOpen] = useState(false)
  const count = Object.keys(usePageQuery().search).length
  const close = (): void => setOpen(false)
  const form = useRef<HTMLDivElement>(null)
  const show = (): void => {
    // A text that could not be applied would be lost with the drawer.
    const unsettled = form.current?.querySelector<HTMLElement>('[data-unsettled]')
    if (unsettled) unsettled.focus()
    else close()
  }
  return (
    <>
      <Button ref={review} className="shrink-0 !px-2" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <SlidersHorizontal size={16} aria-hidden />
        {t.show}
        {count > 0 ? (
          <>
            <span aria-hidden>{count}</span>
            <span className="sr-only">{t.active(count)}</span>
          </>
        ) : null}
      </Button>
      {open ? (
        <Dialog
          label={t.form}
          onClose={close}
          className="m-0 flex h-dvh max-h-none w-80 max-w-[calc(100%-2rem)] flex-col"
        >
          <div ref={form} className="flex-1 overflow-y-auto">
            <FilterForm rejected={rejected} />
          </div>
          <div className="border-t border-line p-3">
            <Button look="primary" className="w-full" onClick={show}>
              {total === null ? t.close : t.showTotal(total)}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </>
  )
}

interface ListHeadProps {
  readonly session: Session
  readonly recordings: Recordings
  /** Whether the filters stand beside the table. */
  readonly wide: boolean
  readonly rejected: Rejected | null
  readonly review: RefCallback<HTMLElement>
}

/** The line above the table: how many recordings, whose, and by which filters. */
export const ListHead = memo(function ListHead(props: ListHeadProps) {
  const { session, recordings, wide, rejected, review } = props
  const t = useText(listText)
  const chips = useRef<HTMLDivElement>(null)
  const query = usePageQuery()
  const { answer, current, busy } = recordings
  const total = answer?.list.totalCount ?? null
  return (
    <div className="list-head">
      {wide ? null : (
        <FilterDrawer rejected={rejected} total={current && !busy ? total : null} review={review} />
      )}
      <h1 className="font-semibold max-md:sr-only">{t.title}</h1>
      <span className="list-total">
        {total === null ? <span className="bone w-10" /> : formatCount(total)}
      </span>
      <span className="shrink-10 truncate text-muted max-xl:sr-only">{scopeLine(session)}</span>
      {/* A chip's button disappears with it, so the focus moves to this element. */}
      <div
        ref={chips}
        className="list-chips outline-none"
        tabIndex={-1}
        // A mouse has one wheel, and a scrollbar would push the chips out of their line.
        onWheel={({ currentTarget, deltaY }) => currentTarget.scrollBy({ left: deltaY })}
      >
        <Chips onRemoved={() => chips.current?.focus()} />
      </div>
      <CopyLink address={() => outsideUrl({ name: 'list' }, query)} />
    </div>
  )
})
