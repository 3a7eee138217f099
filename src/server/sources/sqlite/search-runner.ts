/**
 * Decides whose search runs next. Quick searches, scans and walks over all matches have separate places, for which
 * users take turns. `SearchPlaces` decides where a search runs: in worker threads or in place.
 */
import { onAbort, orAborted } from '../../platform/aborting.ts'
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import type { Paging, Search } from '../../../contract/search.ts'
import { accountName } from '../account-name.ts'
import type { WholeList } from '../source.ts'
import { busy, createTurns, type Turns } from '../turns.ts'
import { searchKind, type SearchKind, type ScopedUser } from '../archive/search-kind.ts'

export interface SearchRunner {
  list(search: Search, paging: Paging, viewer: ScopedUser, signal: AbortSignal): Promise<WireList>
  listAll(search: Search, viewer: ScopedUser, signal: AbortSignal): Promise<WholeList<WireRecording>>
  close(): Promise<void>
}

export interface ListTask {
  readonly search: Search
  readonly viewer: ScopedUser
  readonly paging: Paging
  /** Becomes 1 when nobody waits for the answer any more. */
  readonly cancelled: Int32Array<SharedArrayBuffer>
}

export interface WalkTask {
  readonly search: Search
  readonly viewer: ScopedUser
  readonly chunkRows: number
}

/** A `Walk` that may run in another thread. One call is one step. */
export interface RemoteWalk {
  count(): Promise<number | null>
  next(): Promise<WireRecording[] | null>
  /** May be called at any time, and more than once. */
  close(): void
}

export interface SearchPlaces {
  /** How many run at once. */
  readonly count: Readonly<Record<SearchKind | 'walk', number>>
  /** Settles when the place is free again. @returns null if the task was cancelled. */
  list(kind: SearchKind, task: ListTask): Promise<WireList | null>
  walk(task: WalkTask): RemoteWalk
  close(): Promise<void>
}

/** Rows per message: enough to keep messages cheap, few enough to bound the memory for a slow reader. */
const CHUNK_ROWS = 1000

/** The rows of a walk. The walk closes at its end, and when the reader leaves, even before the first row. */
function inChunks(signal: AbortSignal, walk: RemoteWalk): AsyncIterable<WireRecording> {
  const close = (): void => walk.close()
  const endWait = onAbort(signal, close)
  return (async function* rows() {
    try {
      for (;;) {
        signal.throwIfAborted()
        const chunk = await orAborted(walk.next(), signal)
        if (chunk === null) return
        yield* chunk
      }
    } finally {
      endWait()
      close()
    }
  })()
}

async function count(signal: AbortSignal, walk: RemoteWalk): Promise<number> {
  for (;;) {
    signal.throwIfAborted()
    const total = await orAborted(walk.count(), signal)
    if (total !== null) return total
  }
}

/** Another thread gets only the fields that a search needs. */
const plain = ({ username, scope }: ScopedUser): ScopedUser => ({ username, scope })

/**
 * The number of waiting searches has no limit here: each leaves with its signal, and the routes limit how many searches
 * one user may start at once.
 */
const turns = (running: number): Turns =>
  createTurns({ running, full: () => busy('Too many searches wait. Try again in a moment.') })

class FairRunner implements SearchRunner {
  readonly #places: SearchPlaces
  readonly #turns: Readonly<Record<SearchKind | 'walk', Turns>>

  constructor(places: SearchPlaces) {
    const { quick, scan, walk } = places.count
    this.#places = places
    this.#turns = { quick: turns(quick), scan: turns(scan), walk: turns(walk) }
  }

  async list(search: Search, paging: Paging, viewer: ScopedUser, signal: AbortSignal): Promise<WireList> {
    const kind = searchKind(search, viewer, Date.now())
    const release = await this.#turns[kind].enter(accountName(viewer.username), signal)
    const cancelled = new Int32Array(new SharedArrayBuffer(4))
    // A thread cannot be interrupted, so it checks this flag before it begins and between the pieces of a scan.
    const endWait = onAbort(signal, () => void Atomics.store(cancelled, 0, 1))
    // The place stays taken until the thread is free, even if nobody waits any more.
    const found = this.#places
      .list(kind, { search, viewer: plain(viewer), paging, cancelled })
      .finally(() => {
        endWait()
        release()
      })
    const answer = await orAborted(found, signal)
    signal.throwIfAborted()
    if (answer === null) throw new Error('A search was stopped although somebody waits for it.')
    return answer
  }

  async listAll(search: Search, viewer: ScopedUser, signal: AbortSignal): Promise<WholeList<WireRecording>> {
    const release = await this.#turns.walk.enter(accountName(viewer.username), signal)
    const walk = this.#openWalk({ search, viewer: plain(viewer), chunkRows: CHUNK_ROWS }, release)
    try {
      return { totalCount: await count(signal, walk), recordings: inChunks(signal, walk) }
    } catch (error) {
      walk.close()
      throw error
    }
  }

  #openWalk(task: WalkTask, release: () => void): RemoteWalk {
    try {
      const walk = this.#places.walk(task)
      return {
        count: () => walk.count(),
        next: () => walk.next(),
        close() {
          walk.close()
          release()
        },
      }
    } catch (error) {
      release()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#places.close()
  }
}

/** Runs the searches of many users so that nobody waits long for others. */
export function createSearchRunner(places: SearchPlaces): SearchRunner {
  return new FairRunner(places)
}
