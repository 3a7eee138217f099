/**
 * Divides the store into pieces, so that a long search can stop between two of them: the driver cannot interrupt a
 * statement. Pieces have exact bounds, so each row lies in exactly one piece.
 */
import type { Statement } from 'better-sqlite3'
import type { KeyRange } from '../archive/key.ts'
import type { Statements } from './statements.ts'
import type { Clause } from './where.ts'

/** How long a piece should take, ms. */
const PIECE_MS = 10
/** The first piece is small, because the matches often lie near the end where reading begins. */
const FIRST_ROWS = 1000
const GROWTH = 4
/** A limit, because slow rows may follow fast ones. */
const MOST_ROWS = 100_000

/** The number of rows in a piece: as many as take about 10 ms, judging by the last piece. */
export class PieceSize {
  readonly #fixedRows: number | undefined
  #rows: number

  /** @param fixedRows gives every piece this number of rows, 1 or more. */
  constructor(fixedRows?: number) {
    this.#fixedRows = fixedRows
    this.#rows = fixedRows ?? FIRST_ROWS
  }

  get rows(): number {
    return this.#rows
  }

  /** Does the work of one piece, and chooses the size of the next. */
  timed<T>(work: () => T): T {
    const startedMs = performance.now()
    const result = work()
    if (this.#fixedRows === undefined) {
      const ratio = PIECE_MS / Math.max(performance.now() - startedMs, 0.1)
      const rows = Math.round(this.#rows * Math.min(ratio, GROWTH))
      this.#rows = Math.min(Math.max(FIRST_ROWS, rows), MOST_ROWS)
    }
    return result
  }
}

/** Which end of time is read first. */
export type End = 'newest' | 'oldest'

export function* keyPieces(
  statements: Statements,
  range: KeyRange,
  first: End,
  pace: PieceSize,
): Generator<KeyRange, void> {
  const edge = statements
    .prepare(
      `SELECT key FROM recordings WHERE key >= ? AND key < ?
        ORDER BY key ${first === 'newest' ? 'DESC' : 'ASC'} LIMIT 1 OFFSET ?`,
    )
    .pluck()
    .safeIntegers()
  let { from, to } = range
  for (;;) {
    // Reading from the newest end, the piece includes the row that is found. From the oldest end, it stops before it.
    const offset = first === 'newest' ? pace.rows - 1 : pace.rows
    const found = edge.get(from, to, BigInt(offset)) as bigint | undefined
    if (found === undefined) break
    yield first === 'newest' ? { from: found, to } : { from, to: found }
    if (first === 'newest') to = found
    else from = found
  }
  yield { from, to }
}

/** After this many readings the edges are determined again, because the store may have grown. */
const READINGS_PER_EDGES = 100

/**
 * All recordings with a remote number, in the order of its index. All recordings of one number lie in one piece,
 * even if there are many, because only that number has to be looked at. Finding the edges takes a fifth of a reading,
 * so they are kept for later ones. Old edges still divide the store exactly; they only change the sizes of the pieces.
 */
export class NumberPieces {
  readonly #statements: Statements
  readonly #edges = new Map<string, string | undefined>()
  #readings = 0

  constructor(statements: Statements) {
    this.#statements = statements
  }

  *read(pace: PieceSize): Generator<Clause, void> {
    this.#readings += 1
    if (this.#readings % READINGS_PER_EDGES === 0) this.#edges.clear()
    for (let from: string | undefined = ''; from !== undefined;) {
      const to = this.#edge(from, pace.rows)
      if (to === undefined) yield { sql: 'remote_number >= ?', params: [from] }
      else if (to === from) yield { sql: 'remote_number = ?', params: [from] }
      else yield { sql: 'remote_number >= ? AND remote_number < ?', params: [from, to] }
      from = to === from ? this.#next(from) : to
    }
  }

  /** The number `rows` rows later. It is `from` itself if that fills them all, and undefined past the end. */
  #edge(from: string, rows: number): string | undefined {
    if (this.#edges.has(from)) return this.#edges.get(from)
    const found = this.#find('>= ? ORDER BY remote_number LIMIT 1 OFFSET ?').get(from, BigInt(rows))
    const to = found as string | undefined
    this.#edges.set(from, to)
    return to
  }

  #next(number: string): string | undefined {
    return this.#find('> ? ORDER BY remote_number LIMIT 1').get(number) as string | undefined
  }

  #find(condition: string): Statement {
    return this.#statements
      .prepare(`SELECT remote_number FROM recordings WHERE remote_number ${condition}`)
      .pluck()
  }
}
