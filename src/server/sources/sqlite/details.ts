/** Reads one recording's details and finds its audio. These reads by id are short, so they run in the host's thread. */
import type { Database, Statement } from 'better-sqlite3'
import { isGuid, type User, type WireDetail } from '../../../contract/recording.ts'
import type { AudioFile, StoredAudio } from '../archive/audio-files.ts'
import { userOf } from '../archive/account.ts'
import { readRow, type StoredRow } from '../archive/found-row.ts'
import { rowColumns, withOwner } from './row.ts'
import { whereClause } from './where.ts'
import type { ScopedUser } from '../archive/search-kind.ts'

interface DetailRow extends StoredRow {
  readonly ownerPerson: string | null
  readonly preserver: string | null
  readonly pbxCallId: string | null
  readonly note: string | null
  readonly sha256: string | null
  readonly size: number | null
  readonly clipSha256: string | null
  readonly clipSize: number | null
}

const personJson = (alias: string): string => `
  iif(${alias}.person_id IS NULL, NULL, json_object('username', ${alias}.username,
    'firstName', ${alias}.first_name, 'lastName', ${alias}.last_name, 'phoneNumber', ${alias}.phone_number,
    'group', (SELECT name FROM recording_groups WHERE group_id = ${alias}.group_id),
    'department', ${alias}.department))`

const detailColumns = `${rowColumns}, ${personJson('owner')} AS ownerPerson, ${personJson('preserver')} AS preserver,
  recordings.pbx_call_id AS pbxCallId, recordings.note, media.sha256, media.size,
  clip.sha256 AS clipSha256, clip.size AS clipSize`

const detailTables = `recordings ${withOwner} LEFT JOIN media USING (media_id)
  LEFT JOIN media AS clip ON clip.media_id = media.clip_id
  LEFT JOIN people AS preserver ON preserver.person_id = recordings.preserver_id`

const readPerson = (json: string | null): User | null =>
  json === null ? null : userOf(JSON.parse(json) as User)

function readDetailRow(row: DetailRow): WireDetail {
  const { ownerUsername, ...recording } = readRow(row)
  const owner = readPerson(row.ownerPerson)
  return {
    ...recording,
    owner: owner && { ...owner, username: ownerUsername ?? owner.username },
    pbxCallId: row.pbxCallId,
    preservingUser: readPerson(row.preserver),
    note: row.note === null ? null : (JSON.parse(row.note) as WireDetail['note']),
    size: row.size ?? 0,
    hash: row.sha256 === null ? null : { algorithm: 'SHA-256', value: row.sha256 },
  }
}

function clipOf({ clipSha256, clipSize }: DetailRow): AudioFile | undefined {
  return clipSha256 === null || clipSize === null ? undefined : { sha256: clipSha256, size: clipSize }
}

export class Details {
  readonly #db: Database
  readonly #statements = new Map<string, Statement>()

  constructor(db: Database) {
    this.#db = db
  }

  #row(id: string, viewer: ScopedUser): DetailRow | undefined {
    if (!isGuid(id)) return undefined
    const { sql, params } = whereClause({}, viewer, 'any')
    const known = this.#statements.get(sql)
    const statement =
      known ??
      this.#db.prepare(`SELECT ${detailColumns}
        FROM ${detailTables} WHERE recordings.id = unhex(?, '-') AND ${sql}`)
    if (!known) this.#statements.set(sql, statement)
    return statement.get(id, ...params) as DetailRow | undefined
  }

  /** @returns null if the recording does not exist or the viewer may not see it. */
  detail(id: string, viewer: ScopedUser): WireDetail | null {
    const row = this.#row(id, viewer)
    return row ? readDetailRow(row) : null
  }

  /** @returns null as `detail` does, and if the recording has no audio. */
  audio(id: string, viewer: ScopedUser): (StoredAudio & { readonly referenceNumber: string }) | null {
    const row = this.#row(id, viewer)
    if (!row || row.sha256 === null || row.size === null) return null
    return { sha256: row.sha256, size: row.size, clip: clipOf(row), referenceNumber: row.referenceNumber }
  }
}
