/**
 * Where searches run. A slow one (`contains` reads every number) must not hold up sign-in or audio, so the host
 * runs them in worker threads, each with its own read-only connection. Tests run them in place.
 */
import { MessageChannel } from 'node:worker_threads'
import { once } from 'node:events'
import { Piscina } from 'piscina'
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import type { Paging, Search } from '../../../contract/search.ts'
import type { WholeList } from '../source.ts'
import { openForReading } from './database.ts'
import { Searcher } from './searching.ts'
import type { ListTask, WalkTask } from './search-worker.ts'
import type { Viewer } from './where.ts'

export interface SearchRunner {
  list(search: Search, paging: Paging, viewer: Viewer, signal: AbortSignal): Promise<WireList>
  listAll(search: Search, viewer: Viewer, signal: AbortSignal): Promise<WholeList<WireRecording>>
  close(): Promise<void>
}

/** Rows sent at once: enough to make the message cheap, few enough to keep a slow reader's memory small. */
const CHUNK_ROWS = 1000
/** Walks take turns in one thread, each chunk a few ms, so that many slow readers cost no more threads. */
const WALKS_AT_ONCE = 64

/** Rejects as soon as the signal is aborted, whatever became of the work. */
async function abortable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stop = new AbortController()
  const aborted = once(signal, 'abort', { signal: stop.signal }).then(() => signal.throwIfAborted())
  aborted.catch(() => {})
  try {
    return (await Promise.race([work, aborted])) as T
  } finally {
    stop.abort()
  }
}

/** Searches in this thread. */
export function searchInPlace(dataDir: string): SearchRunner {
  const db = openForReading(dataDir)
  const searcher = new Searcher(db)
  return {
    async list(search, paging, viewer, signal) {
      signal.throwIfAborted()
      return searcher.list(search, paging, viewer)
    },
    async listAll(search, viewer, signal) {
      signal.throwIfAborted()
      const connection = openForReading(dataDir)
      const walk = new Searcher(connection).walk(search, viewer, CHUNK_ROWS)
      const close = (): void => {
        walk.close()
        connection.close()
      }
      const recordings = inChunks(signal, async () => walk.next(), close)
      return { totalCount: walk.totalCount, recordings }
    },
    async close() {
      db.close()
    },
  }
}

/** The rows of a walk. It is closed at its end, when its reader leaves, and when nobody ever begins to read. */
function inChunks(
  signal: AbortSignal,
  next: () => Promise<WireRecording[]>,
  close: () => void,
): AsyncIterable<WireRecording> {
  let open = true
  const closeOnce = (): void => {
    if (open) close()
    open = false
  }
  signal.addEventListener('abort', closeOnce, { once: true })
  return (async function* rows() {
    try {
      for (;;) {
        signal.throwIfAborted()
        const chunk = await next()
        if (chunk.length === 0) return
        yield* chunk
      }
    } finally {
      signal.removeEventListener('abort', closeOnce)
      closeOnce()
    }
  })()
}

const workerFile = import.meta.resolve(`./search-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`)

/** @param threads how many searches run at once, 1 or more; walks over everything have one more thread. */
export function searchInWorkers(dataDir: string, threads: number): SearchRunner {
  const pages = new Piscina({ filename: workerFile, name: 'list', minThreads: threads, maxThreads: threads })
  const walks = new Piscina({
    filename: workerFile,
    name: 'walk',
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: WALKS_AT_ONCE,
  })
  return {
    async list(search, paging, viewer, signal) {
      signal.throwIfAborted()
      const cancelled = new Int32Array(new SharedArrayBuffer(4))
      const task: ListTask = { dataDir, search, viewer: plain(viewer), paging, cancelled }
      // Piscina's own cancelling kills the thread, connection and all; this only skips what has not begun.
      const cancel = (): void => void Atomics.store(cancelled, 0, 1)
      signal.addEventListener('abort', cancel, { once: true })
      try {
        return await abortable(signal, pages.run(task) as Promise<WireList>)
      } finally {
        signal.removeEventListener('abort', cancel)
      }
    },
    listAll: (search, viewer, signal) =>
      walkInWorker(walks, { dataDir, search, viewer: plain(viewer) }, signal),
    async close() {
      await Promise.all([pages.close(), walks.destroy()])
    },
  }
}

/** Only what a search needs goes to another thread. */
const plain = ({ username, scope }: Viewer): Viewer => ({ username, scope })

async function walkInWorker(
  walks: Piscina,
  task: Omit<WalkTask, 'port' | 'chunkRows'>,
  signal: AbortSignal,
): Promise<WholeList<WireRecording>> {
  signal.throwIfAborted()
  const { port1, port2 } = new MessageChannel()
  const walk: WalkTask = { ...task, chunkRows: CHUNK_ROWS, port: port2 }
  const ended = walks.run(walk, { transferList: [port2] }).then(() => {
    throw new Error('The walk over the recordings ended early.')
  })
  ended.catch(() => {})
  const message = (): Promise<unknown> =>
    Promise.race([new Promise((resolve) => port1.once('message', resolve)), ended])
  const next = (): Promise<WireRecording[]> => {
    port1.postMessage(null)
    return abortable(signal, message()) as Promise<WireRecording[]>
  }
  try {
    const totalCount = Number(await abortable(signal, message()))
    return { totalCount, recordings: inChunks(signal, next, () => port1.close()) }
  } catch (error) {
    port1.close()
    throw error
  }
}
