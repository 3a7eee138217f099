/** Times as people type them into the form. */
import { readTypedDate } from './typed-dates.ts'
import { addDays, dateAt, epochOfWall, offsetMinutesAt, startOfDate } from './zones.ts'

export interface TypedContext {
  readonly nowMs: number
  readonly zone: string
  /** The date of a time that is typed without one, `YYYY-MM-DD`, or null where nothing says which it is. */
  readonly day: string | null
}

export interface TypedTime {
  readonly epochMs: number
  /** The page zone's offset at that instant, in minutes east of UTC. */
  readonly offsetMinutes: number
}

const clock = /^(\d{1,2})(?:([:.])(\d{2})(?:[:.](\d{2})(?:[.,](\d{1,3}))?)?)?(?: ?([ap])\.?m\.?)?$/
const ago = /^[-−] ?(\d{1,4}) ?([mhdw])$/
const agoMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const withOffset = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/i

const two = (value: string | number): string => String(value).padStart(2, '0')

/**
 * @param alone whether there is no date before it. Then `8.30` could be a date, so it is not read. After a date, a bare
 *   hour is not read: `mon 15` may mean the 15th.
 * @returns `HH:mm:ss.SSS`, or null where the text is not a time of day.
 */
function readClock(text: string, alone: boolean): string | null {
  const [match, hour = '', dot, minute, second = '0', fraction = '', half] = clock.exec(text) ?? []
  if (match === undefined || Number(minute ?? 0) > 59 || Number(second) > 59) return null
  if (half === undefined && (alone ? dot === '.' : minute === undefined)) return null
  if (half !== undefined && (Number(hour) < 1 || Number(hour) > 12)) return null
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'p' ? 12 : 0)
  return hours > 23 ? null : `${two(hours)}:${minute ?? '00'}:${two(second)}.${fraction.padEnd(3, '0')}`
}

/** Reads an instant that needs no day: with an offset, `now`, or `-2h`. @returns ms since the epoch, or null. */
function readInstantOf(text: string, nowMs: number): number | null {
  if (text === 'now') return nowMs
  const [, count, unit = ''] = ago.exec(text) ?? []
  if (count !== undefined) return nowMs - Number(count) * (agoMs[unit] ?? 0)
  const epochMs = withOffset.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN
  return Number.isNaN(epochMs) ? null : epochMs
}

/** In lower case, with single spaces, and without the commas between words. */
const tidy = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/,?\s+/g, ' ')
    .replace(/(\d)t(\d)/, '$1 $2')

/**
 * Reads a date, a time of day, or both: `2026-11-23`, `23/11 8:30`, `yesterday 3pm`, `mon 14:30`, `15`; also `now`,
 * `-2h` and a full ISO date-time. Without an offset it is in the page's zone.
 * @param bound the end of the range. A `to` that is a date alone covers that day, so it becomes the next day's first
 *   instant. Of a time that occurs twice, `from` takes the first and `to` the second.
 * @returns null where the text is not a time, and `dayless` where it is one and its day is not known.
 */
export function readTyped(
  text: string,
  bound: 'from' | 'to',
  { nowMs, zone, day }: TypedContext,
): TypedTime | 'dayless' | null {
  const instant = readInstantOf(text.trim().toLowerCase(), nowMs)
  if (instant !== null) return at(instant, zone)
  const words = tidy(text).split(' ')
  // The longest date wins, so that `23.11` is one.
  for (let count = words.length; count >= 0; count -= 1) {
    const alone = count === 0
    const time = count === words.length ? undefined : readClock(words.slice(count).join(' '), alone)
    const date = alone ? day : readTypedDate(words.slice(0, count).join(' '), dateAt(nowMs, zone))
    if (time !== null && date !== null) {
      if (time !== undefined) return at(epochOfWall(`${date}T${time}`, zone, bound === 'to'), zone)
      return at(startOfDate(bound === 'to' ? addDays(date, 1) : date, zone), zone)
    }
    if (alone && typeof time === 'string') return 'dayless'
  }
  return null
}

const joint = /\s*[-–—]\s*|\s+to\s+/g

/**
 * Reads both bounds from one text, such as `14:30-15:30` or `mon 14:30 – 15:30`. The second takes the day of the first.
 * Bare numbers are not read: `3 nov-5` may mean the 5th.
 * @returns null where the text is not two times, and `dayless` as `readTyped` does.
 */
export function readTypedPair(
  text: string,
  context: TypedContext,
): readonly [from: TypedTime, to: TypedTime] | 'dayless' | null {
  const sideOf = (side: string, bound: 'from' | 'to', day: string | null) =>
    /^\s*\d*\s*$/.test(side) ? null : readTyped(side, bound, { ...context, day })
  for (const { 0: between, index } of text.matchAll(joint)) {
    const from = sideOf(text.slice(0, index), 'from', context.day)
    const day = from === null || from === 'dayless' ? context.day : dateAt(from.epochMs, context.zone)
    const to = from && sideOf(text.slice(index + between.length), 'to', day)
    if (from !== null && to !== null) return from === 'dayless' || to === 'dayless' ? 'dayless' : [from, to]
  }
  return null
}

const at = (epochMs: number, zone: string): TypedTime => ({
  epochMs,
  offsetMinutes: offsetMinutesAt(epochMs, zone),
})
