/** Reads rows of the list. */
import type { ClientBase } from 'pg'
import type { WireRecording } from '../../../contract/recording.ts'
import { readRow, type StoredRow } from '../archive/found-row.ts'
import { clause, query, sqlJoin, type SqlClause } from './statements.ts'

/** SQL takes the start out of the key. The names are those of `StoredRow`. */
export const foundColumns = `
  replace(recordings.id::text, '-', '') AS id, recordings.id_case::float8 AS "idCase",
  recordings.reference_number AS "referenceNumber", (recordings.key >> 15)::float8 AS "startMs",
  recordings.sub_ms_ticks AS "subMsTicks", recordings.offset_minutes AS "offsetMinutes",
  (recordings.end_ms - (recordings.key >> 15))::float8 AS "durationMs", recordings.direction,
  coalesce(recordings.owner_spelling, owner.username) AS owner,
  recordings.local_number AS "localNumber", recordings.remote_number AS "remoteNumber"`

/** Joins the owner's columns to `recordings`. */
export const joinOwner = 'LEFT JOIN people AS owner ON owner.person_id = recordings.owner_id'

/** A row with its key, from which a walk goes on. */
export interface KeyedRow extends StoredRow {
  readonly key: bigint
}

/** @param found selects whole rows of `recordings`. @returns them newest first. */
export const readStoredRows = (client: ClientBase, found: SqlClause): Promise<readonly KeyedRow[]> =>
  query<KeyedRow>(
    client,
    sqlJoin(
      [
        clause(`SELECT recordings.key, ${foundColumns} FROM (`),
        found,
        clause(`) AS recordings ${joinOwner} ORDER BY recordings.key DESC`),
      ],
      ' ',
    ),
  )

/** As `readStoredRows`, in the form of an answer. */
export const readRows = async (client: ClientBase, found: SqlClause): Promise<WireRecording[]> =>
  (await readStoredRows(client, found)).map(readRow)
