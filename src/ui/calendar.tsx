/**
 * A month of days, of which one or a range is chosen. Only this file knows the date picker. Its dates are `YYYY-MM-DD`
 * and belong to no zone.
 */
import { DayPicker, type DayPickerProps } from 'react-day-picker'
import { calendarText } from '../text/calendar-text.ts'
import { useText } from '../text/i18n.ts'

/** The picker counts days in the browser's zone. At noon, no change of the clocks leads to another day. */
function dateOf(text: string): Date {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number)
  return new Date(year, month - 1, day, 12)
}

const two = (value: number): string => String(value).padStart(2, '0')

const textOf = (date: Date): string =>
  `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`

/** The picker's dates are in the browser's zone, which is also the zone of these formatters. */
const formatter = (options: Intl.DateTimeFormatOptions) => {
  const { format } = new Intl.DateTimeFormat('en-GB', options)
  return (date: Date): string => format(date)
}

const month = formatter({ month: 'long', year: 'numeric' })
const weekday = formatter({ weekday: 'short' })
const fullDate = formatter({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })

const step = 'inline-flex size-9 items-center justify-center rounded-md hover:bg-hover'

/** The chosen days have borders and the current day is underlined, so neither depends on colour. */
const classNames = {
  months: 'relative',
  nav: 'absolute inset-x-0 top-0 flex justify-between',
  button_previous: step,
  button_next: `${step} aria-disabled:opacity-45`,
  chevron: 'size-5 fill-current',
  month_caption: 'flex h-9 items-center justify-center font-semibold',
  weekday: 'h-8 w-9 text-xs font-medium text-muted',
  day: 'p-px text-center',
  day_button:
    'size-9 rounded-md tabular-nums hover:bg-hover disabled:opacity-45 disabled:hover:bg-transparent',
  today: '[&>button]:font-bold [&>button]:underline [&>button]:underline-offset-4',
  selected: '[&>button]:border-2 [&>button]:border-accent [&>button]:font-bold',
  range_start: '[&>button]:bg-accent [&>button]:text-on-accent [&>button]:hover:bg-accent-strong',
  range_end: '[&>button]:bg-accent [&>button]:text-on-accent [&>button]:hover:bg-accent-strong',
  range_middle: '[&>button]:bg-accent-soft',
} satisfies DayPickerProps['classNames']

interface CalendarProps {
  /** The first and the last chosen day, or null. */
  readonly chosen: readonly [from: string, to: string] | null
  /** Marked, and the last day that can be chosen. */
  readonly today: string
  readonly onPress: (date: string) => void
}

/** Arrow keys walk over the days, Page Up and Page Down over the months. It takes the focus when it opens. */
export function Calendar({ chosen, today, onPress }: CalendarProps) {
  const t = useText(calendarText)
  const last = chosen && chosen[1] < today ? chosen[1] : today
  return (
    <DayPicker
      mode="range"
      // The calendar opens in a dialog, in which the day is the first thing to choose.
      // oxlint-disable-next-line jsx-a11y/no-autofocus
      autoFocus
      lang="en-GB"
      weekStartsOn={1}
      classNames={classNames}
      defaultMonth={dateOf(last)}
      endMonth={dateOf(today)}
      today={dateOf(today)}
      disabled={{ after: dateOf(today) }}
      selected={chosen ? { from: dateOf(chosen[0]), to: dateOf(chosen[1]) } : undefined}
      onSelect={(_, pressed) => onPress(textOf(pressed))}
      formatters={{ formatCaption: month, formatWeekdayName: weekday }}
      labels={{
        labelNav: () => t.days,
        labelPrevious: () => t.previous,
        labelNext: () => t.next,
        labelGrid: month,
        labelWeekday: weekday,
        labelDayButton: (day, { today: isToday, selected }) => {
          const date = isToday ? t.today({ date: fullDate(day) }) : fullDate(day)
          return selected ? t.selected({ date }) : date
        },
      }}
    />
  )
}
