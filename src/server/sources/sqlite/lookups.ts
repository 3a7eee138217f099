/** Searches that need only an index or the newest end of the store. */
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import { readRow, type StoredRow } from '../archive/found-row.ts'
import {
  fromNearerEnd,
  isByStartOnly,
  SORTED_AT_MOST,
  within,
  type Asked,
  type Window,
} from '../archive/plan.ts'
import { rowColumns, withOwner } from './row.ts'
import type { Statements } from './statements.ts'
import { EVERYTHING, whereClause } from './where.ts'

export class Lookups {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** Counts the matches by an index. */
  count({ search, viewer }: Asked): number {
    const { sql, params } = whereClause(search, viewer, 'any')
    // Without a condition, SQLite counts whole pages of the smallest index. For a period, naming all three directions
    // lets the same index count, and excludes no row.
    const condition = sql === EVERYTHING ? '' : `WHERE ${sql}`
    const narrowest = search.startTime && isByStartOnly(search, viewer) ? 'AND direction IN (0, 1, 2)' : ''
    const statement = this.#statements.prepare(`SELECT count(*) FROM recordings ${condition} ${narrowest}`)
    return Number(statement.pluck().get(...params))
  }

  /** The page and the total. */
  page(asked: Asked, window: Window): WireList {
    const totalCount = this.count(asked)
    const { offset, limit } = within(window, totalCount)
    const recordings = limit > 0 ? this.rows(asked, totalCount, { offset, limit }) : []
    return { totalCount, recordings }
  }

  /** The recordings of these keys, in the same order. */
  read(keys: readonly bigint[]): WireRecording[] {
    const statement = this.#statements.prepare(
      `SELECT ${rowColumns} FROM json_each(?) AS found CROSS JOIN recordings ON recordings.key = found.value ${withOwner} ORDER BY found.id`,
    )
    return (statement.all(`[${keys.join(',')}]`) as StoredRow[]).map(readRow)
  }

  /** The rows of a window that is not empty, when `totalCount` recordings match. */
  rows({ search, viewer }: Asked, totalCount: number, window: Window): WireRecording[] {
    const walked = totalCount > SORTED_AT_MOST
    const { sql, params } = whereClause(search, viewer, walked ? 'time' : 'any')
    const fromNewest = { ...window, isFromOldest: false }
    const { isFromOldest, offset, limit } = walked ? fromNearerEnd(window, totalCount) : fromNewest
    const keys = `SELECT key FROM recordings WHERE ${sql}
      ORDER BY ${walked ? '' : '+'}key ${isFromOldest ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?`
    const statement = this.#statements.prepare(
      `SELECT ${rowColumns} FROM (${keys}) AS found CROSS JOIN recordings USING (key) ${withOwner} ORDER BY found.key DESC`,
    )
    const rows = statement.all(...params, BigInt(limit), BigInt(offset)) as StoredRow[]
    return rows.map(readRow)
  }

  /** All keys, most recent first. Use it only for few matches. */
  sortedKeys({ search, viewer }: Asked): bigint[] {
    const { sql, params } = whereClause(search, viewer, 'any')
    const sorted = this.#statements.prepare(`SELECT key FROM recordings WHERE ${sql} ORDER BY +key DESC`)
    return sorted
      .pluck()
      .safeIntegers()
      .all(...params) as bigint[]
  }
}
