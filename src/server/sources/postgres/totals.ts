/**
 * Counts matches without counting rows where it can: whole days come from the counts that each change keeps, and only
 * the edges of a period from rows.
 */
import type { ClientBase } from 'pg'
import type { FilterName } from '../../../contract/search.ts'
import { firstKey } from '../archive/key.ts'
import { instants } from '../archive/plan.ts'
import { clause, sqlJoin, query, queryOne, type SqlClause } from './statements.ts'
import { conditionOf, ownerClause, type Resolved } from './where.ts'

const DAY_MS = 86_400_000

/** A half-open period, ms since the Unix epoch. Null is an open end. */
export interface InstantPeriod {
  readonly from: number | null
  readonly to: number | null
}

/** The whole days of a period, counted from 1970, and what is left at its ends. */
interface Divided {
  /** From the first day, included, to the last, not included. Null is an open end. */
  readonly days: InstantPeriod | null
  /** The newest part comes first. */
  readonly newest: InstantPeriod | null
  readonly oldest: InstantPeriod | null
}

const periodOf = (bounds: Parameters<typeof instants>[0] | undefined): InstantPeriod => {
  const [from, to] = bounds ? instants(bounds) : [null, null]
  return { from, to }
}

/** The later start and the earlier end. */
function meet(one: InstantPeriod, other: InstantPeriod): InstantPeriod {
  const latest = Math.max(one.from ?? Number.NEGATIVE_INFINITY, other.from ?? Number.NEGATIVE_INFINITY)
  const earliest = Math.min(one.to ?? Number.POSITIVE_INFINITY, other.to ?? Number.POSITIVE_INFINITY)
  return { from: Number.isFinite(latest) ? latest : null, to: Number.isFinite(earliest) ? earliest : null }
}

const isEmpty = ({ from, to }: InstantPeriod): boolean => from !== null && to !== null && from >= to

function divide(period: InstantPeriod): Divided {
  const { from, to } = period
  if (isEmpty(period)) return { days: null, newest: null, oldest: null }
  const first = from === null ? null : Math.ceil(from / DAY_MS)
  const end = to === null ? null : Math.floor(to / DAY_MS)
  // Within one day, or over one midnight without a whole day.
  if (first !== null && end !== null && first > end) return { days: null, newest: period, oldest: null }
  const oldest = first !== null && first * DAY_MS !== from ? { from, to: first * DAY_MS } : null
  const newest = end !== null && end * DAY_MS !== to ? { from: end * DAY_MS, to } : null
  const hasDays = first === null || end === null || first < end
  return { days: hasDays ? { from: first, to: end } : null, newest, oldest }
}

/** The bounds of keys that start in the period. */
function keysIn({ from, to }: InstantPeriod): SqlClause[] {
  const above = from === null ? [] : [clause('recordings.key >= ?', firstKey(from))]
  const below = to === null ? [] : [clause('recordings.key < ?', firstKey(to))]
  return [...above, ...below]
}

/** Filters that the counts know, besides the period. */
const uncounted: readonly FilterName[] = ['startTime', 'endTime']

const rowsWhere = (conditions: readonly SqlClause[]): SqlClause =>
  sqlJoin(
    [clause('(SELECT count(*)::float8 FROM recordings WHERE'), sqlJoin(conditions, ' AND '), clause(')')],
    ' ',
  )

/** The table of counts, and its condition, for these people and direction in these days. */
function daysFrom({ search, owners }: Resolved, { from, to }: InstantPeriod): SqlClause {
  const owned = ownerClause(owners)
  const conditions = [
    ...(owned ? [owned] : []),
    ...(search.direction === undefined ? [] : [clause('direction = ?', search.direction)]),
    ...(from === null ? [] : [clause('day >= ?', from)]),
    ...(to === null ? [] : [clause('day < ?', to)]),
  ]
  const condition = conditions.length === 0 ? clause('TRUE') : sqlJoin(conditions, ' AND ')
  return sqlJoin([clause(`FROM ${owned ? 'owner_counts' : 'day_counts'} WHERE`), condition], ' ')
}

/** Whether the counts know all of the filters. */
export const isCountable = ({ search }: Resolved): boolean =>
  search.localPartyNumber === undefined && search.remotePartyNumber === undefined

/** The parts of a period, newest first, with what each adds to a total. */
export interface PeriodPart {
  readonly kind: 'days' | 'edge'
  readonly period: InstantPeriod
  readonly matches: number
}

