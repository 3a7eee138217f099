import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react'
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { formatCount } from '../lib/numbers.ts'
import { useText } from '../text/i18n.ts'
import { pagerText } from '../text/shell-text.ts'
import { IconButton } from './button.tsx'
import { Select } from './field.tsx'
import { useChoice } from './typing.ts'

interface PageFieldProps {
  /** From 0. */
  readonly page: number
  readonly pages: number
  readonly onPage: (page: number) => void
}

/** The number of the page, to type another. It is empty where the address asks for a page beyond the last. */
function PageField({ page, pages, onPage }: PageFieldProps) {
  const t = useText(pagerText)
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const go = (): void => {
    if (typed === null) return
    const target = Number(typed)
    const isThere = /^\s*\d+\s*$/.test(typed) && target >= 1 && target <= pages
    field.current?.setCustomValidity(isThere || typed.trim() === '' ? '' : t.noPage(pages))
    if (!isThere && typed.trim() !== '') {
      field.current?.reportValidity()
      return
    }
    setTyped(null)
    if (isThere && target !== page + 1) onPage(target - 1)
  }
  const drop = (): void => {
    setTyped(null)
    field.current?.setCustomValidity('')
  }
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === 'Enter') go()
    if (key === 'Escape') drop()
  }
  return (
    <input
      ref={field}
      aria-label={t.page}
      inputMode="numeric"
      autoComplete="off"
      className={`control !min-h-7 !px-1 !py-0 text-center max-[24rem]:hidden ${pages < 1000 ? '!w-10' : '!w-12'}`}
      value={typed ?? (page < pages ? String(page + 1) : '')}
      onFocus={(event) => event.target.select()}
      onChange={(event) => {
        event.target.setCustomValidity('')
        setTyped(event.target.value)
      }}
      onKeyDown={onKeyDown}
      onBlur={drop}
    />
  )
}

interface PagerProps {
  /** From 0. */
  readonly page: number
  /** The number of pages, or null while unknown. */
  readonly pages: number | null
  /** Whether the number of pages is of another search than the page's. No page can be turned to then. */
  readonly isOld: boolean
  readonly pageSize: number
  /** The sizes to choose from. */
  readonly pageSizes: readonly number[]
  /** Which rows are on the page. */
  readonly children: ReactNode
  readonly onPage: (page: number) => void
  /** @param visit the visit to the select, for a choice by key. */
  readonly onPageSize: (pageSize: number, visit?: string) => void
  /** Called when the pointer or the focus reaches the button for that page. */
  readonly onNear: (page: number) => void
}

export function Pager(props: PagerProps) {
  const { page, pages, isOld, pageSize, pageSizes, children, onPage, onPageSize, onNear } = props
  const t = useText(pagerText)
  const last = Math.max((pages ?? 1) - 1, 0)
  const offered = pageSizes.includes(pageSize)
    ? pageSizes
    : [...pageSizes, pageSize].toSorted((a, b) => a - b)
  const choice = useChoice(String(pageSize), (value, visit) => onPageSize(Number(value), visit))
  // A button that was disabled would drop the focus of a user who has just pressed it.
  const step = (label: string, icon: ReactNode, target: number, isThere: boolean) => {
    const possible = isThere && !isOld
    return (
      <IconButton
        label={label}
        icon={icon}
        className="shrink-0 max-md:!min-w-7 max-md:!w-7"
        // A search takes a moment, and the steps do not blink for it.
        aria-disabled={!isThere}
        onClick={() => possible && onPage(target)}
        onPointerEnter={() => possible && onNear(target)}
        onFocus={() => possible && onNear(target)}
      />
    )
  }
  return (
    <nav aria-label={t.pages} className="flex min-w-0 flex-1 items-center gap-1">
      <label className="flex items-center gap-2 text-xs whitespace-nowrap text-muted">
        <span className="max-md:sr-only">{t.rows}</span>
        <Select
          className="!min-h-7 !w-auto !py-0 text-sm max-md:!px-1"
          {...choice.handlers}
          value={choice.value}
          options={offered.map((size) => ({ value: String(size), label: String(size) }))}
          onPick={choice.pick}
        />
      </label>
      <div className="ms-auto me-1 truncate max-md:text-xs md:me-2">{children}</div>
      {step(t.first, <ChevronFirst size={18} aria-hidden />, 0, page > 0)}
      {step(t.previous, <ChevronLeft size={18} aria-hidden />, Math.min(page - 1, last), page > 0)}
      <span className="flex items-center gap-1.5 px-0.5 whitespace-nowrap text-muted">
        <span aria-hidden className="max-md:hidden">
          {t.page}
        </span>
        <PageField page={page} pages={last + 1} onPage={onPage} />
        <span className="max-md:sr-only">
          {pages === null ? '' : t.ofPages({ pages: formatCount(pages) })}
        </span>
      </span>
      {step(t.next, <ChevronRight size={18} aria-hidden />, page + 1, page < last)}
      {step(t.last, <ChevronLast size={18} aria-hidden />, last, page < last)}
    </nav>
  )
}
