/** Turns a stored row with all of its columns into a recording that another archive can store. */
import type { AudioFile } from './audio-files.ts'
import type { StoredRow } from './found-row.ts'
import { writeGuid } from './guid.ts'
import type { NewNote, WholeRecording } from './new-recording.ts'

/** The columns that every archive selects, by these names. */
export interface WholeRow extends Omit<StoredRow, 'durationMs'> {
  readonly key: bigint
  readonly endMs: number
  readonly pbxCallId: string | null
  readonly preserver: string | null
  readonly note: string | null
  readonly sha256: string | null
  readonly size: number | null
  readonly clipSha256: string | null
  readonly clipSize: number | null
}

const fileOf = (sha256: string | null, size: number | null): AudioFile | undefined =>
  sha256 === null || size === null ? undefined : { sha256, size }

export function readWholeRow(row: WholeRow): WholeRecording {
  const audio = fileOf(row.sha256, row.size)
  return {
    id: writeGuid(row.id, row.idCase),
    referenceNumber: row.referenceNumber,
    startMs: row.startMs,
    subMsTicks: row.subMsTicks,
    offsetMinutes: row.offsetMinutes,
    durationMs: row.endMs - row.startMs,
    direction: row.direction,
    owner: row.owner === null ? null : { username: row.owner },
    localNumber: row.localNumber,
    remoteNumber: row.remoteNumber,
    pbxCallId: row.pbxCallId,
    preservingUser: row.preserver === null ? null : { username: row.preserver },
    note: row.note === null ? null : (JSON.parse(row.note) as NewNote),
    audio: audio && { ...audio, clip: fileOf(row.clipSha256, row.clipSize) },
  }
}
