/** Turns a stored row into the recording of an answer. */
import { writeDuration } from '../../../contract/durations.ts'
import type { Direction } from '../../../contract/filter-kinds.ts'
import { writeRecorded } from '../../../contract/instants.ts'
import type { WireRecording } from '../../../contract/recording.ts'
import { writeGuid } from './guid.ts'

/** The columns that every archive selects, by these names. */
export interface StoredRow {
  readonly id: string
  readonly idCase: number
  readonly referenceNumber: string
  readonly startMs: number
  readonly subMsTicks: number
  readonly offsetMinutes: number
  readonly durationMs: number
  readonly direction: Direction
  readonly owner: string | null
  readonly localNumber: string | null
  readonly remoteNumber: string | null
}

export function readRow(row: StoredRow): WireRecording {
  return {
    id: writeGuid(row.id, row.idCase),
    referenceNumber: row.referenceNumber,
    startTime: writeRecorded(row.startMs, row.offsetMinutes, row.subMsTicks),
    duration: writeDuration(row.durationMs),
    direction: row.direction,
    ownerUsername: row.owner,
    localPartyNumber: row.localNumber,
    remotePartyNumber: row.remoteNumber,
  }
}
