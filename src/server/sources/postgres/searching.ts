/** Searches over one snapshot of the archive: a page and its total, and walks over all matches. */
import type { ClientBase } from 'pg'
import type { WireRecording } from '../../../contract/recording.ts'
import type { Paging } from '../../../contract/search.ts'
import { readRow } from '../archive/found-row.ts'
import { firstKey } from '../archive/key.ts'
import {
  fromNearerEnd,
  instants,
  keyRange,
  SORTED_AT_MOST,
  within,
  type Asked,
  type Window,
} from '../archive/plan.ts'
import { pageByDays, type FoundPage } from './paging.ts'
import { readRows, readStoredRows } from './row.ts'
import { clause, queryOne, sqlJoin } from './statements.ts'
import { countMatching, isCountable } from './totals.ts'
import { conditionOf, resolve, type Resolved } from './where.ts'

/** Sorting this many is quicker than reading past them in the order of time. */
const SORTED_DEEP_AT_MOST = 20_000
const DEEP = 1000

/** Finds all by any index, and sorts them. The sum keeps the planner from reading in the order of time. */
const sorted = (client: ClientBase, asked: Resolved, { offset, limit }: Window): Promise<WireRecording[]> =>
  readRows(
    client,
    sqlJoin(
      [
        clause('SELECT * FROM recordings WHERE'),
        conditionOf(asked, 'indexed'),
        clause('ORDER BY key + 0 DESC LIMIT ? OFFSET ?', limit, offset),
      ],
      ' ',
    ),
  )

/** The first key that a call which ends in the period may have: it may have begun long before. */
async function firstRunning(client: ClientBase, asked: Resolved, from: bigint): Promise<bigint> {
  const endFrom = asked.search.endTime ? instants(asked.search.endTime)[0] : null
  if (endFrom === null) return from
  const start = firstKey(endFrom)
  const row = await queryOne<{ key: bigint | null }>(
    client,
    clause(
      'SELECT min(key + 0) AS key FROM recordings WHERE end_ms >= ? AND key < ?',
      BigInt(endFrom),
      start,
    ),
  )
  const first = row?.key ?? start
  return first > from ? first : from
}

/** Reads in the order of time from the nearer end. */
async function byTime(
  client: ClientBase,
  asked: Resolved,
  totalCount: number,
  window: Window,
): Promise<WireRecording[]> {
  const { isFromOldest, offset, limit } = fromNearerEnd(window, totalCount)
  const range = keyRange(asked.search)
  const from = await firstRunning(client, asked, range.from)
  return readRows(
    client,
    sqlJoin(
      [
        clause('SELECT * FROM recordings WHERE key >= ? AND key < ? AND', from, range.to),
        conditionOf(asked, 'hidden', ['startTime']),
        clause(`ORDER BY key ${isFromOldest ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?`, limit, offset),
      ],
      ' ',
    ),
  )
}

/** One page and the total. Belongs in a transaction that reads one snapshot. */
export async function findPage(
  client: ClientBase,
  search: Asked,
  { page, pageSize }: Paging,
): Promise<FoundPage> {
  const window = { offset: page * pageSize, limit: pageSize }
  const asked = await resolve(client, search)
  if (asked.owners?.length === 0) return { totalCount: 0, recordings: [] }
  if (isCountable(asked) && asked.search.endTime === undefined) {
    return pageByDays(client, asked, window)
  }
  const totalCount = await countMatching(client, asked)
  const { offset, limit } = within(window, totalCount)
  if (limit <= 0) return { totalCount, recordings: [] }
  const most = offset > DEEP ? SORTED_DEEP_AT_MOST : SORTED_AT_MOST
  const recordings = await (totalCount <= most
    ? sorted(client, asked, { offset, limit })
    : byTime(client, asked, totalCount, { offset, limit }))
  return { totalCount, recordings }
}

/** All matches, newest first, in chunks of at most `chunkRows`. Belongs in a transaction that reads one snapshot. */
export async function* walkMatches(
  client: ClientBase,
  asked: Resolved,
  totalCount: number,
  chunkRows: number,
): AsyncGenerator<readonly WireRecording[], void> {
  if (totalCount <= SORTED_AT_MOST) {
    const rows = await sorted(client, asked, { offset: 0, limit: SORTED_AT_MOST })
    for (let at = 0; at < rows.length; at += chunkRows) yield rows.slice(at, at + chunkRows)
    return
  }
  const { from, to } = keyRange(asked.search)
  let below = to
  let left = totalCount
  while (left > 0) {
    const rows = await readStoredRows(
      client,
      sqlJoin(
        [
          clause('SELECT * FROM recordings WHERE key >= ? AND key < ? AND', from, below),
          conditionOf(asked, 'hidden', ['startTime']),
          clause('ORDER BY key DESC LIMIT ?', chunkRows),
        ],
        ' ',
      ),
    )
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(readRow)
    below = last.key
    left -= rows.length
  }
}
