/** What an operator's count or removal of recordings tells. */
import type { ScopedUser } from './search-kind.ts'

/** An operator works on the host's machine and sees everything. */
export const operator: ScopedUser = { username: '', scope: { kind: 'all' } }

export interface MatchCounts {
  readonly total: number
  /** How many of them somebody preserves. */
  readonly preserved: number
}

export interface RemovedCounts {
  readonly removed: number
  /** Matches that stay because somebody preserves them. */
  readonly preserved: number
  /** Removed audio files. */
  readonly audio: number
}
