/**
 * Date-times as the Recordings API writes and reads them. Instants are compared to the millisecond. Finer digits
 * are kept only so that an answer can repeat them.
 */

/** A date-time as written; a missing offset is still missing. */
export interface WrittenInstant {
  /** Milliseconds since 1970-01-01T00:00:00 of the written clock time, as if it were UTC. */
  readonly wallMs: number
  /** 100-nanosecond ticks below the millisecond, 0 to 9,999. */
  readonly subMsTicks: number
  /** Minutes east of UTC, or null where the text has no offset. */
  readonly offsetMinutes: number | null
}

const MAX_OFFSET_MINUTES = 14 * 60

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,7}))?)?([Zz]|[+\- ]\d{2}(?::?\d{2})?)?)?$/

/**
 * Reads an ISO-8601 date-time with up to 7 fractional digits, or a date alone (its midnight, without an offset).
 * A space in place of an offset's sign is read as `+`, because servers decode a raw `+` in a query to a space.
 * @returns null where the text is not such a date-time, or the day or time does not exist.
 */
export function readInstant(text: string): WrittenInstant | null {
  const match = pattern.exec(text)
  if (!match) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || year === '0000') return null
  const dayMs = readDay(Number(year), Number(month), Number(day))
  if (dayMs === null) return null
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const ticks = Number(fraction.padEnd(7, '0'))
  const offsetMinutes = offset === undefined ? null : readOffset(offset)
  if (Number.isNaN(offsetMinutes)) return null
  return {
    wallMs: dayMs + seconds * 1000 + Math.floor(ticks / TICKS_PER_MS),
    subMsTicks: ticks % TICKS_PER_MS,
    offsetMinutes,
  }
}

const TICKS_PER_MS = 10_000
/** After so many years the calendar repeats itself, weekdays and all. */
const CYCLE_YEARS = 400
const CYCLE_MS = 146_097 * 86_400_000
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** @returns ms of the day's beginning since 1970, or null where there is no such day. `Date` would take the next one. */
function readDay(year: number, month: number, day: number): number | null {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % CYCLE_YEARS === 0)
  const days = month === 2 && isLeap ? 29 : monthDays[month - 1]
  if (days === undefined || day < 1 || day > days) return null
  // `Date.UTC` takes the years 0 to 99 for those of the 20th century.
  return Date.UTC(year + CYCLE_YEARS, month - 1, day) - CYCLE_MS
}

/** @returns minutes east of UTC; NaN where the offset cannot exist. */
function readOffset(text: string): number {
  if (text === 'Z' || text === 'z') return 0
  const digits = text.slice(1).replace(':', '')
  const hours = Number(digits.slice(0, 2))
  const minutes = Number(digits.slice(2) || '0')
  const total = hours * 60 + minutes
  if (minutes > 59 || total > MAX_OFFSET_MINUTES) return Number.NaN
  return text.startsWith('-') ? -total : total
}

/**
 * The instant in milliseconds since the Unix epoch.
 * @param assumedOffsetMinutes stands in for a missing offset, in minutes east of UTC; in the API that is UTC.
 */
export function toEpochMs(written: WrittenInstant, assumedOffsetMinutes = 0): number {
  return written.wallMs - (written.offsetMinutes ?? assumedOffsetMinutes) * 60_000
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Writes an offset such as `+02:00`. UTC is `+00:00`, not `Z`. */
export function writeOffset(offsetMinutes: number): string {
  const size = Math.abs(offsetMinutes)
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * Writes the instant in UTC with as few digits as it needs: `2018-11-01T00:00:00Z`, `2018-11-01T00:00:00.250Z`. Years
 * have four digits, so an instant outside them (the last evening of 9999 in New York) becomes the nearest one inside.
 */
export function writeUtc(epochMs: number): string {
  const written = new Date(Math.min(Math.max(epochMs, FIRST_MS), LAST_MS))
  return written.toISOString().replace('.000Z', 'Z')
}

/** Writes the instant with an offset and as few digits as it needs: `2026-11-23T08:30:00+01:00`. */
export function writeInstant(epochMs: number, offsetMinutes: number): string {
  const wall = new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, -1)
  return `${wall.replace('.000', '')}${writeOffset(offsetMinutes)}`
}

/** Writes the instant as the recorder does: with 7 fractional digits and the offset of the recording. */
export function writeRecorded(epochMs: number, offsetMinutes: number, subMsTicks = 0): string {
  const wall = new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, -1)
  return `${wall}${String(subMsTicks).padStart(4, '0')}${writeOffset(offsetMinutes)}`
}
