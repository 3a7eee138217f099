/**
 * The kinds of filter: how a value is read from and written to `field=operator:value`.
 * Two languages share them. The vendor defines the API's. The page's is a superset that also has periods. It keeps
 * date-times as written, because the meaning of a missing offset depends on the page's zone.
 */
import { readInstant, toEpochMs, writeUtc } from './instants.ts'
import { readPeriod, readSpan, spanMs, writePeriod, writeSpan, type Period, type Span } from './periods.ts'

/** All operators of the API, for all fields. A colon marks an operator only after one of these names. */
const apiOperators = ['equals', 'contains', 'before', 'after', 'between']

/** The clock and the zone for resolving a bookmark. All instants are in ms since the Unix epoch. */
export interface Clock {
  readonly nowMs: number
  /** Reads a date-time. Without an offset it is in the zone that the bookmark names, or else in UTC. */
  epochOf(written: string): number
  /** The first instant of the period, and the first instant after it. */
  periodBounds(period: Period): readonly [fromMs: number, toMs: number]
}

export interface FilterKind<Api, Page> {
  /** The values that the API accepts, for its error messages. */
  readonly expects: string
  /** Reads the API's language. @returns null where the API must answer 400. */
  read(text: string): Api | null
  /** Reads the page's language. @returns null where a bookmark's value is dropped. */
  readPage(text: string): Page | null
  write(value: Api): string
  writePage(value: Page): string
  /** Gives the filter to ask the API for. @returns null where the value is readable but impossible. */
  resolve(value: Page, clock: Clock): Api | null
}

/** `from` includes its instant; `to`, `after` and `before` exclude theirs. */
export type Bounds<Instant> =
  | { readonly op: 'equals' | 'after' | 'before'; readonly at: Instant }
  | { readonly op: 'between'; readonly from: Instant; readonly to: Instant }

/** Bounds in ms since the Unix epoch. */
export type TimeFilter = Bounds<number>
/** Bounds as typed, or a period that rolls on with the clock. */
export type PageTimeFilter =
  | Bounds<string>
  | { readonly op: 'last'; readonly span: Span }
  | { readonly op: 'on'; readonly period: Period }

/** Splits `operator:value`. Without an operator it is `equals`. */
function split(text: string, operators: readonly string[]): [operator: string, operand: string] {
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(colon, 0))
  return operators.includes(name) ? [name, text.slice(colon + 1)] : ['equals', text]
}

function readBounds<T>(text: string, read: (text: string) => T | null): Bounds<T> | null {
  const [op, operand] = split(text, apiOperators)
  if (op === 'between') {
    const [first = '', second = '', ...rest] = operand.split(';')
    const [from, to] = [read(first), read(second)]
    return from === null || to === null || rest.length > 0 ? null : { op, from, to }
  }
  if (op !== 'equals' && op !== 'after' && op !== 'before') return null
  const at = read(operand)
  return at === null ? null : { op, at }
}

function mapBounds<A, B>(bounds: Bounds<A>, map: (instant: A) => B): Bounds<B> {
  if (bounds.op !== 'between') return { op: bounds.op, at: map(bounds.at) }
  return { op: 'between', from: map(bounds.from), to: map(bounds.to) }
}

function writeBounds(bounds: Bounds<string>): string {
  if (bounds.op === 'between') return `between:${bounds.from};${bounds.to}`
  return bounds.op === 'equals' ? bounds.at : `${bounds.op}:${bounds.at}`
}

const readEpoch = (text: string): number | null => {
  const written = readInstant(text)
  return written && toEpochMs(written)
}

const readWritten = (text: string): string | null =>
  readInstant(text) && text.replace(' ', '+').replace(',', '.').toUpperCase()

const possible = (bounds: TimeFilter): TimeFilter | null =>
  bounds.op === 'between' && bounds.from > bounds.to ? null : bounds

export const timeKind: FilterKind<TimeFilter, PageTimeFilter> = {
  expects:
    'an ISO-8601 date-time such as 2018-11-01T00:00:00Z, alone or after equals:, after: or before:, or between:FROM;TO with FROM no later than TO',
  read(text) {
    const bounds = readBounds(text, readEpoch)
    return bounds && possible(bounds)
  },
  readPage(text) {
    const [op, operand] = split(text, ['last', 'on'])
    if (op === 'last') {
      const span = readSpan(operand)
      return span && { op, span }
    }
    if (op === 'on') {
      const period = readPeriod(operand)
      return period && { op, period }
    }
    return readBounds(text, readWritten)
  },
  write: (value) => writeBounds(mapBounds(value, writeUtc)),
  writePage(value) {
    if (value.op === 'last') return `last:${writeSpan(value.span)}`
    return value.op === 'on' ? `on:${writePeriod(value.period)}` : writeBounds(value)
  },
  resolve(value, clock) {
    if (value.op === 'last') return { op: 'after', at: clock.nowMs - spanMs(value.span) }
    if (value.op === 'on') {
      const [from, to] = clock.periodBounds(value.period)
      return { op: 'between', from, to }
    }
    return possible(mapBounds(value, (written) => clock.epochOf(written)))
  },
}

export interface TextFilter<Op extends string> {
  readonly op: Op
  readonly text: string
}

/** A filter that reads the same in both languages and needs no clock. */
function timeless<T>(kind: Pick<FilterKind<T, T>, 'expects' | 'read' | 'write'>): FilterKind<T, T> {
  return { ...kind, readPage: kind.read, writePage: kind.write, resolve: (value) => value }
}

/**
 * A text filter with the field's own operators.
 * @param decode undoes what the query string did to the operand.
 */
export function textKind<const Op extends string>(
  operators: readonly Op[],
  decode: (text: string) => string = (text) => text,
): FilterKind<TextFilter<Op>, TextFilter<Op>> {
  return timeless({
    expects: `a value, alone or after ${operators.map((op) => `${op}:`).join(' or ')}`,
    read(text) {
      const [name, operand] = split(text, apiOperators)
      const op = operators.find((own) => own === name)
      return op === undefined || operand === '' ? null : { op, text: decode(operand) }
    },
    write({ op, text }) {
      const needsOperator = op !== 'equals' || split(text, apiOperators)[1] !== text
      return needsOperator ? `${op}:${text}` : text
    },
  })
}

/** A telephone number never holds a space, but a raw `+` in a query string arrives as one. */
export const plusFromSpace = (text: string): string => text.replaceAll(' ', '+')

export const directions = ['unknown', 'incoming', 'outgoing'] as const
/** 0 unknown, 1 incoming, 2 outgoing. */
export type Direction = 0 | 1 | 2

export const directionKind: FilterKind<Direction, Direction> = timeless<Direction>({
  expects: '0 (unknown), 1 (incoming) or 2 (outgoing)',
  read(text) {
    const [op, operand] = split(text, apiOperators)
    if (op !== 'equals' || !/^[0-2]$/.test(operand)) return null
    return Number(operand) as Direction
  },
  write: String,
})
