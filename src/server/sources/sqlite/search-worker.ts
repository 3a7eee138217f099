/** Runs searches in a separate thread. `search-threads.ts` sends the jobs. */
import type { MessagePort } from 'node:worker_threads'
import type { WireList } from '../../../contract/recording.ts'
import { stepBack } from '../thread-priority.ts'
import { openForReading, openForWalking } from './database.ts'
import type { ListTask, WalkTask } from './search-runner.ts'
import { Searcher } from './searching.ts'

export interface ListJob extends ListTask {
  readonly dataDir: string
  readonly kind: 'quick' | 'scan'
}

export interface WalkJob extends WalkTask {
  readonly dataDir: string
  /** Each message, `count` or `next`, does one step and gets its result back. Closing the port ends the walk. */
  readonly port: MessagePort
}

/** A thread serves the same store for its whole life. */
let shared: Searcher | undefined

/** @returns null if the job was cancelled. */
export function list({ dataDir, kind, search, viewer, paging, cancelled }: ListJob): WireList | null {
  if (kind === 'scan') stepBack()
  const isCancelled = (): boolean => Atomics.load(cancelled, 0) === 1
  if (isCancelled()) return null
  shared ??= new Searcher(openForReading(dataDir))
  return shared.list(search, paging, viewer, isCancelled)
}

/** Ends when the port is closed. The walks of a thread take turns step by step. */
export async function walk({ dataDir, search, viewer, chunkRows, port }: WalkJob): Promise<void> {
  stepBack()
  const db = openForWalking(dataDir)
  try {
    const steps = new Searcher(db).walk(search, viewer, chunkRows)
    try {
      await new Promise<void>((resolve, reject) => {
        port.on('close', resolve)
        port.on('message', (step: 'count' | 'next') => {
          try {
            port.postMessage(steps[step]())
          } catch (error) {
            reject(error)
          }
        })
      })
    } finally {
      steps.close()
    }
  } finally {
    db.close()
    port.close()
  }
}
