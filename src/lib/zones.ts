/**
 * Converts between local time and instants. Calendar dates are `YYYY-MM-DD`, local times `YYYY-MM-DDTHH:mm:ss.SSS`,
 * instants ms since the Unix epoch. Only this file imports dayjs.
 *
 * The calendar comes from dayjs, but offsets come from the browser: dayjs's zone plugin makes a formatter at each call,
 * which cost 40 ms before the first request and as much again for a page of rows. The first formatter of a page is
 * slow to make, whatever it formats, so `Temporal` is asked where there is one.
 */
import dayjs from 'dayjs'
import utc from 'dayjs/plugin/utc.js'

dayjs.extend(utc)

const DATE = 'YYYY-MM-DD'
const DAY_MS = 86_400_000

/** What is used of `Temporal`, which not every browser has. */
interface Temporal {
  readonly Now: { readonly timeZoneId: () => string }
  readonly Instant: {
    readonly fromEpochMilliseconds: (epochMs: number) => {
      /** @throws RangeError for a zone that it does not know. */
      readonly toZonedDateTimeISO: (zone: string) => { readonly offsetNanoseconds: number }
    }
  }
}

const { Temporal: temporal } = globalThis as { readonly Temporal?: Temporal }

let ownZone: string | undefined

/** The browser's zone when it was first asked for, as an IANA name. */
export const browserZone = (): string =>
  (ownZone ??= temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone)

/** Every zone that the browser knows, UTC first. */
export const zoneNames = (): string[] => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC'),
]

/** Tells the offset at an instant, in ms east of UTC. */
type Offset = (epochMs: number) => number

/** @throws RangeError for a zone that `Temporal` does not know. It knows all of today's. */
function offsetByTemporal({ Instant }: Temporal, zone: string): Offset {
  const offset: Offset = (epochMs) =>
    Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6
  offset(0)
  return offset
}

function offsetByFormatter(zone: string): Offset {
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
  return (epochMs) => {
    const shown = clock.format(epochMs).match(/\d+/g) ?? []
    const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = shown.map(Number)
    const wall = new Date(0)
    // `Date.UTC` would read years before 100 as years of the 20th century.
    wall.setUTCFullYear(year, month - 1, day)
    return wall.setUTCHours(hour, minute, second) - Math.floor(epochMs / 1000) * 1000
  }
}

function makeOffset(zone: string): Offset {
  if (zone === 'UTC') return () => 0
  if (temporal) {
    try {
      return offsetByTemporal(temporal, zone)
    } catch {
      // A formatter knows some names of the past, such as US/Pacific-New.
    }
  }
  return offsetByFormatter(zone)
}

const offsets = new Map<string, Offset>()

/** The zone's offset at that instant, in ms east of UTC. */
function offsetMsAt(epochMs: number, zone: string): number {
  const known = offsets.get(zone)
  if (known) return known(epochMs)
  const made = makeOffset(zone)
  offsets.set(zone, made)
  return made(epochMs)
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

/** Writes the local time as dayjs does, in English: `ddd DD MMM` gives `Mon 23 Nov`. */
export const writeWall = (epochMs: number, zone: string, format: string): string =>
  dayjs.utc(epochMs + offsetMsAt(epochMs, zone)).format(format)

/** @param days negative for an earlier date. */
export const addDays = (date: string, days: number): string => dayjs.utc(date).add(days, 'day').format(DATE)

/** The first day of the month `months` later: `2026-11-23` and 1 give `2026-12-01`. */
export const monthStart = (date: string, months = 0): string =>
  dayjs.utc(date).startOf('month').add(months, 'month').format(DATE)

/** The Monday of the date's week. */
export const weekStart = (date: string): string => addDays(date, -((dayjs.utc(date).day() + 6) % 7))
