/**
 * Reading a large part of the store, in pieces: every generator here gives way after each piece, so that a search that
 * nobody waits for can be left there. All pieces belong to the caller's transaction.
 */
import type { Search } from '../../../contract/search.ts'
import type { KeyRange } from './key.ts'
import { keyPieces, NumberPieces, PieceSize, type End } from './pieces.ts'
import type { Statements } from './statements.ts'
import { keyRange, whereClause, type Clause, type ScopedUser } from './where.ts'

/** Up to so many matches are kept while they are counted, so that one reading is enough. */
const GATHERED_AT_MOST = 20_000

/** Rows of the answer, counted from its first row. */
export interface Window {
  readonly offset: number
  readonly limit: number
}

/** What may be found, and by whom. */
export interface Asked {
  readonly search: Search
  readonly viewer: ScopedUser
}

export interface Collected {
  /** How many rows match in what was read. */
  readonly seen: number
  /** The rows of the window, in the order in which they were read. */
  readonly keys: readonly bigint[]
}

export interface Gathered {
  readonly totalCount: number
  /** All that match, most recent first, or null where there are too many to keep. */
  readonly keys: readonly bigint[] | null
}

export interface Collecting {
  /** Which end of time comes first. */
  readonly first: End
  readonly window: Window
  /** Whether to stop where the window is full, and not to count the rest. */
  readonly isCountless: boolean
}

export class Scanner {
  readonly #statements: Statements
  readonly #numbers: NumberPieces
  readonly #pieceRows: number | undefined

  /** @param pieceRows how many rows a piece has; without it, as many as are read in about 10 ms. */
  constructor(statements: Statements, pieceRows?: number) {
    this.#statements = statements
    this.#numbers = new NumberPieces(statements)
    this.#pieceRows = pieceRows
  }

  /** Reads by time, and finds the window on the way. */
  *collect(
    { search, viewer }: Asked,
    { first, window, isCountless }: Collecting,
  ): Generator<void, Collected> {
    const { sql, params } = whereClause(search, viewer, 'piece')
    const piece = `FROM recordings WHERE key >= ? AND key < ? AND ${sql}`
    const count = this.#statements.prepare(`SELECT count(*) ${piece}`).pluck()
    const select = this.#statements
      .prepare(`SELECT key ${piece} ORDER BY key ${first === 'newest' ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`)
      .pluck()
      .safeIntegers()
    const pace = new PieceSize(this.#pieceRows)
    const end = window.offset + window.limit
    const keys: bigint[] = []
    let seen = 0
    for (const { from, to } of keyPieces(this.#statements, keyRange(search), first, pace)) {
      const matches = pace.timed(() => Number(count.get(from, to, ...params)))
      if (seen < end && seen + matches > window.offset) {
        const bounds = [end - Math.max(seen, window.offset), Math.max(0, window.offset - seen)].map(BigInt)
        for (const key of select.iterate(from, to, ...params, ...bounds)) keys.push(key as bigint)
      }
      seen += matches
      if (isCountless && seen >= end) break
      yield
    }
    return { seen, keys }
  }

  /**
   * Counts what contains a number, and keeps all keys where they are few. The index over the numbers is the smallest
   * thing that holds them, but it is not in the order of time.
   */
  *gatherByNumber({ search, viewer }: Asked): Generator<void, Gathered> {
    const pace = new PieceSize(this.#pieceRows)
    return yield* this.#gather(whereClause(search, viewer, 'any'), this.#numbers.read(pace), pace)
  }

  /** The same for a search that an index makes short, in one piece. */
  *gatherAtOnce({ search, viewer }: Asked): Generator<void, Gathered> {
    const whole = [{ sql: 'TRUE', params: [] }]
    return yield* this.#gather(whereClause(search, viewer, 'any'), whole, new PieceSize(this.#pieceRows))
  }

  *#gather(where: Clause, pieces: Iterable<Clause>, pace: PieceSize): Generator<void, Gathered> {
    let keys: bigint[] | null = []
    let totalCount = 0
    for (const piece of pieces) {
      const condition = `FROM recordings WHERE ${piece.sql} AND ${where.sql}`
      const params = [...piece.params, ...where.params]
      const found: bigint[] | null = pace.timed(() => keys && this.#few(condition, params, keys.length))
      keys = found && keys ? keys.concat(found) : null
      totalCount += found ? found.length : pace.timed(() => this.#count(condition, params))
      yield
    }
    return { totalCount, keys: keys && newestFirst(keys) }
  }

  /** @returns the keys, or null where there are more than may still be kept. */
  #few(condition: string, params: Clause['params'], kept: number): bigint[] | null {
    const statement = this.#statements.prepare(`SELECT key ${condition} LIMIT ?`).pluck().safeIntegers()
    const left = GATHERED_AT_MOST - kept
    const keys = statement.all(...params, BigInt(left + 1)) as bigint[]
    return keys.length > left ? null : keys
  }

  #count(condition: string, params: Clause['params']): number {
    return Number(
      this.#statements
        .prepare(`SELECT count(*) ${condition}`)
        .pluck()
        .get(...params),
    )
  }

  /** The keys, chunk by chunk and most recent first; an empty chunk stands for a piece without any. */
  *keysByTime({ search, viewer }: Asked, hasOwnOrder: boolean, chunkRows: number): Generator<bigint[], void> {
    const { sql, params } = whereClause(search, viewer, 'piece')
    const select = this.#statements
      .prepare(`SELECT key FROM recordings WHERE key >= ? AND key < ? AND ${sql} ORDER BY key DESC LIMIT ?`)
      .pluck()
      .safeIntegers()
    const pace = new PieceSize(this.#pieceRows)
    const range = keyRange(search)
    // An index that has the matches in their order needs no pieces: it reads nothing else.
    const pieces: Iterable<KeyRange> = hasOwnOrder
      ? [range]
      : keyPieces(this.#statements, range, 'newest', pace)
    for (const { from, to } of pieces) {
      let below = to
      for (;;) {
        const keys = pace.timed(() => select.all(from, below, ...params, BigInt(chunkRows)) as bigint[])
        yield keys
        const last = keys[chunkRows - 1]
        if (last === undefined) break
        below = last
      }
    }
  }
}

function newestFirst(keys: readonly bigint[]): bigint[] {
  return [...BigInt64Array.from(keys).toSorted()].toReversed()
}
