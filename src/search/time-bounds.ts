/** Converts between a time filter and the two texts of its form. */
import type { PageClock } from '../clock/clock.ts'
import { timeKind, type PageTimeFilter } from '../contract/filter-kinds.ts'
import { writeInstant } from '../contract/instants.ts'
import { formatTyped } from '../lib/times.ts'
import { readTyped, readTypedPair, type TypedTime } from '../lib/typed-times.ts'
import { addDays, dateAt, offsetMinutesAt, startOfDate } from '../lib/zones.ts'

export interface BoundTexts {
  readonly from: string
  readonly to: string
}

const MINUTE_MS = 60_000

const nothing: BoundTexts = { from: '', to: '' }

/** Shows a bound at the start of a day as a date: for `from` that day, for `to` the day before, its last full day. */
export function boundText(epochMs: number, bound: 'from' | 'to', zone: string): string {
  const date = dateAt(epochMs, zone)
  if (startOfDate(date, zone) !== epochMs) return formatTyped(epochMs, zone)
  return bound === 'from' ? date : addDays(date, -1)
}

/** The texts of the form's two fields. A period or an exact time leaves them empty. */
export function boundTexts(value: PageTimeFilter | undefined, clock: PageClock): BoundTexts {
  const text = (at: string, bound: 'from' | 'to') => boundText(clock.epochOf(at), bound, clock.zone)
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

/** The current bounds of a period as a filter of its own, from a full minute. Bounds stay as they are. */
export function resolvedBounds(
  value: PageTimeFilter | undefined,
  clock: PageClock,
): PageTimeFilter | undefined {
  if (value?.op !== 'on' && value?.op !== 'last') return value
  const resolved = timeKind.resolve(value, clock)
  const text = (epochMs: number): string => writeInstant(epochMs, offsetMinutesAt(epochMs, clock.zone))
  if (!resolved) return undefined
  if (resolved.op !== 'between')
    return { op: resolved.op, at: text(Math.floor(resolved.at / MINUTE_MS) * MINUTE_MS) }
  return { op: 'between', from: text(resolved.from), to: text(resolved.to) }
}

/** The current bounds of a period, as the same two texts. */
export const resolvedTexts = (value: PageTimeFilter | undefined, clock: PageClock): BoundTexts =>
  boundTexts(resolvedBounds(value, clock), clock)

export type Bound = keyof BoundTexts

export interface ReadBounds {
  readonly value: PageTimeFilter | undefined
  /** The texts that are not times. If there is one, there is no value. */
  readonly unread: readonly Bound[]
  /** Set, without a value, where the texts are times and the form has to ask back: for their day, or for past ones. */
  readonly question?: { readonly ask: 'day' | 'past'; readonly of: readonly Bound[] }
}

const bounds = ['from', 'to'] as const

/** The only date of a period or of a range, or null where there are several or none. */
function onlyDay(value: PageTimeFilter | undefined, clock: PageClock): string | null {
  const resolved = value && timeKind.resolve(value, clock)
  if (!resolved || resolved.op === 'before') return null
  if (resolved.op === 'equals') return dateAt(resolved.at, clock.zone)
  const [from, to] = resolved.op === 'between' ? [resolved.from, resolved.to - 1] : [resolved.at, clock.nowMs]
  const date = dateAt(from, clock.zone)
  return date === dateAt(to, clock.zone) ? date : null
}

/** The date of a text that the form shows. */
const dayIn = (text: string): string | null => (text === '' ? null : text.slice(0, 10))

type Read = TypedTime | 'dayless' | null | undefined

const isTime = (read: Read): read is TypedTime => typeof read === 'object' && read !== null

/** The bound of the current value, which is no text to be read again: the hour of a clock change comes twice. */
function keptBound(value: PageTimeFilter | undefined, bound: Bound, clock: PageClock): TypedTime | null {
  const resolved = value && timeKind.resolve(value, clock)
  if (!resolved || resolved.op === 'equals') return null
  const epochMs = resolved.op === 'between' ? resolved[bound] : resolved.at
  return { epochMs, offsetMinutes: offsetMinutesAt(epochMs, clock.zone) }
}

interface Reading {
  readonly shown: BoundTexts
  /** The only day of the current value, or null. */
  readonly chosen: string | null
  readonly clock: PageClock
  readonly current: PageTimeFilter | undefined
}

/** Reads each text. A time without a date is on the day of the current value, and for To on the day of From. */
function readEach(texts: BoundTexts, { shown, chosen, clock, current }: Reading) {
  const dayOf = (read: Read): string | null => (isTime(read) ? dateAt(read.epochMs, clock.zone) : null)
  const read = (bound: Bound, ...days: readonly (string | null)[]): Read => {
    if (texts[bound].trim() === '') return undefined
    const kept = texts[bound] === shown[bound] ? keptBound(current, bound, clock) : null
    return kept ?? readTyped(texts[bound], bound, { ...clock, day: days.find((day) => day !== null) ?? null })
  }
  const from = read('from', dayIn(shown.from), chosen)
  const typedDay = texts.from === shown.from ? null : dayOf(from)
  return { from, to: read('to', typedDay, dayIn(shown.to), chosen, dayOf(from)) }
}

const write = (time: TypedTime): string => writeInstant(time.epochMs, time.offsetMinutes)

function written(from: TypedTime | undefined, to: TypedTime | undefined): PageTimeFilter | undefined {
  if (from && to) return { op: 'between', from: write(from), to: write(to) }
  if (from) return { op: 'after', at: write(from) }
  return to && { op: 'before', at: write(to) }
}

const none: ReadBounds = { value: undefined, unread: [] }

/** A From that is later than now is asked about. @param known whether the address has it already. */
function settled(from: Read, to: Read, known: boolean, nowMs: number): ReadBounds {
  const [first, last] = [isTime(from) ? from : undefined, isTime(to) ? to : undefined]
  if (first && first.epochMs > nowMs && !known) return { ...none, question: { ask: 'past', of: ['from'] } }
  return { value: written(first, last), unread: [] }
}

/**
 * Reads the two texts: From alone is `after`, To alone `before`, both `between`. Writes offsets out. Two times in one
 * text are both bounds, whatever the other text is.
 * @param current the group's value, which says the day of a time without a date.
 */
export function readBounds(texts: BoundTexts, clock: PageClock, current?: PageTimeFilter): ReadBounds {
  const shown = boundTexts(current, clock)
  const chosen = onlyDay(current, clock)
  const each = readEach(texts, { shown, chosen, clock, current })
  const unread = bounds.filter((bound) => each[bound] === null)
  for (const bound of unread) {
    const pair = readTypedPair(texts[bound], { ...clock, day: dayIn(shown[bound]) ?? chosen })
    if (pair === 'dayless') return { ...none, question: { ask: 'day', of: [bound] } }
    if (pair) return settled(...pair, false, clock.nowMs)
  }
  if (unread.length > 0) return { ...none, unread }
  const dayless = bounds.filter((bound) => each[bound] === 'dayless')
  if (dayless.length > 0) return { ...none, question: { ask: 'day', of: dayless } }
  return settled(each.from, each.to, texts.from === shown.from, clock.nowMs)
}
