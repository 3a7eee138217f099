import {
  useEffect,
  useId,
  useRef,
  useState,
  type FocusEventHandler,
  type RefCallback,
  type RefObject,
} from 'react'
import { clockFor } from '../api/clock-for.ts'
import { timeKind, type PageTimeFilter } from '../contract/filter-kinds.ts'
import type { TimeFilterName } from '../contract/search.ts'
import { useText } from '../text/i18n.ts'
import { filterText, periodText } from '../text/list-text.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import { useChoice, useDraft, useSelectOnFocus } from '../ui/typing.ts'
import { usePageQuery } from '../url/navigation.tsx'
import { CalendarButton } from './calendar-button.tsx'
import { describeCover, describeTime, presetOf, presets } from './describe.ts'
import { resolvedBounds } from './time-bounds.ts'
import { useFilter } from './use-filter.ts'
import { useTypedBounds } from './use-typed-bounds.ts'

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

const valueText = (value: PageTimeFilter | undefined): string =>
  value === undefined ? '' : timeKind.writePage(value)

/**
 * Whether Custom was chosen for this value. Any other value, as after Back, has a period of its own.
 * @param from the field that gets the focus when it is chosen, but not on the way back to such a value. It shows the new
 *   value by that time, and the next key replaces it.
 */
function useCustom(value: PageTimeFilter | undefined, from: RefObject<HTMLInputElement | null>) {
  const [chosen, setChosen] = useDraft<true>(valueText(value))
  const [times, setTimes] = useState(0)
  useEffect(() => {
    if (times === 0) return
    from.current?.focus()
    from.current?.select()
  }, [times, from])
  const choose = (over: PageTimeFilter | undefined): void => {
    setChosen(true, valueText(over))
    setTimes(times + 1)
  }
  return { isOpen: chosen !== null, choose, leave: () => setChosen(null) }
}

interface TimeFieldProps {
  readonly name: TimeFilterName
  /** Why the recorder did not accept this filter. */
  readonly rejected?: string
  /** Holds the select of the period. */
  readonly first?: RefCallback<HTMLElement> | undefined
}

interface BoundFieldsProps {
  readonly bounds: ReturnType<typeof useTypedBounds>
  readonly fault: string
  readonly from: RefObject<HTMLInputElement | null>
  readonly onBlur: FocusEventHandler
}

/** @param props.fault the id of the element with the fault. */
function BoundFields({ bounds, fault, from, onBlur }: BoundFieldsProps) {
  const t = useText(filterText)
  const selecting = useSelectOnFocus()
  return (['from', 'to'] as const).map((bound) => (
    <TextField
      {...selecting}
      key={bound}
      label={t[bound]}
      inline
      className="placeholder:italic"
      ref={bound === 'from' ? from : null}
      invalidBy={bounds.fault?.of.includes(bound) ? fault : undefined}
      data-unsettled={(bounds.isUnsettled && bounds.fault?.of.includes(bound)) || undefined}
      placeholder={t.timeHint}
      value={bounds.texts[bound]}
      onChange={(event) => bounds.edit(bound, event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && bounds.settle()}
      onBlur={onBlur}
    />
  ))
}

/**
 * A range of times: a period that rolls on with the clock, or two typed bounds. They are applied together, on Enter and
 * when the focus leaves both fields and their calendar.
 */
export function TimeField({ name, rejected, first }: TimeFieldProps) {
  const t = useText(filterText)
  const clock = clockFor(usePageQuery())
  const [value, change] = useFilter(name)
  const [calendarOpen, setCalendarOpen] = useState(false)
  const apply = (next: PageTimeFilter | undefined): void => {
    custom.leave()
    change(next)
  }
  const bounds = useTypedBounds({ value, clock, rejected, apply })
  const [faultId, coverId] = [useId(), useId()]
  const from = useRef<HTMLInputElement>(null)
  const custom = useCustom(value, from)
  const fields = useRef<HTMLDivElement>(null)
  const calendar = useRef<HTMLButtonElement>(null)
  const period = usePeriodOptions(value, custom.isOpen)
  const cover = value && describeCover(value, clock)

  const pick = (option: string, visit?: string): void => {
    bounds.discard()
    if (option === CUSTOM) {
      // Custom starts with the bounds of the current period.
      const next = resolvedBounds(value, clock)
      custom.choose(next)
      change(next, visit)
    } else {
      custom.leave()
      change(option === '' ? undefined : (timeKind.readPage(option) ?? undefined), visit)
    }
  }
  const choice = useChoice(period.selected, pick)
  const leave: FocusEventHandler = ({ relatedTarget: to }) => {
    const stays = to !== null && (to === calendar.current || fields.current?.contains(to))
    if (!stays && !calendarOpen) bounds.settle()
  }
  const applyCalendar = (chosen: PageTimeFilter | null): void => {
    setCalendarOpen(false)
    if (chosen === null) return bounds.settle()
    bounds.discard()
    apply(chosen)
  }
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-semibold">{t[name]}</legend>
      <div className="flex items-end gap-1">
        <div className="min-w-0 flex-1">
          <SelectField
            ref={first}
            label={t.period}
            aria-describedby={coverId}
            {...choice.handlers}
            value={choice.value}
            options={period.options}
            onPick={choice.pick}
          />
        </div>
        <CalendarButton
          ref={calendar}
          label={t[name]}
          clock={clock}
          value={bounds.typed}
          open={calendarOpen}
          onOpen={() => setCalendarOpen(true)}
          onClose={() => setCalendarOpen(false)}
          onApply={applyCalendar}
          onBlur={leave}
        />
      </div>
      <div ref={fields} className="flex flex-col gap-2">
        <BoundFields bounds={bounds} fault={faultId} from={from} onBlur={leave} />
      </div>
      <p id={faultId} className="text-xs font-medium text-warn empty:hidden">
        {bounds.fault?.message}
      </p>
      <p id={coverId} className="text-xs text-muted empty:hidden">
        {cover ? t.covers({ time: cover }) : null}
      </p>
    </fieldset>
  )
}
