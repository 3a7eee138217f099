import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatCount } from '../lib/numbers.ts'
import { useText } from '../text/i18n.ts'
import { pagerText } from '../text/shell-text.ts'
import { IconButton } from './button.tsx'
import { Select } from './field.tsx'

interface PagerProps {
  /** From 0. */
  readonly page: number
  /** The number of pages, or null while unknown. */
  readonly pages: number | null
  readonly pageSize: number
  readonly onPage: (page: number) => void
  readonly onPageSize: (pageSize: number) => void
  /** Called when the pointer or the focus reaches the button for that page. */
  readonly onNear: (page: number) => void
}

const sizes = [25, 50, 100, 200]

export function Pager({ page, pages, pageSize, onPage, onPageSize, onNear }: PagerProps) {
  const t = useText(pagerText)
  const last = Math.max((pages ?? 1) - 1, 0)
  const offered = sizes.includes(pageSize) ? sizes : [...sizes, pageSize].toSorted((a, b) => a - b)
  // A button that was disabled would drop the focus of a user who has just pressed it.
  const step = (label: string, icon: ReactNode, target: number, possible: boolean) => (
    <IconButton
      label={label}
      icon={icon}
      aria-disabled={!possible}
      onClick={() => possible && onPage(target)}
      onPointerEnter={() => possible && onNear(target)}
      onFocus={() => possible && onNear(target)}
    />
  )
  return (
    <nav aria-label={t.pages} className="flex flex-1 flex-wrap items-center justify-between gap-2">
      <label className="flex items-center gap-2 text-xs text-muted">
        {t.rows}
        <Select
          className="!w-auto !min-h-8 text-sm"
          value={String(pageSize)}
          options={offered.map((size) => ({ value: String(size), label: String(size) }))}
          onPick={(value) => onPageSize(Number(value))}
        />
      </label>
      <div className="flex items-center gap-1">
        {step(t.first, <ChevronFirst size={18} aria-hidden />, 0, page > 0)}
        {step(t.previous, <ChevronLeft size={18} aria-hidden />, Math.min(page - 1, last), page > 0)}
        <span className="min-w-28 px-1 text-center text-muted">
          {pages === null ? '' : t.page({ page: formatCount(page + 1), pages: formatCount(last + 1) })}
        </span>
        {step(t.next, <ChevronRight size={18} aria-hidden />, page + 1, page < last)}
        {step(t.last, <ChevronLast size={18} aria-hidden />, last, page < last)}
      </div>
    </nav>
  )
}
