/** Each filter in words, for chips and messages. */
import type { PageClock } from '../clock/clock.ts'
import { directions, timeKind, type PageTimeFilter } from '../contract/filter-kinds.ts'
import type { CalendarPeriod, Span } from '../contract/periods.ts'
import { filterNames, type FilterName, type PageSearch } from '../contract/search.ts'
import { formatDay, formatExactly } from '../lib/moments.ts'
import { formatTime } from '../lib/times.ts'
import { filterText, periodText } from '../text/list-text.ts'
import { boundTexts } from './time-bounds.ts'

/** The periods in the form, written as in a bookmark. */
export const presets = [
  'last:1h',
  'last:24h',
  'on:last-7-days',
  'on:last-30-days',
  'on:today',
  'on:yesterday',
  'on:this-week',
  'on:last-week',
  'on:this-month',
  'on:last-month',
] as const

export const presetOf = (value: PageTimeFilter): (typeof presets)[number] | undefined =>
  presets.find((preset) => preset === timeKind.writePage(value))

function describeSpan({ count, unit }: Span): string {
  const t = periodText.get()
  return { m: t.lastMinutes, h: t.lastHours, d: t.lastDays, w: t.lastWeeks }[unit](count)
}

function describeCalendar({ year, month, day }: CalendarPeriod, nowMs: number): string {
  const date = Date.UTC(year, (month ?? 1) - 1, day ?? 1)
  if (day !== undefined) return formatDay(date, 'UTC', nowMs)
  if (month === undefined) return String(year)
  return formatTime(date, 'UTC', 'month')
}

/** Writes `Last 7 days`, `November 2026` or `2026-11-23 08:30 – 2026-11-24`. */
export function describeTime(value: PageTimeFilter, clock: PageClock): string {
  const t = periodText.get()
  const preset = presetOf(value)
  if (preset !== undefined) return t[preset]
  if (value.op === 'last') return describeSpan(value.span)
  if (value.op === 'on')
    return typeof value.period === 'string' ? value.period : describeCalendar(value.period, clock.nowMs)
  if (value.op === 'equals') {
    return t.exactly({ time: formatExactly(clock.epochOf(value.at), clock.zone) })
  }
  const { from, to } = boundTexts(value, clock)
  if (from === to) return from
  if (to === '') return t.from({ time: from })
  return from === '' ? t.until({ time: to }) : t.between({ from, to })
}

/** The days that a period covers now, or the instant that it starts at. @returns null for bounds of its own. */
export function describeCover(value: PageTimeFilter, clock: PageClock): string | null {
  if (value.op !== 'on' && value.op !== 'last') return null
  const resolved = timeKind.resolve(value, clock)
  const t = periodText.get()
  const dayAt = (epochMs: number): string => formatDay(epochMs, clock.zone, clock.nowMs)
  if (resolved?.op === 'after') {
    return t.from({ time: `${dayAt(resolved.at)} ${formatTime(resolved.at, clock.zone, 'minute')}` })
  }
  if (resolved?.op !== 'between') return null
  const [from, to] = [dayAt(resolved.from), dayAt(resolved.to - 1)]
  return from === to ? from : t.between({ from, to })
}

/** What the words depend on beside the search. */
export interface DescribeContext {
  readonly clock: PageClock
  /** Names such as `Rossi, Maria` by username in lower case. */
  readonly names: ReadonlyMap<string, string>
}

type Describers = {
  readonly [Name in FilterName]: (value: NonNullable<PageSearch[Name]>, context: DescribeContext) => string
}

const describers: Describers = {
  startTime: (value, { clock }) => describeTime(value, clock),
  endTime: (value, { clock }) => describeTime(value, clock),
  localPartyNumber: ({ text }) => text,
  remotePartyNumber: ({ op, text }) =>
    op === 'contains' ? `${filterText.get().contains.toLowerCase()} ${text}` : text,
  ownerUsername: ({ text }, { names }) => names.get(text.toLowerCase()) ?? text,
  direction: (value) => filterText.get()[directions[value]],
}

export interface Described {
  readonly name: FilterName
  readonly label: string
  readonly value: string
}

/** The filters that are set, in the order of the declaration. */
export function describeSearch(search: PageSearch, context: DescribeContext): Described[] {
  const label = filterText.get()
  return filterNames.flatMap((name) => {
    const value = search[name]
    const describe = describers[name] as (value: unknown, context: DescribeContext) => string
    return value === undefined ? [] : [{ name, label: label[name], value: describe(value, context) }]
  })
}
