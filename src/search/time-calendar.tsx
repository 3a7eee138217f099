import { useId, useState } from 'react'
import type { PageClock } from '../clock/clock.ts'
import type { PageTimeFilter } from '../contract/filter-kinds.ts'
import { dateAt } from '../lib/zones.ts'
import { calendarText } from '../text/calendar-text.ts'
import { useText } from '../text/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Calendar } from '../ui/calendar.tsx'
import { daysOf, moveBound, onDays, startTexts, wholeDays } from './calendar-range.ts'
import { describeTime } from './describe.ts'
import { readBounds, type BoundTexts } from './time-bounds.ts'

const STEP_MINUTES = 15

/** The range while it is chosen. The first press chooses a day, and the second makes a range of it. */
function useRange(value: PageTimeFilter | undefined, clock: PageClock) {
  const [start] = useState(() => startTexts(value, clock))
  const [texts, setTexts] = useState(start)
  const [first, setFirst] = useState<string | null>(null)
  const press = (date: string): void => {
    const other = first ?? date
    setTexts(onDays(texts, other < date ? [other, date] : [date, other], clock))
    setFirst(first === null ? date : null)
  }
  return { texts, setTexts, press, isChanged: texts.from !== start.from || texts.to !== start.to }
}

interface StepsProps {
  readonly texts: BoundTexts
  readonly clock: PageClock
  readonly onChange: (texts: BoundTexts) => void
}

/** Each step makes the range longer at one end. A disabled button would drop the focus, so it stays. */
function Steps({ texts, clock, onChange }: StepsProps) {
  const t = useText(calendarText)
  const steps = [
    [t.earlier, t.earlierHint, moveBound(texts, 'from', -STEP_MINUTES, clock)],
    [t.later, t.laterHint, moveBound(texts, 'to', STEP_MINUTES, clock)],
    [t.wholeDay, t.wholeDayHint, wholeDays(texts)],
  ] as const
  return steps.map(([label, hint, next]) => (
    <Button
      key={label}
      title={hint}
      aria-disabled={next.from === texts.from && next.to === texts.to}
      onClick={() => onChange(next)}
    >
      {label}
    </Button>
  ))
}

export interface TimeCalendarProps {
  readonly value: PageTimeFilter | undefined
  readonly clock: PageClock
  /** Gets the range, or null where nothing was changed. */
  readonly onApply: (value: PageTimeFilter | null) => void
  readonly onClose: () => void
}

/** Chooses days in the page's zone, and makes the range longer by steps. */
export function TimeCalendar({ value, clock, onApply, onClose }: TimeCalendarProps) {
  const t = useText(calendarText)
  const range = useRange(value, clock)
  const summaryId = useId()
  const read = readBounds(range.texts, clock, value).value
  const apply = (): void => {
    if (!range.isChanged) onApply(null)
    else if (read) onApply(read)
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap justify-center gap-x-4 gap-y-3">
        <Calendar
          chosen={daysOf(range.texts)}
          today={dateAt(clock.nowMs, clock.zone)}
          onPress={range.press}
        />
        <div className="flex flex-wrap content-start gap-2 md:w-28 md:flex-col">
          <Steps texts={range.texts} clock={clock} onChange={range.setTexts} />
        </div>
      </div>
      <output id={summaryId} className="text-center font-medium">
        {read ? describeTime(read, clock) : t.nothing}
      </output>
      <p className="text-center text-xs text-muted">{t.zone({ zone: clock.zone })}</p>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t.cancel}</Button>
        <Button
          look="primary"
          aria-describedby={summaryId}
          aria-disabled={read === undefined}
          onClick={apply}
        >
          {t.apply}
        </Button>
      </div>
    </div>
  )
}
