/**
 * Searches over one open database, without waiting: pages, totals and walks over everything. The host runs them
 * in workers, tests run them where they are.
 */
import type { Database, Statement } from 'better-sqlite3'
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import type { Paging, Search } from '../../../contract/search.ts'
import { readRow, rowColumns, withOwner, type RecordingRow } from './row.ts'
import { EVERYTHING, isByStartOnly, whereClause, type Viewer } from './where.ts'

/** Up to so many matches are gathered by whichever index finds them and then sorted; more are walked by time. */
const SORTED_AT_MOST = 2000
/** Up to so many matches of a search without an index are kept while it is read, so that one reading is enough. */
const GATHERED_AT_MOST = 20_000
const STATEMENTS_KEPT = 300

interface Window {
  readonly offset: number
  readonly limit: number
}

/** An answer's rows, in chunks, from one snapshot of the store. */
export interface Walk {
  readonly totalCount: number
  /** The next recordings, most recent first; empty at the end. */
  next(): WireRecording[]
  close(): void
}

export class Searcher {
  private readonly db: Database
  private readonly statements = new Map<string, Statement>()

  constructor(db: Database) {
    this.db = db
  }

  private prepare(sql: string): Statement {
    const known = this.statements.get(sql)
    if (known) return known
    // Filters and operators make a few thousand texts at most; a busy host uses a handful.
    if (this.statements.size >= STATEMENTS_KEPT) this.statements.clear()
    const statement = this.db.prepare(sql)
    this.statements.set(sql, statement)
    return statement
  }

  /** How many recordings match. */
  private count(search: Search, viewer: Viewer): number {
    const { sql, params } = whereClause(search, viewer, 'any')
    // Without any condition SQLite counts pages of the smallest index and looks at no row. Every row has one of the
    // three directions: naming them lets that same index count a period.
    const condition = sql === EVERYTHING ? '' : `WHERE ${sql}`
    const narrowest = search.startTime && isByStartOnly(search, viewer) ? 'AND direction IN (0, 1, 2)' : ''
    const statement = this.prepare(`SELECT count(*) FROM recordings ${condition} ${narrowest}`)
    return Number(statement.pluck().get(...params))
  }

  /** One page and the total, both of one moment. */
  list(search: Search, { page, pageSize }: Paging, viewer: Viewer): WireList {
    const window = { offset: page * pageSize, limit: pageSize }
    return this.db.transaction(
      () => this.gathered(search, viewer, window) ?? this.counted(search, viewer, window),
    )()
  }

  private counted(search: Search, viewer: Viewer, { offset, limit }: Window): WireList {
    const totalCount = this.count(search, viewer)
    const left = Math.min(limit, totalCount - offset)
    const recordings = left > 0 ? this.rows(search, viewer, totalCount, { offset, limit: left }) : []
    return { totalCount, recordings }
  }

  /**
   * A search that no index helps reads every number once to count and once for the page. Where the matches are few,
   * one reading gathers them all. @returns null where they are many, or where an index helps.
   */
  private gathered(search: Search, viewer: Viewer, { offset, limit }: Window): WireList | null {
    if (search.remotePartyNumber?.op !== 'contains') return null
    const { sql, params } = whereClause(search, viewer, 'any')
    const gather = this.prepare(`
      WITH found AS MATERIALIZED (SELECT key FROM recordings WHERE ${sql} LIMIT ?)
      SELECT (SELECT count(*) FROM found) AS totalCount,
        (SELECT json_group_array(key) FROM (SELECT key FROM found ORDER BY key DESC LIMIT ? OFFSET ?)) AS keys`)
    const bounds = [GATHERED_AT_MOST + 1, limit, offset].map(BigInt)
    const { totalCount, keys } = gather.get(...params, ...bounds) as { totalCount: number; keys: string }
    if (totalCount > GATHERED_AT_MOST) return null
    const rows = this.prepare(
      `SELECT ${rowColumns} FROM json_each(?) AS found CROSS JOIN recordings ON recordings.key = found.value ${withOwner} ORDER BY found.id`,
    ).all(keys)
    return { totalCount, recordings: (rows as RecordingRow[]).map(readRow) }
  }

  private rows(search: Search, viewer: Viewer, totalCount: number, window: Window): WireRecording[] {
    const walked = totalCount > SORTED_AT_MOST
    const { sql, params } = whereClause(search, viewer, walked ? 'time' : 'any')
    // A page nearer to the oldest end is reached from there.
    const fromOldest = walked && window.offset > totalCount / 2
    const offset = fromOldest ? totalCount - window.offset - window.limit : window.offset
    const keys = `SELECT key FROM recordings WHERE ${sql}
      ORDER BY ${walked ? '' : '+'}key ${fromOldest ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?`
    const statement = this.prepare(
      `SELECT ${rowColumns} FROM (${keys}) AS found CROSS JOIN recordings USING (key) ${withOwner} ORDER BY found.key DESC`,
    )
    const rows = statement.all(...params, BigInt(window.limit), BigInt(offset)) as RecordingRow[]
    return rows.map(readRow)
  }

  /**
   * Everything that matches, most recent first, in chunks of at most `chunkSize`. Holds its snapshot, and this
   * searcher's connection, until it is closed: give it a connection of its own.
   */
  walk(search: Search, viewer: Viewer, chunkSize: number): Walk {
    this.db.exec('BEGIN')
    const totalCount = this.count(search, viewer)
    const walked = totalCount > SORTED_AT_MOST
    const { sql, params } = whereClause(search, viewer, walked ? 'time' : 'any')
    const rows = this.db
      .prepare(
        `SELECT ${rowColumns} FROM recordings ${withOwner} WHERE ${sql} ORDER BY ${walked ? '' : '+'}key DESC`,
      )
      .iterate(...params) as IterableIterator<RecordingRow>
    return {
      totalCount,
      next() {
        const chunk: WireRecording[] = []
        while (chunk.length < chunkSize) {
          const { value, done } = rows.next()
          if (done) break
          chunk.push(readRow(value))
        }
        return chunk
      },
      close: () => {
        rows.return?.()
        if (this.db.inTransaction) this.db.exec('COMMIT')
      },
    }
  }
}
