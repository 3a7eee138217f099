/** Reads everything that the store holds, for a copy of it. */
import type { Database } from 'better-sqlite3'
import type { User } from '../../../contract/recording.ts'
import { userOf, type Account } from '../archive/account.ts'
import type { AudioFile } from '../archive/audio-files.ts'
import { FIRST_OF_ALL } from '../archive/key.ts'
import type { WholeRecording } from '../archive/new-recording.ts'
import { readWholeRow, type WholeRow } from '../archive/whole-row.ts'
import { Directory } from './directory.ts'

const CHUNK_ROWS = 2000

const rowsSql = `SELECT CAST(recordings.key AS TEXT) AS keyText, lower(hex(recordings.id)) AS id,
    recordings.id_case AS idCase, recordings.reference_number AS referenceNumber, recordings.key >> 15 AS startMs,
    recordings.sub_ms_ticks AS subMsTicks, recordings.offset_minutes AS offsetMinutes, recordings.end_ms AS endMs,
    recordings.direction, coalesce(recordings.owner_spelling, owner.username) AS owner,
    recordings.local_number AS localNumber, recordings.remote_number AS remoteNumber,
    recordings.pbx_call_id AS pbxCallId, preserver.username AS preserver, recordings.note,
    media.sha256, media.size, clip.sha256 AS clipSha256, clip.size AS clipSize
  FROM recordings LEFT JOIN people AS owner ON owner.person_id = recordings.owner_id
    LEFT JOIN people AS preserver ON preserver.person_id = recordings.preserver_id
    LEFT JOIN media USING (media_id) LEFT JOIN media AS clip ON clip.media_id = media.clip_id
  WHERE recordings.key >= ? ORDER BY recordings.key LIMIT ${CHUNK_ROWS}`

type KeyedRow = Omit<WholeRow, 'key'> & { readonly keyText: string }

/** All recordings in the order of their keys. @param fromKey the first key that may be read. */
export function* wholeRecordings(db: Database, fromKey = FIRST_OF_ALL): Generator<WholeRecording, void> {
  const statement = db.prepare(rowsSql)
  for (let from = fromKey; ;) {
    const rows = statement.all(from) as KeyedRow[]
    for (const { keyText, ...row } of rows) yield readWholeRow({ ...row, key: BigInt(keyText) })
    const last = rows[CHUNK_ROWS - 1]
    if (last === undefined) return
    from = BigInt(last.keyText) + 1n
  }
}

const peopleSql = `SELECT username, first_name AS firstName, last_name AS lastName, phone_number AS phoneNumber,
    department, recording_groups.name AS "group"
  FROM people LEFT JOIN recording_groups USING (group_id) ORDER BY person_id`

/** Everybody in the directory. */
export const wholeDirectory = (db: Database): User[] =>
  (db.prepare(peopleSql).all() as { readonly [Field in keyof User]: User[Field] | null }[]).map(userOf)

/** All audio that is a file. */
export const wholeAudio = (db: Database): AudioFile[] =>
  db.prepare('SELECT sha256, size FROM media WHERE clip_id IS NULL').all() as AudioFile[]

/** All accounts with their stored passwords. */
export function wholeAccounts(db: Database): { readonly account: Account; readonly password: string }[] {
  const directory = new Directory(db)
  return directory.accounts().map((account) => ({
    account,
    password: directory.credentials(account.user.username)?.password ?? '',
  }))
}
