/** Converts between a time filter and the two texts of its form. */
import type { PageClock } from '../clock/clock.ts'
import { timeKind, type PageTimeFilter } from '../contract/filter-kinds.ts'
import { writeInstant } from '../contract/instants.ts'
import { formatTyped } from '../lib/times.ts'
import { readTyped, type TypedTime } from '../lib/typed-times.ts'
import { addDays, dateAt, startOfDate } from '../lib/zones.ts'

export interface BoundTexts {
  readonly from: string
  readonly to: string
}

const nothing: BoundTexts = { from: '', to: '' }

/** Shows a bound at the start of a day as a date: for `from` that day, for `to` the day before, its last full day. */
function boundText(epochMs: number, bound: 'from' | 'to', zone: string): string {
  const date = dateAt(epochMs, zone)
  if (startOfDate(date, zone) !== epochMs) return formatTyped(epochMs, zone)
  return bound === 'from' ? date : addDays(date, -1)
}

/** The texts of the form's two fields. A period or an exact time leaves them empty. */
export function boundTexts(value: PageTimeFilter | undefined, clock: PageClock): BoundTexts {
  const text = (written: string, bound: 'from' | 'to') => boundText(clock.epochOf(written), bound, clock.zone)
  switch (value?.op) {
    case 'after':
      return { from: text(value.at, 'from'), to: '' }
    case 'before':
      return { from: '', to: text(value.at, 'to') }
    case 'between':
      return { from: text(value.from, 'from'), to: text(value.to, 'to') }
    default:
      return nothing
  }
}

/** The current bounds of a period, as the same two texts. */
export function resolvedTexts(value: PageTimeFilter | undefined, clock: PageClock): BoundTexts {
  const resolved = value && timeKind.resolve(value, clock)
  if (!resolved) return nothing
  if (resolved.op === 'between') {
    return {
      from: boundText(resolved.from, 'from', clock.zone),
      to: boundText(resolved.to, 'to', clock.zone),
    }
  }
  return resolved.op === 'after' ? { from: boundText(resolved.at, 'from', clock.zone), to: '' } : nothing
}

export interface ReadBounds {
  readonly value: PageTimeFilter | undefined
  /** The texts that are not times. If there is one, there is no value. */
  readonly unread: readonly ('from' | 'to')[]
}

const write = (time: TypedTime): string => writeInstant(time.epochMs, time.offsetMinutes)

/** Reads the two texts: From alone is `after`, To alone `before`, both `between`. Writes offsets out. */
export function readBounds(texts: BoundTexts, clock: PageClock): ReadBounds {
  const read = (bound: 'from' | 'to'): TypedTime | null | undefined =>
    texts[bound].trim() === '' ? undefined : readTyped(texts[bound], bound, clock)
  const [from, to] = [read('from'), read('to')]
  if (from === null || to === null) {
    const unread = (['from', 'to'] as const).filter((bound) => (bound === 'from' ? from : to) === null)
    return { value: undefined, unread }
  }
  if (from && to) return { value: { op: 'between', from: write(from), to: write(to) }, unread: [] }
  if (from) return { value: { op: 'after', at: write(from) }, unread: [] }
  return { value: to && { op: 'before', at: write(to) }, unread: [] }
}
