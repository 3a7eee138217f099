/** Writes recordings into the store, for both the import and the demo data. */
import type { Database, Statement } from 'better-sqlite3'
import type { User } from '../../../contract/recording.ts'
import type { StoredAudio } from '../archive/audio-files.ts'
import { Directory } from './directory.ts'
import { caseMask } from '../archive/guid.ts'
import { firstKey, lastKey, SEQUENCES } from '../archive/key.ts'
import { tooManyInOneMs, type NewRecording } from '../archive/new-recording.ts'

/** The columns besides the key and the id, in the order of `#values`. */
const columns = [
  'id_case',
  'reference_number',
  'sub_ms_ticks',
  'offset_minutes',
  'end_ms',
  'direction',
  'local_number',
  'remote_number',
  'owner_id',
  'owner_spelling',
  'media_id',
  'pbx_call_id',
  'preserver_id',
  'note',
]

/** Inserts nothing if the id is known or the key is taken. */
const insertSql = `INSERT INTO recordings (key, id, ${columns.join(', ')})
  VALUES (?, unhex(?, '-'), ${columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`

const updateSql = `UPDATE recordings SET key = ?, ${columns.map((name) => `${name} = ?`).join(', ')}
  WHERE id = unhex(?, '-')`

/** Reads the key as text, because a number would lose its last digits. */
const findSql = `SELECT CAST(key AS TEXT), ${columns.join(', ')} FROM recordings WHERE id = unhex(?, '-')`

const mediaSql = `INSERT INTO media (sha256, size, clip_id) VALUES (?, ?, ?)
  ON CONFLICT (sha256) DO UPDATE SET size = excluded.size RETURNING media_id`

const highestSql = 'SELECT max(key) FROM recordings WHERE key BETWEEN ? AND ?'

interface KnownPerson {
  readonly id: number
  /** The recording's spelling of the username, if the directory's differs. */
  readonly spelling: string | null
  readonly told: string
}

type Value = string | number | null

export class RecordingWriter {
  readonly #db: Database
  readonly #directory: Directory
  readonly #statements: Readonly<Record<'insert' | 'update' | 'find' | 'highest' | 'media', Statement>>
  /** Owners by spelling, so that a known owner needs no statement. */
  readonly #people = new Map<string, KnownPerson>()
  readonly #media = new Map<string, number>()

  constructor(db: Database) {
    this.#db = db
    this.#directory = new Directory(db)
    this.#statements = {
      insert: db.prepare(insertSql),
      update: db.prepare(updateSql),
      find: db.prepare(findSql).raw(),
      media: db.prepare(mediaSql).pluck(),
      highest: db.prepare(highestSql).pluck().safeIntegers(),
    }
  }

  /**
   * Stores a recording, or updates the one of the same id. Belongs in the caller's transaction.
   * @returns whether it was new.
   * @throws RowError if 32,768 recordings already start in the same ms.
   */
  put(recording: NewRecording): 'added' | 'updated' {
    const { id, startMs } = recording
    const values = this.#values(recording)
    const toInsert = values.map((value) => value ?? null)
    const { insert, find } = this.#statements
    // Nearly always both the id and the ms are new, so this one statement suffices.
    if (insert.run(firstKey(startMs), id, ...toInsert).changes === 1) return 'added'
    const known = find.get(id) as [key: string, ...Value[]] | undefined
    if (known) {
      this.#update(recording, values, known)
      return 'updated'
    }
    insert.run(this.#freeKey(startMs), id, ...toInsert)
    return 'added'
  }

  /** In the order of the columns. Undefined means not given. */
  #values(recording: NewRecording): (Value | undefined)[] {
    const { id, audio, note, pbxCallId, preservingUser } = recording
    const owner = recording.owner && this.#person(recording.owner)
    return [
      caseMask(id),
      recording.referenceNumber,
      recording.subMsTicks,
      recording.offsetMinutes,
      recording.startMs + recording.durationMs,
      recording.direction,
      recording.localNumber,
      recording.remoteNumber,
      owner && owner.id,
      owner && owner.spelling,
      audio && this.#mediaId(audio),
      pbxCallId,
      preservingUser && this.#person(preservingUser).id,
      note && JSON.stringify(note),
    ]
  }

  #update(
    { id, startMs }: NewRecording,
    values: readonly (Value | undefined)[],
    [keyText, ...known]: [key: string, ...Value[]],
  ): void {
    const knownKey = BigInt(keyText)
    // Only a new start changes the key, so rows of one ms keep their order.
    const stays = knownKey >= firstKey(startMs) && knownKey <= lastKey(startMs)
    const next = known.map((value, index) => (values[index] === undefined ? value : values[index]))
    // Importing an archive again is common, and rewriting unchanged rows would take five times as long.
    if (stays && next.every((value, index) => value === known[index])) return
    this.#statements.update.run(stays ? knownKey : this.#freeKey(startMs), ...next, id)
  }

  #freeKey(startMs: number): bigint {
    const last = lastKey(startMs)
    const highest = this.#statements.highest.get(firstKey(startMs), last) as bigint | null
    if (highest === last) {
      throw tooManyInOneMs(startMs, SEQUENCES)
    }
    return highest === null ? firstKey(startMs) : highest + 1n
  }

  #person(user: User): KnownPerson {
    const known = this.#people.get(user.username)
    const told = JSON.stringify(user)
    // A bare username adds nothing to a known person.
    if (known && (known.told === told || told === JSON.stringify({ username: user.username }))) return known
    const id = this.#directory.savePerson(user)
    const stored = this.#db.prepare('SELECT username FROM people WHERE person_id = ?').pluck().get(id)
    const person = { id, spelling: stored === user.username ? null : user.username, told }
    this.#people.set(user.username, person)
    return person
  }

  #mediaId({ sha256, size, clip }: StoredAudio): number {
    const known = this.#media.get(sha256)
    if (known !== undefined) return known
    const clipId = clip ? this.#mediaId(clip) : null
    const id = Number(this.#statements.media.get(sha256, size, clipId))
    this.#media.set(sha256, id)
    return id
  }
}
