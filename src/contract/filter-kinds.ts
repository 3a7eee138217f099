/**
 * The kinds of filter: how a value is read from and written to `field=operator:value`.
 * Two languages share them. The API's is the vendor's; the page's is a superset that also knows periods, and
 * keeps a date-time as it was written, because what a missing offset means depends on the page's zone.
 */
import { readInstant, toEpochMs, writeUtc } from './instants.ts'
import { readPeriod, readSpan, spanMs, writePeriod, writeSpan, type Period, type Span } from './periods.ts'

/** Every operator of the API, whichever field has it. Only these names make a colon mean an operator. */
const apiOperators = ['equals', 'contains', 'before', 'after', 'between']

/** What resolving a bookmark needs from outside: a clock and a zone. All instants in ms since the Unix epoch. */
export interface Clock {
  readonly nowMs: number
  /** Reads a date-time; one without an offset is in the page's zone, or in UTC where the bookmark names none. */
  epochOf(written: string): number
  /** The first instant of the period, and the first after it. */
  periodBounds(period: Period): readonly [fromMs: number, toMs: number]
}

export interface FilterKind<Api, Page> {
  /** What the API accepts, for its error messages. */
  readonly expects: string
  /** Reads the API's language. @returns null where the API must answer 400. */
  read(text: string): Api | null
  /** Reads the page's language, a superset. @returns null where a bookmark's value is dropped. */
  readPage(text: string): Page | null
  write(value: Api): string
  writePage(value: Page): string
  /** What to ask the API for. @returns null where the value is readable but impossible. */
  resolve(value: Page, clock: Clock): Api | null
}

/** Instants before, after, at or between; `from` is included, `to`, `after` and `before` exclude their bound. */
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

/** Splits `operator:value`; no operator means equals. */
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

/** A filter that both languages read alike and that needs no clock. */
function timeless<T>(kind: Pick<FilterKind<T, T>, 'expects' | 'read' | 'write'>): FilterKind<T, T> {
  return { ...kind, readPage: kind.read, writePage: kind.write, resolve: (value) => value }
}

/**
 * Text, compared as the field says.
 * @param decode applied to the operand before anything else, for what a query string did to it.
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
