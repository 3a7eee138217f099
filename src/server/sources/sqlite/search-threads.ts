/**
 * Searches in worker threads, each with its own read-only connection. A slow one must not hold up sign-in or audio, and
 * no scan holds up a quick one: they never share a thread.
 */
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import type { RemoteWalk, SearchPlaces } from './search-runner.ts'
import type { ListJob, WalkJob } from './search-worker.ts'

/** Walks take turns in one thread, step by step, so that many slow readers cost no more threads. */
const WALKS_AT_ONCE = 64

const filename = import.meta.resolve(`./search-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`)

const pool = (name: 'list' | 'walk', threads: number): Piscina =>
  new Piscina({ filename, name, minThreads: threads, maxThreads: threads })

/**
 * @param threads for searches: one is for scans, the others, at least one, for quick ones. Walks over everything have
 * one more.
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
      // Piscina's own cancelling kills the thread, connection and all.
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
