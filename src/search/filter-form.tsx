import { ChevronDown } from 'lucide-react'
import { memo, useState, type ReactNode, type RefCallback } from 'react'
import { filterNames, type FilterName } from '../contract/search.ts'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { usePageQuery, useSearchFor } from '../url/navigation.tsx'
import { DirectionField } from './direction-field.tsx'
import { OwnerField } from './owner-field.tsx'
import type { Rejected } from './rejected.ts'
import { LocalNumberField, RemoteNumberField } from './text-fields.tsx'
import { TimeField } from './time-field.tsx'

type FieldOf = (error: { rejected?: string }, first?: RefCallback<HTMLElement>) => ReactNode

/** One field for each declared filter. The everyday ones are always open. */
const fields: Readonly<Record<FilterName, { readonly everyday: boolean; readonly field: FieldOf }>> = {
  startTime: {
    everyday: true,
    field: (error, first) => <TimeField name="startTime" first={first} {...error} />,
  },
  endTime: { everyday: false, field: (error) => <TimeField name="endTime" {...error} /> },
  localPartyNumber: { everyday: false, field: (error) => <LocalNumberField {...error} /> },
  remotePartyNumber: { everyday: true, field: (error) => <RemoteNumberField {...error} /> },
  ownerUsername: { everyday: true, field: (error) => <OwnerField {...error} /> },
  direction: { everyday: true, field: () => <DirectionField /> },
}

const everyday = filterNames.filter((name) => fields[name].everyday)
const further = filterNames.filter((name) => !fields[name].everyday)

interface FilterFormProps {
  readonly rejected: Rejected | null
  /** Holds the form's first control. */
  readonly first?: RefCallback<HTMLElement>
}

/** It changes with the address, not with the rows. */
export const FilterForm = memo(function FilterForm({ rejected, first }: FilterFormProps) {
  const t = useText(filterText)
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const isEmpty = Object.keys(query.search).length === 0
  const hasFurther = further.some((name) => query.search[name] !== undefined)
  const [had, setHad] = useState(hasFurther)
  const [open, setOpen] = useState(hasFurther)
  // A filter that is set opens them. One that is emptied closes nothing: the user may be typing another value.
  if (hasFurther !== had) {
    setHad(hasFurther)
    if (hasFurther) setOpen(true)
  }
  const fieldOf = (name: FilterName) => (
    <div key={name}>
      {fields[name].field(rejected?.name === name ? { rejected: rejected.message } : {}, first)}
    </div>
  )
  return (
    <form
      aria-label={t.form}
      className="flex flex-col gap-4 p-4"
      onSubmit={(event) => event.preventDefault()}
    >
      {everyday.map(fieldOf)}
      <Button
        look="quiet"
        className="!justify-start !px-0"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <ChevronDown size={16} aria-hidden className={open ? 'rotate-180' : ''} />
        {t.more}
      </Button>
      {open ? further.map(fieldOf) : null}
      {/* A disabled button would drop the focus of the user who has pressed it. */}
      <Button aria-disabled={isEmpty} onClick={() => isEmpty || searchFor({ ...query, page: 0, search: {} })}>
        {t.clear}
      </Button>
    </form>
  )
})
