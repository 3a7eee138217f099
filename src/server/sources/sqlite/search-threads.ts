/**
 * Runs searches in worker threads, each with its own read-only connection, so that a slow search does not delay sign-in
 * or audio. Scans and quick searches never share a thread, so that scans do not delay quick searches.
 */
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import type { RemoteWalk, SearchPlaces } from './search-runner.ts'
import type { ListJob, WalkJob } from './search-worker.ts'

/** All walks share one thread and take turns step by step, so that slow readers need no more threads. */
const WALKS_AT_ONCE = 64

const filename = import.meta.resolve(`./search-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`)

const pool = (name: 'list' | 'walk', threads: number): Piscina =>
  new Piscina({ filename, name, minThreads: threads, maxThreads: threads })

/**
 * @param threads for searches. One is for scans, and the others (at least one) are for quick searches. Walks have one
 * more thread.
 */
export function searchInThreads(dataDir: string, threads: number): SearchPlaces {
  const quick = Math.max(1, threads - 1)
  const pools = { quick: pool('list', quick), scan: pool('list', 1) }
  const walks = new Piscina({
    filename,
    name: 'walk',
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: WALKS_AT_ONCE,
  })
  return {
    count: { quick, scan: 1, walk: WALKS_AT_ONCE },
    list(kind, task) {
      const job: ListJob = { ...task, dataDir, kind }
      // Piscina would cancel by killing the thread, and its connection with it.
      return pools[kind].run(job) as Promise<WireList | null>
    },
    walk: (task) => walkInThread(walks, { ...task, dataDir }),
    async close() {
      await Promise.all([pools.quick.close(), pools.scan.close(), walks.destroy()])
    },
  }
}

function walkInThread(walks: Piscina, task: Omit<WalkJob, 'port'>): RemoteWalk {
  const { port1, port2 } = new MessageChannel()
  const job: WalkJob = { ...task, port: port2 }
  const ended = walks.run(job, { transferList: [port2] }).then(() => {
    throw new Error('The walk over the recordings ended early.')
  })
  ended.catch(() => {})
  const ask = (step: 'count' | 'next'): Promise<unknown> => {
    const answer = new Promise((resolve) => port1.once('message', resolve))
    port1.postMessage(step)
    return Promise.race([answer, ended])
  }
  return {
    count: () => ask('count') as Promise<number | null>,
    next: () => ask('next') as Promise<WireRecording[] | null>,
    close: () => port1.close(),
  }
}