function partClauses(
  asked: Resolved,
  period: InstantPeriod,
): readonly { part: Omit<PeriodPart, 'matches'>; count: SqlClause }[] {
  const { days, newest, oldest } = divide(period)
  const edge = (within: InstantPeriod) => ({
    part: { kind: 'edge', period: within } as const,
    count: rowsWhere([...keysIn(within), conditionOf(asked, 'indexed', uncounted)]),
  })
  const whole = (within: InstantPeriod) => ({
    part: { kind: 'days', period: within } as const,
    count: sqlJoin(
      [clause('(SELECT coalesce(sum(recordings), 0)::float8'), daysFrom(asked, within), clause(')')],
      ' ',
    ),
  })
  return [
    ...(newest ? [edge(newest)] : []),
    ...(days ? [whole(days)] : []),
    ...(oldest ? [edge(oldest)] : []),
  ]
}

/** Recordings that start in the period, and have not ended at the instant. */
function stillRunning(asked: Resolved, period: InstantPeriod, at: number): SqlClause {
  const before = meet(period, { from: null, to: at })
  if (isEmpty(before)) return clause('0')
  return rowsWhere([
    clause('end_ms >= ?', BigInt(at)),
    ...keysIn(before),
    conditionOf(asked, 'indexed', uncounted),
  ])
}

async function sumOf(client: ClientBase, counts: readonly SqlClause[]): Promise<number> {
  if (counts.length === 0) return 0
  const row = await queryOne<{ total: number }>(
    client,
    sqlJoin([clause('SELECT'), sqlJoin(counts, ' + '), clause('AS total')], ' '),
  )
  return row?.total ?? 0
}

/** Those that start in the period and end before the instant; null is an open end. */
async function endedBefore(
  client: ClientBase,
  asked: Resolved,
  period: InstantPeriod,
  at: number | null,
): Promise<number> {
  if (at === null)
    return sumOf(
      client,
      partClauses(asked, period).map(({ count }) => count),
    )
  // No call ends before it starts.
  const before = meet(period, { from: null, to: at })
  if (isEmpty(before)) return 0
  const started = partClauses(asked, before).map(({ count }) => count)
  const [all, running] = [
    await sumOf(client, started),
    await sumOf(client, [stillRunning(asked, period, at)]),
  ]
  return all - running
}

/** The parts of a search that only its start, people and direction narrow, newest first, each with its count. */
export async function partsOf(client: ClientBase, asked: Resolved): Promise<PeriodPart[]> {
  const parts = partClauses(asked, periodOf(asked.search.startTime))
  if (parts.length === 0) return []
  const columns = parts.map(({ count }, index) => sqlJoin([count, clause(`AS part_${index}`)], ' '))
  const row = await queryOne<Record<string, number>>(
    client,
    sqlJoin([clause('SELECT'), sqlJoin(columns, ', ')], ' '),
  )
  return parts.map(({ part }, index) => ({ ...part, matches: row?.[`part_${index}`] ?? 0 }))
}

/** How many recordings match. */
export async function countMatching(client: ClientBase, asked: Resolved): Promise<number> {
  if (asked.owners?.length === 0) return 0
  if (!isCountable(asked)) return sumOf(client, [rowsWhere([conditionOf(asked, 'indexed')])])
  const starts = periodOf(asked.search.startTime)
  const { from, to } = periodOf(asked.search.endTime)
  if (from !== null && to !== null && from >= to) return 0
  const ended = await endedBefore(client, asked, starts, to)
  return from === null ? ended : ended - (await endedBefore(client, asked, starts, from))
}

export interface DayCount {
  /** Counted from 1970 in UTC. */
  readonly day: number
  readonly matches: number
  /** Matches of this day and all later ones of the period. */
  readonly through: number
}

/** The days of the period that hold the matches from `offset`, counted from its newest, to `end`, not included. */
export async function daysHolding(
  client: ClientBase,
  asked: Resolved,
  period: InstantPeriod,
  [offset, end]: readonly [number, number],
): Promise<readonly DayCount[]> {
  return query<DayCount>(
    client,
    sqlJoin(
      [
        clause(
          `SELECT day, matches::float8, through::float8 FROM (
            SELECT day, sum(recordings) AS matches, sum(sum(recordings)) OVER (ORDER BY day DESC) AS through`,
        ),
        daysFrom(asked, period),
        clause(
          `GROUP BY day HAVING sum(recordings) > 0) AS days
          WHERE through > ? AND through - matches < ? ORDER BY day DESC`,
          offset,
          end,
        ),
      ],
      ' ',
    ),
  )
}

/** The period of a day that is counted from 1970 in UTC. */
export const periodOfDay = (day: number): InstantPeriod => ({ from: day * DAY_MS, to: (day + 1) * DAY_MS })
