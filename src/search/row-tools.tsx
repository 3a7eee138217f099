import { Check, Copy, Link, Phone, UserRound } from 'lucide-react'
import { useState, type FocusEvent, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { withFilter } from '../contract/search.ts'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { useCopying } from '../ui/copying.ts'
import { outsideUrl } from '../url/outside.ts'
import { usePageQuery, useSearchFor } from '../url/navigation.tsx'
import { cellIdsOf } from './cells.tsx'
import { linkIdOf, rowIdAt, type RecordingRow } from './rows.ts'

interface Tool {
  readonly label: string
  readonly icon: ReactNode
  readonly run: () => void
}

/** What can be done with the row besides opening it. Filters come only for values that it has. */
function useTools({ recording, ownerName }: RecordingRow): Tool[] {
  const t = useText(listText)
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const [last, setLast] = useState<'number' | 'link' | null>(null)
  const { outcome, copy } = useCopying()
  const { id, referenceNumber, remotePartyNumber: number, ownerUsername: owner } = recording
  const copyAs = (kind: 'number' | 'link', text: string) => (): void => {
    setLast(kind)
    copy(text)
  }
  const icon = (kind: 'number' | 'link', usual: ReactNode): ReactNode =>
    outcome === 'copied' && last === kind ? <Check size={14} aria-hidden /> : usual
  const ofLink: Tool = {
    label: t.copyRowLink({ reference: referenceNumber ?? id }),
    icon: icon('link', <Link size={14} aria-hidden />),
    run: copyAs('link', outsideUrl({ name: 'recording', id }, query)),
  }
  const ofNumber: Tool[] =
    number === null
      ? []
      : [
          {
            label: t.copyNumber({ number }),
            icon: icon('number', <Copy size={14} aria-hidden />),
            run: copyAs('number', number),
          },
          {
            label: t.onlyNumber({ number }),
            icon: <Phone size={14} aria-hidden />,
            run: () => searchFor(withFilter(query, 'remotePartyNumber', { op: 'equals', text: number })),
          },
        ]
  const ofOwner: Tool[] =
    owner === null
      ? []
      : [
          {
            label: t.onlyOwner({ owner: ownerName ?? owner }),
            icon: <UserRound size={14} aria-hidden />,
            run: () => searchFor(withFilter(query, 'ownerUsername', { op: 'equals', text: owner })),
          },
        ]
  return [...ofNumber, ...ofOwner, ofLink]
}

/** Moves the focus to the button beside the focused one. */
function walk({ key, currentTarget }: KeyboardEvent): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key]
  if (step === undefined) return
  const buttons = [...currentTarget.querySelectorAll('button')]
  buttons[buttons.findIndex((button) => button === document.activeElement) + step]?.focus()
}

/** One stop of the Tab key; arrow keys walk within. */
function Toolbar({ row }: { readonly row: RecordingRow }) {
  const t = useText(listText)
  return (
    <span
      role="toolbar"
      aria-label={t.rowTools}
      tabIndex={-1}
      className="row-tools"
      onKeyDown={walk}
      // A press takes no focus, so that the tools follow the pointer to the next row.
      onMouseDown={(event) => event.preventDefault()}
    >
      {useTools(row).map(({ label, icon, run }, at) => (
        <button
          key={label}
          type="button"
          aria-label={label}
          title={label}
          tabIndex={at === 0 ? 0 : -1}
          onClick={run}
        >
          {icon}
        </button>
      ))}
    </span>
  )
}

const rowAt = (target: EventTarget): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('tr[data-row]') : null

const hasFocusInTools = (): boolean => document.activeElement?.closest('.row-tools') !== null

/** Moves the focus to the link of the row above or below. */
function walkRows({ key, target }: KeyboardEvent): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[key]
  if (step === undefined || !(target instanceof HTMLAnchorElement)) return
  const index = Number(rowAt(target)?.dataset.row)
  const next = document.getElementById(linkIdOf(rowIdAt(index + step)))
  next?.focus()
}

/**
 * The row that the pointer is on or that has the focus, and handlers for the element around the table. One set of tools
 * goes from row to row: tools of its own for each row would be most of the page.
 */
export function useRowTools(rows: readonly RecordingRow[], onChoose: (row: RecordingRow) => void) {
  const [index, setIndex] = useState<number | null>(null)
  const choose = (target: EventTarget): void => {
    const at = rowAt(target)?.dataset.row
    const row = at === undefined ? undefined : rows[Number(at)]
    setIndex(row === undefined ? null : Number(at))
    if (row) onChoose(row)
  }
  const row = index === null ? undefined : rows[index]
  const cell = index === null ? null : document.getElementById(cellIdsOf(rowIdAt(index))('reference'))
  return {
    tools: row && cell ? createPortal(<Toolbar key={row.recording.id} row={row} />, cell) : null,
    handlers: {
      onPointerOver: ({ target, pointerType }: PointerEvent): void => {
        // A finger opens the row. Tools that are in use stay where they are.
        if (pointerType !== 'touch' && !hasFocusInTools()) choose(target)
      },
      onPointerLeave: (): void => {
        if (!hasFocusInTools()) setIndex(null)
      },
      onFocus: ({ target }: FocusEvent): void => choose(target),
      onBlur: ({ relatedTarget }: FocusEvent): void => {
        if (relatedTarget === null || !rowAt(relatedTarget)) setIndex(null)
      },
      onKeyDown: (event: KeyboardEvent): void => {
        if (event.key === 'Escape') setIndex(null)
        walkRows(event)
      },
    },
  }
}
