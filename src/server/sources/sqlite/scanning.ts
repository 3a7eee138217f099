/**
 * Reads a large part of the store in pieces. Every generator here yields after each piece, so that an abandoned search
 * can stop there. All pieces belong to the caller's transaction.
 */
import type { KeyRange } from '../archive/key.ts'
import { keyPieces, NumberPieces, PieceSize, type End } from './pieces.ts'
import type { Statements } from './statements.ts'
import { keyRange, type Asked, type Window } from '../archive/plan.ts'
import { whereClause, type Clause } from './where.ts'

/** Up to this many keys are kept during the count, so that one reading is enough. */
const GATHERED_AT_MOST = 20_000

export interface Collected {
  /** How many of the rows that were read match. */
  readonly seen: number
  /** The rows of the window, in the order in which they were read. */
  readonly keys: readonly bigint[]
}

export interface Gathered {
  readonly totalCount: number
  /** All matches, most recent first, or null if there are too many to keep. */
  readonly keys: readonly bigint[] | null
}

export interface Collecting {
  /** The end of time where reading begins. */
  readonly first: End
  readonly window: Window
  /** Whether to stop when the window is full, without counting the rest. */
  readonly isCountless: boolean
}

export class Scanner {
  readonly #statements: Statements
  readonly #numbers: NumberPieces
  readonly #pieceRows: number | undefined

  /** @param pieceRows how many rows a piece has; by default, as many as take about 10 ms. */
  constructor(statements: Statements, pieceRows?: number) {
    this.#statements = statements
    this.#numbers = new NumberPieces(statements)
    this.#pieceRows = pieceRows
  }

  /** Reads in the order of time, counts the matches, and keeps the keys of the window. */
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
   * Counts the recordings whose number contains a text, and keeps the keys if they are few. It reads the index over the
   * numbers, which is smaller than the table but not in the order of time.
   */
  *gatherByNumber({ search, viewer }: Asked): Generator<void, Gathered> {
    const pace = new PieceSize(this.#pieceRows)
    return yield* this.#gather(whereClause(search, viewer, 'any'), this.#numbers.read(pace), pace)
  }

  /** The same in one piece, for a search that an index makes short. */
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

  /** @returns the keys, or null if there are more than may still be kept. */
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

  /** The keys in chunks, most recent first. A piece without matches gives an empty chunk. */
  *keysByTime({ search, viewer }: Asked, hasOwnOrder: boolean, chunkRows: number): Generator<bigint[], void> {
    const { sql, params } = whereClause(search, viewer, 'piece')
    const select = this.#statements
      .prepare(`SELECT key FROM recordings WHERE key >= ? AND key < ? AND ${sql} ORDER BY key DESC LIMIT ?`)
      .pluck()
      .safeIntegers()
    const pace = new PieceSize(this.#pieceRows)
    const range = keyRange(search)
    // An index in the order of time reads only matches, so it needs no pieces.
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
