/**
 * Synchronous searches over one open database: pages, totals and walks over all matches. The host runs them in
 * workers, and tests run them in place.
 */
import type { Database } from 'better-sqlite3'
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import type { Paging, Search } from '../../../contract/search.ts'
import { fromNearerEnd, SORTED_AT_MOST, wayOf, within, type Asked, type Window } from '../archive/plan.ts'
import { Lookups } from './lookups.ts'
import { Scanner, type Gathered } from './scanning.ts'
import { isMixed, isNarrow, type ScopedUser } from '../archive/search-kind.ts'
import { Statements } from './statements.ts'

/** Reads all matches step by step from one snapshot of the store. A step is a piece of a scan or one short search. */
export interface Walk {
  /** Does one step of the count. @returns the total, or null while it is not known yet. */
  count(): number | null
  /** The next recordings, most recent first. A step may find none; null is the end. Finish the count first. */
  next(): WireRecording[] | null
  close(): void
}

/** The search is never stopped. */
const never = (): boolean => false

export class Searcher {
  readonly #db: Database
  readonly #lookups: Lookups
  readonly #scanner: Scanner

  /** @param pieceRows how many rows a piece of a scan has; by default, as many as take about 10 ms. */
  constructor(db: Database, pieceRows?: number) {
    this.#db = db
    const statements = new Statements(db)
    this.#lookups = new Lookups(statements)
    this.#scanner = new Scanner(statements, pieceRows)
  }

  /**
   * One page and the total, from one snapshot.
   * @param stop called between the pieces of a scan.
   * @returns null if it was stopped.
   */
  list(search: Search, { page, pageSize }: Paging, viewer: ScopedUser, stop = never): WireList | null {
    const window = { offset: page * pageSize, limit: pageSize }
    return this.#db.transaction(() => {
      const steps = this.#page({ search, viewer }, window)
      for (;;) {
        const { done, value } = steps.next()
        if (done) return value
        if (stop()) return null
      }
    })()
  }

  *#page(asked: Asked, window: Window): Generator<void, WireList> {
    const way = wayOf(asked)
    if (way === 'counted') return this.#lookups.page(asked, window)
    if (way === 'by time') {
      const collecting = { first: 'newest', window, isCountless: false } as const
      const { seen, keys } = yield* this.#scanner.collect(asked, collecting)
      return { totalCount: seen, recordings: this.#lookups.read(keys) }
    }
    const { totalCount, keys } = yield* this.#gather(asked, way)
    const { offset, limit } = within(window, totalCount)
    if (limit <= 0) return { totalCount, recordings: [] }
    if (keys) return { totalCount, recordings: this.#lookups.read(keys.slice(offset, offset + limit)) }
    if (way === 'gathered')
      return { totalCount, recordings: this.#lookups.rows(asked, totalCount, { offset, limit }) }
    // There are many matches, so reading from the nearer end soon reaches the page.
    const near = fromNearerEnd({ offset, limit }, totalCount)
    const first = near.isFromOldest ? 'oldest' : 'newest'
    const found = yield* this.#scanner.collect(asked, { first, window: near, isCountless: true })
    const nearest = near.isFromOldest ? found.keys.toReversed() : found.keys
    return { totalCount, recordings: this.#lookups.read(nearest) }
  }

  #gather(asked: Asked, way: 'gathered' | 'by number'): Generator<void, Gathered> {
    return way === 'gathered' ? this.#scanner.gatherAtOnce(asked) : this.#scanner.gatherByNumber(asked)
  }

  /**
   * All matches, most recent first, in chunks of at most `chunkRows`. The walk holds its snapshot, and this searcher's
   * connection, until it is closed, so give it a separate connection.
   */
  walk(search: Search, viewer: ScopedUser, chunkRows: number): Walk {
    const asked = { search, viewer }
    this.#db.exec('BEGIN')
    const counting = this.#countAll(asked)
    let counted: Gathered | null = null
    let steps: Iterator<WireRecording[], void> | null = null
    return {
      count() {
        const { done, value } = counting.next()
        if (done) counted = value
        return counted && counted.totalCount
      },
      next: () => {
        if (!counted) throw new Error('Count the recordings before reading them.')
        steps ??= this.#chunks(asked, counted, chunkRows)
        return steps.next().value ?? null
      },
      close: () => {
        if (this.#db.inTransaction) this.#db.exec('COMMIT')
      },
    }
  }

  /** The total, and the keys if they are few. */
  *#countAll(asked: Asked): Generator<void, Gathered> {
    const way = wayOf(asked)
    if (way === 'gathered' || way === 'by number') return yield* this.#gather(asked, way)
    if (way === 'by time') {
      const window = { offset: 0, limit: SORTED_AT_MOST }
      const { seen, keys } = yield* this.#scanner.collect(asked, {
        first: 'newest',
        window,
        isCountless: false,
      })
      return { totalCount: seen, keys: seen <= SORTED_AT_MOST ? keys : null }
    }
    const totalCount = this.#lookups.count(asked)
    return { totalCount, keys: totalCount > SORTED_AT_MOST ? null : this.#lookups.sortedKeys(asked) }
  }

  *#chunks(
    asked: Asked,
    { totalCount, keys }: Gathered,
    chunkRows: number,
  ): Generator<WireRecording[], void> {
    if (keys) {
      for (let at = 0; at < keys.length; at += chunkRows)
        yield this.#lookups.read(keys.slice(at, at + chunkRows))
      return
    }
    const { search, viewer } = asked
    const hasOwnOrder =
      isNarrow(search, viewer) || (search.direction !== undefined && !isMixed(search, viewer))
    let left = totalCount
    for (const chunk of this.#scanner.keysByTime(asked, hasOwnOrder, chunkRows)) {
      yield this.#lookups.read(chunk)
      left -= chunk.length
      if (left === 0) return
    }
  }
}
