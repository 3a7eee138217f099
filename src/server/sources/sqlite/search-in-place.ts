/** Searches in the caller's thread, for tests. A long search blocks it. */
import { openForReading, openForWalking } from './database.ts'
import type { SearchPlaces } from './search-runner.ts'
import { Searcher } from './searching.ts'

/** @param pieceRows how many rows a piece of a scan has; by default, as many as take about 10 ms. */
export function searchInPlace(dataDir: string, pieceRows?: number): SearchPlaces {
  const db = openForReading(dataDir)
  const searcher = new Searcher(db, pieceRows)
  return {
    count: { quick: 1, scan: 1, walk: 64 },
    async list(_kind, { search, paging, viewer, cancelled }) {
      const isCancelled = (): boolean => Atomics.load(cancelled, 0) === 1
      return isCancelled() ? null : searcher.list(search, paging, viewer, isCancelled)
    },
    walk({ search, viewer, chunkRows }) {
      const connection = openForWalking(dataDir)
      const steps = new Searcher(connection, pieceRows).walk(search, viewer, chunkRows)
      return {
        count: async () => steps.count(),
        next: async () => steps.next(),
        close: () => connection.open && (steps.close(), connection.close()),
      }
    },
    async close() {
      db.close()
    },
  }
}
