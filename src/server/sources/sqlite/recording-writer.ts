/** The one way into the store for recordings: the import and the demo data both write through it. */
import type { Database, Statement } from 'better-sqlite3'
import type { Direction } from '../../../contract/filter-kinds.ts'
import type { User } from '../../../contract/recording.ts'
import type { StoredAudio } from './audio-files.ts'
import { Directory } from './directory.ts'
import { caseMask } from './guid.ts'
import { firstKey, lastKey, SEQUENCES } from './key.ts'

export interface NewNote {
  readonly text: string
  readonly author: string
  /** ISO-8601 date-time. */
  readonly updatedAt: string
}

/** A recording to be stored. What is undefined is not told: an update leaves it as it was. Null is nothing. */
export interface NewRecording {
  /** A GUID in any mix of cases. */
  readonly id: string
  readonly referenceNumber: string
  /** ms since the Unix epoch. */
  readonly startMs: number
  /** 100-ns ticks below the ms, 0 to 9,999. */
  readonly subMsTicks: number
  /** Minutes east of UTC. */
  readonly offsetMinutes: number
  readonly durationMs: number
  readonly direction: Direction
  readonly owner: User | null
  readonly localNumber: string | null
  readonly remoteNumber: string | null
  readonly pbxCallId?: string | null | undefined
  readonly preservingUser?: User | null | undefined
  readonly note?: NewNote | null | undefined
  readonly audio?: StoredAudio | undefined
}

/** The row cannot be stored; the message says why. */
export class RowError extends Error {
  override readonly name = 'RowError'
}

const columns = `id, id_case, reference_number, sub_ms_ticks, offset_minutes, duration_ms, direction, local_number,
  remote_number, owner_id, owner_spelling, media_id, pbx_call_id, preserver_id, note`

/** Inserts nothing where the id is taken or all keys of the ms are. */
const insertSql = `INSERT INTO recordings (key, ${columns})
  SELECT key, unhex(?, '-'), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM (
    SELECT coalesce(max(key) + 1, ?) AS key FROM recordings WHERE key BETWEEN ? AND ?)
  WHERE key <= ? ON CONFLICT (id) DO NOTHING`

/** The four question marks at the end say whether media, call id, preserver and note were told. */
const updateSql = `UPDATE recordings SET key = ?2, id_case = ?3, reference_number = ?4, sub_ms_ticks = ?5,
  offset_minutes = ?6, duration_ms = ?7, direction = ?8, local_number = ?9, remote_number = ?10, owner_id = ?11,
  owner_spelling = ?12, media_id = iif(?17, ?13, media_id), pbx_call_id = iif(?18, ?14, pbx_call_id),
  preserver_id = iif(?19, ?15, preserver_id), note = iif(?20, ?16, note) WHERE id = unhex(?1, '-')`

interface KnownPerson {
  readonly id: number
  /** How the recording spells the username, where that is not how the directory does. */
  readonly spelling: string | null
  readonly told: string
}

type Value = string | number | bigint | null

export class RecordingWriter {
  private readonly db: Database
  private readonly directory: Directory
  private readonly insert: Statement
  /** What is known of each owner by spelling, so that an owner who was just seen costs no statement. */
  private readonly people = new Map<string, KnownPerson>()
  private readonly media = new Map<string, number>()

  constructor(db: Database) {
    this.db = db
    this.directory = new Directory(db)
    this.insert = db.prepare(insertSql)
  }

  /**
   * Stores a recording, or updates the one of the same id. Belongs in the caller's transaction.
   * @returns whether it was new.
   * @throws RowError where 32,768 recordings already start in the same ms.
   */
  put(recording: NewRecording): 'added' | 'updated' {
    const values = this.values(recording)
    const [first, last] = [firstKey(recording.startMs), lastKey(recording.startMs)]
    if (this.insert.run(...values, first, first, last, last).changes === 1) return 'added'
    this.update(recording, values)
    return 'updated'
  }

  private values(recording: NewRecording): Value[] {
    const { id, audio, note, preservingUser } = recording
    const owner = recording.owner && this.person(recording.owner)
    return [
      id,
      caseMask(id),
      recording.referenceNumber,
      recording.subMsTicks,
      recording.offsetMinutes,
      recording.durationMs,
      recording.direction,
      recording.localNumber,
      recording.remoteNumber,
      owner && owner.id,
      owner && owner.spelling,
      audio ? this.mediaId(audio) : null,
      recording.pbxCallId ?? null,
      preservingUser ? this.person(preservingUser).id : null,
      note ? JSON.stringify(note) : null,
    ]
  }

  private update(recording: NewRecording, [id = null, ...values]: Value[]): void {
    const { audio, pbxCallId, preservingUser, note } = recording
    const told = [audio, pbxCallId, preservingUser, note].map((value) => (value === undefined ? 0 : 1))
    const key = this.updatedKey(recording)
    this.db.prepare(updateSql).run(id, key, ...values, ...told)
  }

  /** The key stays unless the start changed: rows of one ms keep their order. */
  private updatedKey({ id, startMs }: NewRecording): bigint {
    const read = this.db.prepare("SELECT key FROM recordings WHERE id = unhex(?, '-')").pluck().safeIntegers()
    const known = read.get(id) as bigint | undefined
    const [first, last] = [firstKey(startMs), lastKey(startMs)]
    if (known !== undefined && known >= first && known <= last) return known
    const taken = this.db.prepare('SELECT max(key) FROM recordings WHERE key BETWEEN ? AND ?').pluck()
    const highest = taken.safeIntegers().get(first, last) as bigint | null
    if (highest === last) {
      throw new RowError(
        `more than ${SEQUENCES.toLocaleString('en')} recordings start in the same millisecond, ${new Date(startMs).toISOString()}: ` +
          'the store cannot order them. Check that startTime is a real time',
      )
    }
    return highest === null ? first : highest + 1n
  }

  private person(user: User): KnownPerson {
    const known = this.people.get(user.username)
    const told = JSON.stringify(user)
    // A bare username tells nothing new of anybody.
    if (known && (known.told === told || told === JSON.stringify({ username: user.username }))) return known
    const id = this.directory.savePerson(user)
    const stored = this.db.prepare('SELECT username FROM people WHERE person_id = ?').pluck().get(id)
    const person = { id, spelling: stored === user.username ? null : user.username, told }
    this.people.set(user.username, person)
    return person
  }

  private mediaId({ sha256, size }: StoredAudio): number {
    const known = this.media.get(sha256)
    if (known !== undefined) return known
    const sql = `INSERT INTO media (sha256, size) VALUES (?, ?)
      ON CONFLICT (sha256) DO UPDATE SET size = excluded.size RETURNING media_id`
    const id = Number(this.db.prepare(sql).pluck().get(sha256, size))
    this.media.set(sha256, id)
    return id
  }
}
