/** Times as people type them into the form. */
import { addDays, dateAt, epochOfWall, offsetMinutesAt, startOfDate } from './zones.ts'

export interface TypedContext {
  readonly nowMs: number
  readonly zone: string
}

export interface TypedTime {
  readonly epochMs: number
  /** The page zone's offset at that instant, in minutes east of UTC. */
  readonly offsetMinutes: number
}

const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const european = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/
const clock = /^(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,3}))?)?$/
const withOffset = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/i

const two = (text: string): string => text.padStart(2, '0')

/** @returns `YYYY-MM-DD`, or null where the date does not exist. */
function readDate(text: string, context: TypedContext): string | null {
  const today = dateAt(context.nowMs, context.zone)
  if (text === 'today') return today
  if (text === 'yesterday') return addDays(today, -1)
  const [, year, month, day] = iso.exec(text) ?? []
  const [, europeanDay, europeanMonth, europeanYear] = european.exec(text) ?? []
  const date = `${year ?? europeanYear}-${two(month ?? europeanMonth ?? '')}-${two(day ?? europeanDay ?? '')}`
  const read = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(date) ? date : null
}

/** @returns `HH:mm:ss.SSS`, or null where the text is not a time of day. */
function readClock(text: string): string | null {
  const [match, hour = '', minute = '', second = '0', fraction = '0'] = clock.exec(text) ?? []
  if (match === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  return `${two(hour)}:${minute}:${two(second)}.${fraction.padEnd(3, '0')}`
}

/**
 * Reads `2026-11-23`, `23/11/2026 8:30`, `yesterday 14:00`, `08:30` (today) or a full ISO date-time. Without an
 * offset it is in the page's zone.
 * @param bound the end of the range. A `to` that is a date alone covers that day, so it becomes the next day's first
 *   instant. Of a time that occurs twice, `from` takes the first and `to` the second.
 * @returns null where the text is not a time.
 */
export function readTyped(text: string, bound: 'from' | 'to', context: TypedContext): TypedTime | null {
  const typed = text.trim().replaceAll(/\s+/g, ' ')
  if (withOffset.test(typed)) {
    const epochMs = Date.parse(typed)
    return Number.isNaN(epochMs) ? null : at(epochMs, context.zone)
  }
  const [first = '', second] = typed
    .toLowerCase()
    .replace(/(\d)t(\d)/, '$1 $2')
    .split(' ')
  const alone = second === undefined ? readClock(first) : null
  const date = alone === null ? readDate(first, context) : dateAt(context.nowMs, context.zone)
  if (date === null || typed.split(' ').length > 2) return null
  if (second === undefined && alone === null) {
    return at(startOfDate(bound === 'to' ? addDays(date, 1) : date, context.zone), context.zone)
  }
  const time = alone ?? readClock(second ?? '')
  return time === null ? null : at(epochOfWall(`${date}T${time}`, context.zone, bound === 'to'), context.zone)
}

const at = (epochMs: number, zone: string): TypedTime => ({
  epochMs,
  offsetMinutes: offsetMinutesAt(epochMs, zone),
})
