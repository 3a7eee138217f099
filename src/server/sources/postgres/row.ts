/** The columns of a row of the list. */

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
