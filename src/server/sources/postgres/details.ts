/** Reads one recording's details and finds its audio. */
import type { ClientBase } from 'pg'
import { isGuid, type User, type WireDetail } from '../../../contract/recording.ts'
import { userOf } from '../archive/account.ts'
import type { StoredAudio } from '../archive/audio-files.ts'
import { readRow, type StoredRow } from '../archive/found-row.ts'
import type { ScopedUser } from '../archive/search-kind.ts'
import { foundColumns, joinOwner } from './row.ts'
import { clause, sqlJoin, queryOne } from './statements.ts'
import { ownerClause, resolve } from './where.ts'

type StoredUser = { readonly [Field in keyof User]-?: User[Field] | null }

interface DetailRow extends StoredRow {
  readonly ownerPerson: StoredUser | null
  readonly preserver: StoredUser | null
  readonly pbxCallId: string | null
  readonly note: string | null
  readonly sha256: string | null
  readonly size: number | null
  readonly clipSha256: string | null
  readonly clipSize: number | null
}

const personJson = (alias: string): string => `
  CASE WHEN ${alias}.person_id IS NOT NULL THEN json_build_object('username', ${alias}.username,
    'firstName', ${alias}.first_name, 'lastName', ${alias}.last_name, 'phoneNumber', ${alias}.phone_number,
    'group', (SELECT name FROM recording_groups WHERE group_id = ${alias}.group_id),
    'department', ${alias}.department) END`

const detailSql = `SELECT ${foundColumns}, ${personJson('owner')} AS "ownerPerson",
    ${personJson('preserver')} AS preserver, recordings.pbx_call_id AS "pbxCallId", recordings.note,
    media.sha256, media.size::float8, clip.sha256 AS "clipSha256", clip.size::float8 AS "clipSize"
  FROM recording_ids JOIN recordings ON recordings.key = recording_ids.key ${joinOwner}
    LEFT JOIN media ON media.media_id = recordings.media_id
    LEFT JOIN media AS clip ON clip.media_id = media.clip_id
    LEFT JOIN people AS preserver ON preserver.person_id = recordings.preserver_id
  WHERE recording_ids.id = ?::uuid`

function readDetailRow(row: DetailRow): WireDetail {
  const { ownerUsername, ...recording } = readRow(row)
  const owner = row.ownerPerson && userOf(row.ownerPerson)
  return {
    ...recording,
    owner: owner && { ...owner, username: ownerUsername ?? owner.username },
    pbxCallId: row.pbxCallId,
    preservingUser: row.preserver && userOf(row.preserver),
    note: row.note === null ? null : (JSON.parse(row.note) as WireDetail['note']),
    size: row.size ?? 0,
    hash: row.sha256 === null ? null : { algorithm: 'SHA-256', value: row.sha256 },
  }
}

/** Finds the row within what the viewer may find. */
async function find(client: ClientBase, id: string, viewer: ScopedUser): Promise<DetailRow | undefined> {
  if (!isGuid(id)) return undefined
  const { owners } = await resolve(client, { search: {}, viewer })
  const owned = ownerClause(owners)
  return queryOne<DetailRow>(client, sqlJoin([clause(detailSql, id), ...(owned ? [owned] : [])], ' AND '))
}

/** @returns null if the recording does not exist or the viewer may not see it. */
export async function findDetail(
  client: ClientBase,
  id: string,
  viewer: ScopedUser,
): Promise<WireDetail | null> {
  const row = await find(client, id, viewer)
  return row ? readDetailRow(row) : null
}

export interface FoundAudio extends StoredAudio {
  readonly referenceNumber: string
}

/** @returns null as `findDetail` does, and if the recording has no audio. */
export async function findAudio(
  client: ClientBase,
  id: string,
  viewer: ScopedUser,
): Promise<FoundAudio | null> {
  const row = await find(client, id, viewer)
  if (!row || row.sha256 === null || row.size === null) return null
  const { sha256, size, clipSha256, clipSize, referenceNumber } = row
  const clip = clipSha256 === null || clipSize === null ? undefined : { sha256: clipSha256, size: clipSize }
  return { sha256, size, clip, referenceNumber }
}
