/** Writes recordings into the archive in batches. Belongs in the transaction of the one writer. */
import type { ClientBase } from 'pg'
import type { User } from '../../../contract/recording.ts'
import type { StoredAudio } from '../archive/audio-files.ts'
import type { ImportWriter, Refused } from '../archive/import-loader.ts'
import { firstKey, SEQUENCES } from '../archive/key.ts'
import { tooManyInOneMs, type NewRecording } from '../archive/new-recording.ts'
import { keyBatch, knownKeys, type Held } from './batch-keys.ts'
import { savePerson } from './directory.ts'
import { FreshMonths } from './fresh-months.ts'
import { monthOf, type Month } from './months.ts'
import { storeKeyed, type References } from './staging.ts'
import { clause, queryRow } from './statements.ts'
import { refuseUnstorable } from './storable.ts'

/** Large enough that the steps of a batch cost little, and small enough for its memory: some 20 MB. */
const BATCH_ROWS = 20_000

interface KnownPerson {
  readonly id: number
  /** The recording's spelling of the username, if the directory's differs. */
  readonly spelling: string | null
  readonly told: string
}

/** A later row of the same id changes what it gives, and keeps the rest. */
function merge(earlier: NewRecording, later: NewRecording): NewRecording {
  const given = Object.entries(later).filter(([, value]) => value !== undefined)
  return { ...earlier, ...Object.fromEntries(given) } as NewRecording
}

/** A bare username adds nothing to a known person. */
function isBare(user: User): boolean {
  for (const name in user) if (name !== 'username' && user[name as keyof User] !== undefined) return false
  return true
}

const nothing: Promise<readonly Refused[]> = Promise.resolve([])

export class BatchWriter implements ImportWriter {
  readonly #client: ClientBase
  readonly #fresh: FreshMonths
  readonly #people = new Map<string, KnownPerson>()
  readonly #media = new Map<string, number>()
  /** By id in small letters, in the order in which their keys are given. */
  #held = new Map<string, Held>()
  /** All rows since the last batch. One that a later row replaced may name people whom that one does not. */
  #told: NewRecording[] = []
  #added = 0
  /** The batch that is being stored. */
  #writing: Promise<readonly Refused[]> = nothing

  constructor(client: ClientBase) {
    this.#client = client
    this.#fresh = new FreshMonths(client)
  }

  get added(): number {
    return this.#added
  }

  put(recording: NewRecording, place: string): void {
    refuseUnstorable(recording)
    const id = recording.id.toLowerCase()
    const earlier = this.#held.get(id)
    // Only a new start moves a recording behind the others of its ms.
    if (earlier && earlier.recording.startMs !== recording.startMs) this.#held.delete(id)
    const whole = earlier ? merge(earlier.recording, recording) : recording
    this.#held.set(id, { recording: whole, place })
    this.#told.push(recording)
  }

  /** The server stores one batch while the next is read, so the refused recordings come a batch later. */
  async settle(isLast: boolean): Promise<readonly Refused[]> {
    if (!isLast && this.#told.length < BATCH_ROWS) return []
    const refused = await this.#writing
    const held = this.#held
    const told = this.#told
    this.#held = new Map()
    this.#told = []
    this.#writing = held.size === 0 ? nothing : this.#write(held, told)
    // The next call throws it.
    this.#writing.catch(() => undefined)
    if (!isLast) return refused
    const last = await this.#writing
    await this.#fresh.attach()
    return [...refused, ...last]
  }

  /** The names of the partitions that were written. */
  get months(): readonly string[] {
    return [...this.#fresh.written]
  }

  /** Waits until nothing is being stored, whether it can be stored or not. */
  async rest(): Promise<void> {
    await this.#writing.catch(() => undefined)
  }

  async #write(held: ReadonlyMap<string, Held>, told: readonly NewRecording[]): Promise<readonly Refused[]> {
    const client = this.#client
    for (const { owner, preservingUser, audio } of told) {
      for (const user of [owner, preservingUser])
        if (user && !this.#isKnown(user)) await this.#savePerson(user)
      if (audio) await this.#saveMedia(audio)
    }
    const months = monthsOf(held)
    await this.#fresh.make(months)
    const known = await knownKeys(client, held.keys())
    // What this import has added already is changed as part of the archive.
    if (known.size > 0) await this.#fresh.attach()
    const fresh = this.#fresh.among(months)
    const tables = ['recordings', ...fresh.map(({ name }) => name)]
    const { keyed, refused } = await keyBatch(client, held, known, tables)
    this.#added += await storeKeyed(client, keyed, fresh, (recording) => this.#references(recording))
    await this.#fresh.indexQuiet(months)
    return refused.map(refusal)
  }

  #references({ owner, audio, preservingUser }: NewRecording): References {
    const person = owner && this.#people.get(owner.username)
    return {
      ownerId: person?.id ?? null,
      ownerSpelling: person?.spelling ?? null,
      mediaId: audio && this.#media.get(audio.sha256),
      preserverId: preservingUser && this.#people.get(preservingUser.username)?.id,
    }
  }

  #isKnown(user: User): boolean {
    const known = this.#people.get(user.username)
    return known !== undefined && (isBare(user) || known.told === JSON.stringify(user))
  }

  async #savePerson(user: User): Promise<void> {
    const { id, username } = await savePerson(this.#client, user)
    const spelling = username === user.username ? null : user.username
    this.#people.set(user.username, { id, spelling, told: JSON.stringify(user) })
  }

  async #saveMedia({ sha256, size, clip }: StoredAudio): Promise<number> {
    const known = this.#media.get(sha256)
    if (known !== undefined) return known
    const clipId = clip ? await this.#saveMedia(clip) : null
    const sql = `INSERT INTO media (sha256, size, clip_id) VALUES (?, ?, ?)
      ON CONFLICT (sha256) DO UPDATE SET size = excluded.size RETURNING media_id AS id`
    const { id } = await queryRow<{ id: number }>(this.#client, clause(sql, sha256, size, clipId))
    this.#media.set(sha256, id)
    return id
  }
}

/**
 * Gives the work a writer. Where the work fails, this waits for the batch that is being stored: a statement that came
 * after the ROLLBACK would be stored.
 */
export async function withBatchWriter<T>(
  client: ClientBase,
  work: (writer: BatchWriter) => Promise<T>,
): Promise<T> {
  const writer = new BatchWriter(client)
  try {
    return await work(writer)
  } catch (error) {
    await writer.rest()
    throw error
  }
}

function monthsOf(held: ReadonlyMap<string, Held>): readonly Month[] {
  const months = new Map<string, Month>()
  let last: Month | null = null
  for (const { recording } of held.values()) {
    const key = firstKey(recording.startMs)
    if (last && key >= last.from && key < last.to) continue
    last = monthOf(recording.startMs)
    months.set(last.name, last)
  }
  return [...months.values()]
}

const refusal = ({ recording, place }: Held): Refused => ({
  place,
  why: tooManyInOneMs(recording.startMs, SEQUENCES),
})
