/** Searches in a thread of their own; `search-runner.ts` sends the tasks. */
import type { MessagePort } from 'node:worker_threads'
import type { WireList } from '../../../contract/recording.ts'
import type { Paging, Search } from '../../../contract/search.ts'
import { openForReading } from './database.ts'
import { Searcher } from './searching.ts'
import type { Viewer } from './where.ts'

interface Task {
  readonly dataDir: string
  readonly search: Search
  readonly viewer: Viewer
}

export interface ListTask extends Task {
  readonly paging: Paging
  /** Turns 1 when nobody waits for the answer any more; a task that still queued is then skipped. */
  readonly cancelled: Int32Array<SharedArrayBuffer>
}

export interface WalkTask extends Task {
  readonly chunkRows: number
  /** Answers the total at once, then one chunk for every message, an empty one at the end. Closing it ends the walk. */
  readonly port: MessagePort
}

/** A thread serves one store for as long as it lives. */
let shared: Searcher | undefined

/** @returns null where the task was cancelled before it began. */
export function list({ dataDir, search, viewer, paging, cancelled }: ListTask): WireList | null {
  if (Atomics.load(cancelled, 0) === 1) return null
  shared ??= new Searcher(openForReading(dataDir))
  return shared.list(search, paging, viewer)
}

/** Ends when the port is closed. */
export async function walk({ dataDir, search, viewer, chunkRows, port }: WalkTask): Promise<void> {
  const db = openForReading(dataDir)
  try {
    const steps = new Searcher(db).walk(search, viewer, chunkRows)
    try {
      await new Promise<void>((resolve, reject) => {
        port.on('close', resolve)
        port.on('message', () => {
          try {
            port.postMessage(steps.next())
          } catch (error) {
            reject(error)
          }
        })
        port.postMessage(steps.totalCount)
      })
    } finally {
      steps.close()
    }
  } finally {
    db.close()
    port.close()
  }
}
