/** Periods that a bookmark may name, by calendar or by clock. They are resolved when the page asks. */

export const namedPeriods = [
  'today',
  'yesterday',
  'this-week',
  'last-week',
  'this-month',
  'last-month',
  'last-7-days',
  'last-30-days',
] as const
export type NamedPeriod = (typeof namedPeriods)[number]

/** A year, a month of it (1 to 12) or a day of that month (1 to 31). */
export interface CalendarPeriod {
  readonly year: number
  readonly month?: number
  readonly day?: number
}

/** Weeks start on Monday; `last-7-days` is today and the six days before. */
export type Period = NamedPeriod | CalendarPeriod

const units = ['m', 'h', 'd', 'w'] as const
/** Minutes, hours, days of exactly 24 hours, and weeks of exactly 168 hours. */
export type SpanUnit = (typeof units)[number]

/** The time that has just passed, such as the last 90 minutes. */
export interface Span {
  readonly count: number
  readonly unit: SpanUnit
}

const unitMs: Record<SpanUnit, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** Length of a span in milliseconds. */
export function spanMs(span: Span): number {
  return span.count * unitMs[span.unit]
}

/** Reads `7d` or `90m`, from 1 to 9,999 of a unit. */
export function readSpan(text: string): Span | null {
  const match = /^([1-9]\d{0,3})([mhdw])$/.exec(text)
  const unit = units.find((name) => name === match?.[2])
  return match && unit ? { count: Number(match[1]), unit } : null
}

export function writeSpan(span: Span): string {
  return `${span.count}${span.unit}`
}

/** Reads `today` and its like, `2026`, `2026-11` or `2026-11-23`. @returns null for a day that does not exist. */
export function readPeriod(text: string): Period | null {
  const named = namedPeriods.find((name) => name === text)
  if (named) return named
  const match = /^([1-9]\d{3})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text)
  if (!match) return null
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)]
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return null
  if (match[2] === undefined) return { year }
  return match[3] === undefined ? { year, month } : { year, month, day }
}

export function writePeriod(period: Period): string {
  if (typeof period === 'string') return period
  return [period.year, period.month, period.day]
    .filter((part) => part !== undefined)
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
}
