/** Reads everything that the archive holds of its recordings, to compare it with what it was copied from. */
import type { ClientBase } from 'pg'
import { FIRST_OF_ALL } from '../archive/key.ts'
import type { WholeRecording } from '../archive/new-recording.ts'
import { readWholeRow, type WholeRow } from '../archive/whole-row.ts'
import { clause, query } from './statements.ts'

const CHUNK_ROWS = 5000

const rowsSql = `SELECT recordings.key, replace(recordings.id::text, '-', '') AS id,
    recordings.id_case::float8 AS "idCase", recordings.reference_number AS "referenceNumber",
    (recordings.key >> 15)::float8 AS "startMs", recordings.sub_ms_ticks AS "subMsTicks",
    recordings.offset_minutes AS "offsetMinutes", recordings.end_ms::float8 AS "endMs", recordings.direction,
    coalesce(recordings.owner_spelling, owner.username) AS owner, recordings.local_number AS "localNumber",
    recordings.remote_number AS "remoteNumber", recordings.pbx_call_id AS "pbxCallId",
    preserver.username AS preserver, recordings.note, media.sha256, media.size::float8,
    clip.sha256 AS "clipSha256", clip.size::float8 AS "clipSize"
  FROM recordings LEFT JOIN people AS owner ON owner.person_id = recordings.owner_id
    LEFT JOIN people AS preserver ON preserver.person_id = recordings.preserver_id
    LEFT JOIN media ON media.media_id = recordings.media_id LEFT JOIN media AS clip ON clip.media_id = media.clip_id
  WHERE recordings.key >= ? ORDER BY recordings.key LIMIT ${CHUNK_ROWS}`

/** All recordings in the order of their keys. Belongs in a transaction that reads one snapshot. */
export async function* storedRecordings(client: ClientBase): AsyncGenerator<WholeRecording, void> {
  for (let from = FIRST_OF_ALL; ;) {
    const rows = await query<WholeRow>(client, clause(rowsSql, from))
    for (const row of rows) yield readWholeRow(row)
    const last = rows[CHUNK_ROWS - 1]
    if (last === undefined) return
    from = last.key + 1n
  }
}
