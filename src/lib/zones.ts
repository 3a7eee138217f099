/**
 * Converts between local time and instants. Calendar dates are `YYYY-MM-DD`, local times `YYYY-MM-DDTHH:mm:ss.SSS`,
 * instants ms since the Unix epoch. Only this file imports dayjs.
 *
 * The calendar comes from dayjs, but offsets come from `Intl`: dayjs's zone plugin makes a formatter at each call,
 * which cost 40 ms before the first request and as much again for a page of rows.
 */
import dayjs from 'dayjs'
import utc from 'dayjs/plugin/utc.js'

dayjs.extend(utc)

const DATE = 'YYYY-MM-DD'
const DAY_MS = 86_400_000

let ownZone: string | undefined

/**
 * The browser's zone when it was first asked for, as an IANA name. The first formatter of a page is slow to make, so
 * nothing is asked before the page is painted.
 */
export const browserZone = (): string => (ownZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone)

/** Every zone that the browser knows, UTC first. */
export const zoneNames = (): string[] => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC'),
]

const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  clocks.set(zone, clock)
  return clock
}

/** The zone's offset at that instant, in ms east of UTC. */
function offsetMsAt(epochMs: number, zone: string): number {
  const shown = clockOf(zone).format(epochMs)
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (shown.match(/\d+/g) ?? []).map(
    Number,
  )
  const wall = new Date(0)
  // `Date.UTC` would read years before 100 as years of the 20th century.
  wall.setUTCFullYear(year, month - 1, day)
  return wall.setUTCHours(hour, minute, second) - Math.floor(epochMs / 1000) * 1000
}

/** The zone's offset at that instant, in minutes east of UTC. */
export const offsetMinutesAt = (epochMs: number, zone: string): number =>
  Math.round(offsetMsAt(epochMs, zone) / 60_000)

/** The local time in that zone. */
export const wallTime = (epochMs: number, zone: string): string =>
  new Date(epochMs + offsetMsAt(epochMs, zone)).toISOString().slice(0, -1)

/**
 * The instant of a local time in that zone. When the clocks go back, a time occurs twice; the result is the earlier
 * instant unless `later` is set. A time that the clocks skip is read with the offset before the gap, so it lands just
 * as far after the gap.
 */
export function epochOfWall(wall: string, zone: string, later = false): number {
  const asUtc = Date.parse(`${wall}Z`)
  const before = asUtc - offsetMsAt(asUtc - DAY_MS, zone)
  const after = asUtc - offsetMsAt(asUtc + DAY_MS, zone)
  const showing = [before, after].filter((epochMs) => wallTime(epochMs, zone) === wall)
  if (showing.length === 0) return before
  return later ? Math.max(...showing) : Math.min(...showing)
}

/** The calendar date at that instant. */
export const dateAt = (epochMs: number, zone: string): string => wallTime(epochMs, zone).slice(0, 10)

/**
 * The first instant of a calendar date. Adding 24 hours to an instant would be wrong on days of 23 and 25 hours, so
 * each date is converted by itself. Where midnight is skipped, the day starts when the clocks resume.
 */
export const startOfDate = (date: string, zone: string): number => epochOfWall(`${date}T00:00:00.000`, zone)

/** @param days negative for an earlier date. */
export const addDays = (date: string, days: number): string => dayjs.utc(date).add(days, 'day').format(DATE)

/** The first day of the month `months` later: `2026-11-23` and 1 give `2026-12-01`. */
export const monthStart = (date: string, months = 0): string =>
  dayjs.utc(date).startOf('month').add(months, 'month').format(DATE)

/** The Monday of the date's week. */
export const weekStart = (date: string): string => addDays(date, -((dayjs.utc(date).day() + 6) % 7))
