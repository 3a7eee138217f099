/** Searches that an index, or the newest end of the store, finds. */
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import { readRow, rowColumns, withOwner, type StoredRow } from './row.ts'
import type { Asked, Window } from './scanning.ts'
import type { Statements } from './statements.ts'
import { EVERYTHING, isByStartOnly, whereClause } from './where.ts'

/** Up to so many matches are gathered by whichever index finds them and then sorted; more are walked by time. */
export const SORTED_AT_MOST = 2000

/** The part of the window that has rows; its limit is 0 or less where there are none. */
export const within = ({ offset, limit }: Window, totalCount: number): Window => ({
  offset,
  limit: Math.min(limit, totalCount - offset),
})

export class Lookups {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** How many recordings match, by an index. */
  count({ search, viewer }: Asked): number {
    const { sql, params } = whereClause(search, viewer, 'any')
    // Without any condition SQLite counts pages of the smallest index and looks at no row. Every row has one of the
    // three directions: naming them lets that same index count a period.
    const condition = sql === EVERYTHING ? '' : `WHERE ${sql}`
    const narrowest = search.startTime && isByStartOnly(search, viewer) ? 'AND direction IN (0, 1, 2)' : ''
    const statement = this.#statements.prepare(`SELECT count(*) FROM recordings ${condition} ${narrowest}`)
    return Number(statement.pluck().get(...params))
  }

  /** One page and the total. */
  page(asked: Asked, window: Window): WireList {
    const totalCount = this.count(asked)
    const { offset, limit } = within(window, totalCount)
    const recordings = limit > 0 ? this.rows(asked, totalCount, { offset, limit }) : []
    return { totalCount, recordings }
  }

  /** The recordings of these keys, in their order. */
  read(keys: readonly bigint[]): WireRecording[] {
    const statement = this.#statements.prepare(
      `SELECT ${rowColumns} FROM json_each(?) AS found CROSS JOIN recordings ON recordings.key = found.value ${withOwner} ORDER BY found.id`,
    )
    return (statement.all(`[${keys.join(',')}]`) as StoredRow[]).map(readRow)
  }

  /** The rows of a window that has rows, where so many match. */
  rows({ search, viewer }: Asked, totalCount: number, window: Window): WireRecording[] {
    const walked = totalCount > SORTED_AT_MOST
    const { sql, params } = whereClause(search, viewer, walked ? 'time' : 'any')
    // A page nearer to the oldest end is reached from there.
    const fromOldest = walked && window.offset > totalCount / 2
    const offset = fromOldest ? totalCount - window.offset - window.limit : window.offset
    const keys = `SELECT key FROM recordings WHERE ${sql}
      ORDER BY ${walked ? '' : '+'}key ${fromOldest ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?`
    const statement = this.#statements.prepare(
      `SELECT ${rowColumns} FROM (${keys}) AS found CROSS JOIN recordings USING (key) ${withOwner} ORDER BY found.key DESC`,
    )
    const rows = statement.all(...params, BigInt(window.limit), BigInt(offset)) as StoredRow[]
    return rows.map(readRow)
  }

  /** All keys, most recent first. For a few. */
  sortedKeys({ search, viewer }: Asked): bigint[] {
    const { sql, params } = whereClause(search, viewer, 'any')
    const sorted = this.#statements.prepare(`SELECT key FROM recordings WHERE ${sql} ORDER BY +key DESC`)
    return sorted
      .pluck()
      .safeIntegers()
      .all(...params) as bigint[]
  }
}
