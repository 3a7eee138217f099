import { useState } from 'react'
import { alsoWritten, cleanNumber } from '../lib/phone-numbers.ts'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { Select, TextField } from '../ui/field.tsx'
import { useTyping } from '../ui/typing.ts'
import { useFilter } from './use-filter.ts'

interface FieldProps {
  /** Why the recorder did not accept this filter. */
  readonly rejected?: string
}

export function LocalNumberField({ rejected }: FieldProps) {
  const t = useText(filterText)
  const [value, change] = useFilter('localPartyNumber')
  const typing = useTyping(value?.text ?? '', (typed, visit) => {
    const text = cleanNumber(typed)
    change(text === '' ? undefined : { op: 'equals', text }, visit)
    return text
  })
  return <TextField label={t.localPartyNumber} inputMode="tel" error={rejected} {...typing} />
}

export function RemoteNumberField({ rejected }: FieldProps) {
  const t = useText(filterText)
  const [value, change] = useFilter('remotePartyNumber')
  const [chosen, setChosen] = useState<'contains' | 'equals'>('contains')
  const op = value?.op ?? chosen
  const typing = useTyping(value?.text ?? '', (typed, visit) => {
    const text = cleanNumber(typed)
    change(text === '' ? undefined : { op, text }, visit)
    return text
  })
  const match = (
    <Select
      aria-label={t.match}
      className="!min-h-6 !w-auto !border-transparent !bg-transparent !py-0 text-xs"
      value={op}
      options={[
        { value: 'contains', label: t.contains },
        { value: 'equals', label: t.is },
      ]}
      onPick={(picked) => {
        const next = picked === 'equals' ? 'equals' : 'contains'
        setChosen(next)
        if (value) change({ op: next, text: value.text })
      }}
    />
  )
  const others = value === undefined ? [] : alsoWritten(value.text)
  return (
    <>
      <TextField label={t.remotePartyNumber} inputMode="tel" error={rejected} aside={match} {...typing} />
      {others.length === 0 ? null : (
        <p className="mt-1 flex flex-wrap items-center gap-x-1 text-xs text-muted">
          {t.also}
          {others.map((text) => (
            <button
              key={text}
              type="button"
              className="min-h-6 px-1 font-medium text-accent hover:underline"
              onClick={() => change({ op, text })}
            >
              {text}
            </button>
          ))}
        </p>
      )}
    </>
  )
}
