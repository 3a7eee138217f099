/** Notices copying of the archive: one session was shown more recordings in an hour than a person looks at. */
import { BoundedMap } from '../platform/bounded-map.ts'

/** How long rows count, ms. */
export const COPY_WINDOW_MS = 60 * 60_000
const MINUTE_MS = 60_000
const MAX_SESSIONS = 2000

interface Shown {
  readonly minute: number
  rows: number
}

export interface Copies {
  /**
   * Counts rows that a session was shown.
   * @returns how many it was shown within an hour, where that is more than the limit; then counting starts again.
   */
  add(session: string, rows: number): Promise<number | null>
}

/** Counts what this host showed. @param limit rows to one session in an hour. */
export function ownCopies(limit: number, nowMs: () => number): Copies {
  const sessions = new BoundedMap<string, Shown[]>(MAX_SESSIONS)
  return {
    async add(session, rows) {
      const atMs = nowMs()
      const minute = Math.floor(atMs / MINUTE_MS)
      const recent = (sessions.get(session) ?? []).filter(
        (shown) => shown.minute * MINUTE_MS > atMs - COPY_WINDOW_MS,
      )
      const current = recent.at(-1)
      if (current?.minute === minute) current.rows += rows
      else recent.push({ minute, rows })
      const sum = recent.reduce((total, shown) => total + shown.rows, 0)
      if (sum <= limit) sessions.set(session, recent)
      else sessions.delete(session)
      return sum > limit ? sum : null
    },
  }
}
