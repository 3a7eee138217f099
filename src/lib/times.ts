/** Formats instants and durations for people, in English, and without the browser's formatters: see `zones.ts`. */
import { wallTime, writeWall } from './zones.ts'

/** How dayjs writes each style. */
const formats = {
  weekday: 'ddd',
  date: 'DD MMM YYYY',
  shortDate: 'DD MMM',
  time: 'HH:mm:ss',
  minute: 'HH:mm',
  month: 'MMMM YYYY',
  full: 'dddd D MMMM YYYY [at] HH:mm:ss',
} as const

/**
 * Formats in that zone. `weekday` is `Mon`, `date` is `23 Nov 2026`, `shortDate` is `23 Nov`. `time` is
 * `08:31:05`, `minute` is `08:31`. `month` is `November 2026`, `full` is `Monday 23 November 2026 at 08:31:05`.
 */
export const formatTime = (epochMs: number, zone: string, style: keyof typeof formats): string =>
  writeWall(epochMs, zone, formats[style])

/** The instant as in the form: `2026-11-23 08:30`, with seconds and milliseconds only where needed. */
export function formatTyped(epochMs: number, zone: string): string {
  return wallTime(epochMs, zone)
    .replace('T', ' ')
    .replace(/\.000$/, '')
    .replace(/(\d\d:\d\d):00$/, '$1')
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Writes `1:32` or `1:02:03`, rounded to the second. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** Writes `1 minute 32 seconds` for assistive technology, rounded as by `formatDuration`. */
export function speakDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000)
  const parts = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const
  const said = parts.filter(([value, unit]) => value > 0 || (unit === 'second' && seconds === 0))
  return said.map(([value, unit]) => `${value} ${unit}${value === 1 ? '' : 's'}`).join(' ')
}
