/** The page's one style for a date with its time. */
import { formatTime } from './times.ts'
import { dateAt, offsetMinutesAt } from './zones.ts'

/** Writes `Mon 23 Nov`, with the year where it is not the year of `nowMs`. */
export function formatDay(epochMs: number, zone: string, nowMs: number): string {
  const isThisYear = dateAt(epochMs, zone).slice(0, 4) === dateAt(nowMs, zone).slice(0, 4)
  const date = formatTime(epochMs, zone, isThisYear ? 'shortDate' : 'date')
  return `${formatTime(epochMs, zone, 'weekday')} ${date}`
}

/** Writes `Mon 23 Nov 14:38:11`, with the year where it is not the year of `nowMs`. */
export const formatMoment = (epochMs: number, zone: string, nowMs: number): string =>
  `${formatDay(epochMs, zone, nowMs)} ${formatTime(epochMs, zone, 'time')}`

const two = (value: number): string => String(value).padStart(2, '0')

/** Writes `+01:00`, or `UTC` where there is no offset. @param minutes east of UTC. */
export function formatOffset(minutes: number): string {
  if (minutes === 0) return 'UTC'
  const all = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(all / 60))}:${two(all % 60)}`
}

/** Writes `Monday 23 November 2026 at 08:31:05 UTC+01:00`. */
export function formatExactly(epochMs: number, zone: string): string {
  const offset = formatOffset(offsetMinutesAt(epochMs, zone))
  return `${formatTime(epochMs, zone, 'full')} ${offset === 'UTC' ? offset : `UTC${offset}`}`
}

/**
 * The time on a clock with another offset than the zone, with the date if that is another day there.
 * @param offsetMinutes of that clock, east of UTC.
 * @returns null where the zone has the same offset at that instant.
 */
export function clockThere(
  { epochMs, offsetMinutes }: { readonly epochMs: number; readonly offsetMinutes: number },
  zone: string,
  nowMs: number,
): { readonly time: string; readonly offset: string } | null {
  if (offsetMinutesAt(epochMs, zone) === offsetMinutes) return null
  // In UTC, the shifted instant shows the clock there.
  const shiftedMs = epochMs + offsetMinutes * 60_000
  const isSameDay = dateAt(shiftedMs, 'UTC') === dateAt(epochMs, zone)
  return {
    time: isSameDay ? formatTime(shiftedMs, 'UTC', 'time') : formatMoment(shiftedMs, 'UTC', nowMs),
    offset: formatOffset(offsetMinutes),
  }
}
