/** Finds the rows of a page where the counts of days say they are, so that a deep page costs no more than the first. */
import type { ClientBase } from 'pg'
import { firstKey } from '../archive/key.ts'
import type { WireRecording } from '../../../contract/recording.ts'
import type { Window } from '../archive/plan.ts'
import { readRows } from './row.ts'
import { clause, sqlJoin, type SqlClause } from './statements.ts'
import { daysHolding, partsOf, periodOfDay, type PeriodPart, type InstantPeriod } from './totals.ts'
import { conditionOf, type Resolved } from './where.ts'

/** A piece of time that holds rows of the window. */
interface Piece extends InstantPeriod {
  /** Matches of the search that are newer than all of the piece. */
  readonly before: number
}

/** Holds no instant. */
const nothing: Piece = { from: 0, to: 0, before: 0 }

/** Over so many days it is quicker to read one piece than one for each day. */
const DAYS_IN_ONE_PIECE = 31
const DAY_MS = 86_400_000

async function piecesOfPart(
  client: ClientBase,
  asked: Resolved,
  part: PeriodPart,
  before: number,
  { offset, limit }: Window,
): Promise<Piece[]> {
  if (part.kind === 'edge') return [{ ...part.period, before }]
  const within = [Math.max(0, offset - before), offset + limit - before] as const
  const days = await daysHolding(client, asked, part.period, within)
  return days.map(({ day, matches, through }) => ({
    ...periodOfDay(day),
    before: before + through - matches,
  }))
}

/** The pieces that hold the window, newest first. */
async function piecesOf(
  client: ClientBase,
  asked: Resolved,
  parts: readonly PeriodPart[],
  window: Window,
): Promise<Piece[]> {
  const pieces: Piece[] = []
  let before = 0
  for (const part of parts) {
    const holds = before < window.offset + window.limit && before + part.matches > window.offset
    if (holds) pieces.push(...(await piecesOfPart(client, asked, part, before, window)))
    before += part.matches
  }
  return pieces
}

const lowest = ({ from }: InstantPeriod): bigint => (from === null ? -(2n ** 63n) : firstKey(from))
const highest = ({ to }: InstantPeriod): bigint => (to === null ? 2n ** 63n - 1n : firstKey(to))

/** Reads from one piece of time that includes the others. */
const inOne = (pieces: readonly Piece[], condition: SqlClause): SqlClause => {
  const [newest, oldest] = [pieces[0] ?? nothing, pieces.at(-1) ?? nothing]
  const bounds = clause(
    'SELECT * FROM recordings WHERE key >= ? AND key < ? AND',
    lowest(oldest),
    highest(newest),
  )
  return sqlJoin([bounds, condition], ' ')
}

/** Reads from each piece, and skips the time between them. */
const inEach = (pieces: readonly Piece[], condition: SqlClause): SqlClause =>
  sqlJoin(
    [
      clause(
        `SELECT found.* FROM unnest(?::bigint[], ?::bigint[]) AS piece (low, high) CROSS JOIN LATERAL (
          SELECT * FROM recordings WHERE key >= piece.low AND key < piece.high AND`,
        pieces.map(lowest),
        pieces.map(highest),
      ),
      condition,
      clause(') AS found'),
    ],
    ' ',
  )

function isDense(pieces: readonly Piece[]): boolean {
  const [newest, oldest] = [pieces[0], pieces.at(-1)]
  if (!newest || !oldest || pieces.length === 1) return true
  const spanMs = (newest.to ?? Number.POSITIVE_INFINITY) - (oldest.from ?? Number.NEGATIVE_INFINITY)
  return spanMs <= DAYS_IN_ONE_PIECE * DAY_MS
}

export interface FoundPage {
  readonly totalCount: number
  /** Newest first. */
  readonly recordings: readonly WireRecording[]
}

/** Reads a window of a search that only its start, people and direction narrow, and its total. */
export async function pageByDays(client: ClientBase, asked: Resolved, window: Window): Promise<FoundPage> {
  const parts = await partsOf(client, asked)
  const totalCount = parts.reduce((sum, { matches }) => sum + matches, 0)
  const limit = Math.min(window.limit, totalCount - window.offset)
  if (limit <= 0) return { totalCount, recordings: [] }
  const pieces = await piecesOf(client, asked, parts, { offset: window.offset, limit })
  const condition = conditionOf(asked, 'indexed', ['startTime'])
  const skipped = window.offset - (pieces[0]?.before ?? 0)
  const found = sqlJoin(
    [
      (isDense(pieces) ? inOne : inEach)(pieces, condition),
      clause('ORDER BY key DESC LIMIT ? OFFSET ?', limit, skipped),
    ],
    ' ',
  )
  return { totalCount, recordings: await readRows(client, found) }
}
