/** A recording that an archive is to keep. */
import type { Direction } from '../../../contract/filter-kinds.ts'
import type { User } from '../../../contract/recording.ts'
import type { StoredAudio } from './audio-files.ts'

export interface NewNote {
  readonly text: string
  readonly author: string
  /** ISO-8601 date-time. */
  readonly updatedAt: string
}

/** A recording to store. An update keeps the old value of an undefined field, and clears a null field. */
export interface NewRecording {
  /** A GUID in any mix of cases. */
  readonly id: string
  readonly referenceNumber: string
  /** ms since the Unix epoch. */
  readonly startMs: number
  /** 100-ns ticks below the ms, 0 to 9,999. */
  readonly subMsTicks: number
  /** Minutes east of UTC. */
  readonly offsetMinutes: number
  readonly durationMs: number
  readonly direction: Direction
  readonly owner: User | null
  readonly localNumber: string | null
  readonly remoteNumber: string | null
  readonly pbxCallId?: string | null | undefined
  readonly preservingUser?: User | null | undefined
  readonly note?: NewNote | null | undefined
  readonly audio?: StoredAudio | undefined
}

/** A recording with all that an archive holds of it. */
export interface WholeRecording extends NewRecording {
  readonly pbxCallId: string | null
  readonly preservingUser: User | null
  readonly note: NewNote | null
}

/** The row cannot be stored. The message says why. */
export class RowError extends Error {
  override readonly name = 'RowError'
}

/** The row's ms has no place left in the order. @param most how many may start in one ms. */
export const tooManyInOneMs = (startMs: number, most: number): RowError =>
  new RowError(
    `more than ${most.toLocaleString('en')} recordings start in the same millisecond, ${new Date(startMs).toISOString()}: ` +
      'the store cannot order them. Check that startTime is a real time',
  )
