import { useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { clockFor } from '../api/clock-for.ts'
import { ownerNames } from '../api/owner-names.ts'
import { withFilter } from '../contract/search.ts'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { Data } from '../ui/data.tsx'
import { usePageQuery, useSearchFor } from '../url/navigation.tsx'
import { describeSearch } from './describe.ts'

interface ChipsProps {
  /** A chip was removed, and its button with it. */
  readonly onRemoved: () => void
}

/** The filters that are set, each with a button to remove it. */
export function Chips({ onRemoved }: ChipsProps) {
  const t = useText(filterText)
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const known = { clock: clockFor(query), names: ownerNames(useQueryClient()) }
  return describeSearch(query.search, known).map(({ name, label, value }) => (
    <span
      key={name}
      className="inline-flex shrink-0 items-center rounded-full border border-line bg-accent-soft pl-2.5 text-xs whitespace-nowrap"
    >
      <span className="text-muted">{label}:</span>
      <span className="ml-1 font-medium">
        <Data>{value}</Data>
      </span>
      <button
        type="button"
        aria-label={t.remove({ filter: `${label} ${value}` })}
        className="ml-0.5 inline-flex size-6 items-center justify-center rounded-full text-muted hover:text-ink"
        onClick={() => {
          onRemoved()
          searchFor(withFilter(query, name, undefined))
        }}
      >
        <X size={14} aria-hidden />
      </button>
    </span>
  ))
}
