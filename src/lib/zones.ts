/**
 * Clocks on the wall and instants. Calendar dates are `YYYY-MM-DD`, wall times `YYYY-MM-DDTHH:mm:ss.SSS`;
 * instants are ms since the Unix epoch. The only importer of dayjs.
 */
import dayjs from 'dayjs'
import timezone from 'dayjs/plugin/timezone.js'
import utc from 'dayjs/plugin/utc.js'

dayjs.extend(utc)
dayjs.extend(timezone)

const WALL = 'YYYY-MM-DDTHH:mm:ss.SSS'
const DATE = 'YYYY-MM-DD'

/** The zone of the browser, as an IANA name. */
export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** Every zone that the browser knows, UTC first. */
export const zoneNames = (): string[] => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC'),
]

/** What a clock on the wall of that zone shows. */
export function wallTime(epochMs: number, zone: string): string {
  return dayjs(epochMs).tz(zone).format(WALL)
}

/** The zone's offset at that instant, in minutes east of UTC. */
export function offsetMinutesAt(epochMs: number, zone: string): number {
  return Math.round((dayjs.utc(wallTime(epochMs, zone)).valueOf() - epochMs) / 60_000)
}

/** How far apart the two readings of a repeated hour can be; Lord Howe Island shifts by half an hour. */
const REPEATS_MS = [3_600_000, 1_800_000]

/**
 * The instant at which that clock shows that time. Where the clocks go back a time occurs twice, and the
 * earlier instant is meant unless `later` says otherwise; a time that the clocks skip is read with the offset
 * before the gap, and so lies as far after it.
 */
export function epochOfWall(wall: string, zone: string, later = false): number {
  const found = dayjs.tz(wall, zone).valueOf()
  const shown = wallTime(found, zone)
  const twin = [...REPEATS_MS, ...REPEATS_MS.map((ms) => -ms)]
    .map((ms) => found + ms)
    .find((ms) => wallTime(ms, zone) === shown)
  return later ? Math.max(found, twin ?? found) : Math.min(found, twin ?? found)
}

/** The calendar date at that instant. */
export const dateAt = (epochMs: number, zone: string): string => wallTime(epochMs, zone).slice(0, 10)

/**
 * The first instant of a calendar date. Each date is read anew: adding a day to an instant would be wrong on
 * the days of 23 and 25 hours. Where midnight is skipped the day starts when the clocks resume.
 */
export const startOfDate = (date: string, zone: string): number => epochOfWall(`${date}T00:00:00.000`, zone)

/** The date so many days later, or earlier where negative. */
export const addDays = (date: string, days: number): string => dayjs.utc(date).add(days, 'day').format(DATE)

/** The first of the month so many months later; `2026-11-23` and 1 give `2026-12-01`. */
export const monthStart = (date: string, months = 0): string =>
  dayjs.utc(date).startOf('month').add(months, 'month').format(DATE)

/** The Monday of the date's week. */
export const weekStart = (date: string): string => addDays(date, -((dayjs.utc(date).day() + 6) % 7))
