/** The columns of a row of the list. */

/** SQL takes the start out of the key, because a number would be inexact. */
export const rowColumns = `
  lower(hex(recordings.id)) AS id, recordings.id_case AS idCase, recordings.reference_number AS referenceNumber,
  recordings.key >> 15 AS startMs, recordings.sub_ms_ticks AS subMsTicks,
  recordings.offset_minutes AS offsetMinutes, recordings.end_ms - (recordings.key >> 15) AS durationMs, recordings.direction,
  coalesce(recordings.owner_spelling, owner.username) AS owner,
  recordings.local_number AS localNumber, recordings.remote_number AS remoteNumber`

/** Joins the owner's columns to `recordings`. */
export const withOwner = 'LEFT JOIN people AS owner ON owner.person_id = recordings.owner_id'
