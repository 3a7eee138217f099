/** Formats instants and durations for people. Formatters are kept, because making one costs more than using it. */
import { wallTime } from './zones.ts'

type Style = 'weekday' | 'date' | 'shortDate' | 'time' | 'full' | 'minute'

const options: Record<Style, Intl.DateTimeFormatOptions> = {
  weekday: { weekday: 'short' },
  date: { day: '2-digit', month: 'short', year: 'numeric' },
  shortDate: { day: '2-digit', month: 'short' },
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  minute: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  full: {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  },
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/**
 * Formats in that zone. `weekday` is `Mon`, `date` is `23 Nov 2026`, `shortDate` is `23 Nov`. `time` is
 * `08:31:05`, `minute` is `08:31`.
 */
export function formatTime(epochMs: number, zone: string, style: Style, locale = 'en-GB'): string {
  const key = `${locale} ${zone} ${style}`
  let formatter = formatters.get(key)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, { ...options[style], timeZone: zone })
    formatters.set(key, formatter)
  }
  return formatter.format(epochMs)
}

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

type Unit = 'hour' | 'minute' | 'second'

const unitFormatters = new Map<string, Intl.NumberFormat>()

function unitFormatter(unit: Unit, locale: string): Intl.NumberFormat {
  const key = `${locale} ${unit}`
  const known = unitFormatters.get(key)
  if (known) return known
  const made = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  unitFormatters.set(key, made)
  return made
}

/** Writes `1 minute 32 seconds` for assistive technology, rounded as by `formatDuration`. */
export function speakDuration(durationMs: number, locale = 'en-GB'): string {
  const seconds = Math.round(durationMs / 1000)
  const parts = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const
  const said = parts.filter(([value, unit]) => value > 0 || (unit === 'second' && seconds === 0))
  return said.map(([value, unit]) => unitFormatter(unit, locale).format(value)).join(' ')
}
