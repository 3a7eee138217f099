/** Turns a stored row into the recording of an answer. */
import { writeDuration } from '../../../contract/durations.ts'
import type { Direction } from '../../../contract/filter-kinds.ts'
import { writeRecorded } from '../../../contract/instants.ts'
import type { WireRecording } from '../../../contract/recording.ts'
import { writeGuid } from './guid.ts'

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

/** SQL takes the start out of the key, because a number would be inexact. */
export const rowColumns = `
  lower(hex(recordings.id)) AS id, recordings.id_case AS idCase, recordings.reference_number AS referenceNumber,
  recordings.key >> 15 AS startMs, recordings.sub_ms_ticks AS subMsTicks,
  recordings.offset_minutes AS offsetMinutes, recordings.end_ms - (recordings.key >> 15) AS durationMs, recordings.direction,
  coalesce(recordings.owner_spelling, owner.username) AS owner,
  recordings.local_number AS localNumber, recordings.remote_number AS remoteNumber`

/** Joins the owner's columns to `recordings`. */
export const withOwner = 'LEFT JOIN people AS owner ON owner.person_id = recordings.owner_id'

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
