import { useId, useRef, useState, type RefCallback } from 'react'
import { clockFor } from '../api/clock-for.ts'
import { timeKind, type PageTimeFilter } from '../contract/filter-kinds.ts'
import type { TimeFilterName } from '../contract/search.ts'
import { useText } from '../text/i18n.ts'
import { filterText, periodText } from '../text/list-text.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import { useChoice, useDraft } from '../ui/typing.ts'
import { usePageQuery } from '../url/navigation.tsx'
import { describeTime, presetOf, presets } from './describe.ts'
import { boundTexts, readBounds, resolvedTexts, type BoundTexts } from './time-bounds.ts'
import { useFilter } from './use-filter.ts'

type Bound = keyof BoundTexts

const CUSTOM = 'custom'

/** The select's choice and options. A period that is not among the usual ones gets an option of its own. */
function usePeriodOptions(value: PageTimeFilter | undefined, customOpen: boolean) {
  const t = useText(periodText)
  const clock = clockFor(usePageQuery())
  const usual = ['', ...presets, CUSTOM].map((option) => ({
    value: option,
    label: t[option as '' | typeof CUSTOM | (typeof presets)[number]],
  }))
  if (value === undefined) return { selected: customOpen ? CUSTOM : '', options: usual }
  const preset = presetOf(value)
  if (preset !== undefined) return { selected: customOpen ? CUSTOM : preset, options: usual }
  if (value.op !== 'equals' && value.op !== 'last' && value.op !== 'on') {
    return { selected: CUSTOM, options: usual }
  }
  const selected = timeKind.writePage(value)
  return { selected, options: [{ value: selected, label: describeTime(value, clock) }, ...usual] }
}

interface TimeFieldProps {
  readonly name: TimeFilterName
  /** Why the recorder did not accept this filter. */
  readonly rejected?: string
  /** Holds the select of the period. */
  readonly first?: RefCallback<HTMLElement> | undefined
}

/** A range of times: a period that rolls on with the clock, or two typed bounds. */
export function TimeField({ name, rejected, first }: TimeFieldProps) {
  const t = useText(filterText)
  const clock = clockFor(usePageQuery())
  const [value, change] = useFilter(name)
  const source = `${clock.zone} ${value ? timeKind.writePage(value) : ''}`
  const [draft, setDraft] = useDraft<BoundTexts>(source)
  const [unread, setUnread] = useState<readonly Bound[]>([])
  const [customOpen, setCustomOpen] = useState(false)
  const errorId = useId()
  const fromField = useRef<HTMLInputElement>(null)
  const period = usePeriodOptions(value, customOpen)

  const texts = draft ?? boundTexts(value, clock)
  const hints = resolvedTexts(value, clock)
  const reversed = value !== undefined && timeKind.resolve(value, clock) === null

  const pick = (option: string, visit?: string): void => {
    setDraft(null)
    setUnread([])
    setCustomOpen(option === CUSTOM)
    if (option === CUSTOM) {
      // Custom starts with the bounds of the current period.
      if (value?.op === 'on' || value?.op === 'last') change(readBounds(hints, clock).value, visit)
      fromField.current?.focus()
    } else change(option === '' ? undefined : (timeKind.readPage(option) ?? undefined), visit)
  }
  const choice = useChoice(period.selected, pick)
  const settle = (): void => {
    if (draft === null) return
    const shown = boundTexts(value, clock)
    if (draft.from === shown.from && draft.to === shown.to) {
      setDraft(null)
      return
    }
    const read = readBounds(draft, clock)
    setUnread(read.unread)
    if (read.unread.length > 0) return
    setDraft(null)
    setCustomOpen(false)
    change(read.value)
  }
  const wrong = draft === null ? [] : unread
  const error = wrong.length > 0 ? t.timeUnread : reversed ? t.reversed : rejected
  const field = (bound: Bound, label: string) => (
    <TextField
      label={label}
      inline
      ref={bound === 'from' ? fromField : null}
      invalidBy={error !== undefined && (wrong.length === 0 || wrong.includes(bound)) ? errorId : undefined}
      placeholder={hints[bound] || t.timeHint}
      value={texts[bound]}
      onChange={(event) => setDraft({ ...texts, [bound]: event.target.value })}
      onKeyDown={(event) => event.key === 'Enter' && settle()}
      onBlur={settle}
    />
  )
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-semibold">{t[name]}</legend>
      <SelectField
        ref={first}
        label={t.period}
        {...choice.handlers}
        value={choice.value}
        options={period.options}
        onPick={choice.pick}
      />
      <div className="flex flex-col gap-2">
        {field('from', t.from)}
        {field('to', t.to)}
      </div>
      <p id={errorId} className="text-xs font-medium text-warn empty:hidden">
        {error}
      </p>
    </fieldset>
  )
}
