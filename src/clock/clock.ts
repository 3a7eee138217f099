/** The clock for resolving a bookmark's periods, with the host's time and the page's zone. */
import type { Clock } from '../contract/filter-kinds.ts'
import { readInstant, toEpochMs } from '../contract/instants.ts'
import type { Period } from '../contract/periods.ts'
import {
  addDays,
  browserZone,
  dateAt,
  epochOfWall,
  monthStart,
  startOfDate,
  weekStart,
} from '../lib/zones.ts'

/** The first date of the period, and the first date after it. */
function periodDates(period: Period, today: string): readonly [from: string, to: string] {
  const tomorrow = addDays(today, 1)
  const monday = weekStart(today)
  switch (period) {
    case 'today':
      return [today, tomorrow]
    case 'yesterday':
      return [addDays(today, -1), today]
    case 'this-week':
      return [monday, addDays(monday, 7)]
    case 'last-week':
      return [addDays(monday, -7), monday]
    case 'this-month':
      return [monthStart(today), monthStart(today, 1)]
    case 'last-month':
      return [monthStart(today, -1), monthStart(today)]
    case 'last-7-days':
      return [addDays(today, -6), tomorrow]
    case 'last-30-days':
      return [addDays(today, -29), tomorrow]
    default:
      return calendarDates(period)
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

function calendarDates(period: Exclude<Period, string>): readonly [from: string, to: string] {
  const first = `${period.year}-${two(period.month ?? 1)}-${two(period.day ?? 1)}`
  if (period.day !== undefined) return [first, addDays(first, 1)]
  return [first, monthStart(first, period.month === undefined ? 12 : 1)]
}

export interface PageClock extends Clock {
  /** IANA name: the bookmark's zone, or the browser's. */
  readonly zone: string
}

/**
 * @param nowMs the host's time, ms since the Unix epoch.
 * @param tz the zone that the bookmark names. With null, the calendar is in the browser's zone, and date-times without
 *   an offset are in UTC, as in the API.
 */
export function makeClock(nowMs: number, tz: string | null, ownZone?: string): PageClock {
  const zoneOf = (): string => tz ?? ownZone ?? browserZone()
  return {
    nowMs,
    get zone() {
      return zoneOf()
    },
    epochOf(text) {
      const written = readInstant(text)
      if (!written) throw new Error(`Not a date-time: ${text}`)
      if (written.offsetMinutes !== null || tz === null) return toEpochMs(written)
      return epochOfWall(new Date(written.wallMs).toISOString().slice(0, -1), tz)
    },
    periodBounds(period) {
      const zone = zoneOf()
      const [from, to] = periodDates(period, dateAt(nowMs, zone))
      return [startOfDate(from, zone), startOfDate(to, zone)]
    },
  }
}
