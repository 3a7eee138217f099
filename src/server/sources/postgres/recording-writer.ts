/** Writes recordings into the archive in batches. Belongs in the transaction of the one writer. */
import type { ClientBase } from 'pg'
import type { User } from '../../../contract/recording.ts'
import type { StoredAudio } from '../archive/audio-files.ts'
import { caseMask } from '../archive/guid.ts'
import type { ImportWriter, Refused } from '../archive/import-loader.ts'
import { SEQUENCES } from '../archive/key.ts'
import { RowError, tooManyInOneMs, type NewRecording } from '../archive/new-recording.ts'
import { savePerson } from './directory.ts'
import { makeMonths, monthOf, type Month } from './months.ts'
import { makeStaging, mergeStaged, stage, type StagedRow } from './staging.ts'
import { clause, queryRow } from './statements.ts'

/** Large enough that the steps of a batch cost little, and small enough for its memory: some 20 MB. */
const BATCH_ROWS = 20_000

interface Held {
  readonly recording: NewRecording
  readonly place: string
}

interface KnownPerson {
  readonly id: number
  /** The recording's spelling of the username, if the directory's differs. */
  readonly spelling: string | null
  readonly told: string
}

const textsOf = ({
  owner,
  note,
  preservingUser,
  ...recording
}: NewRecording): Readonly<Record<string, unknown>> => ({
  ...recording,
  ...Object.fromEntries(Object.entries(owner ?? {}).map(([name, text]) => [`owner.${name}`, text])),
  ...Object.fromEntries(
    Object.entries(preservingUser ?? {}).map(([name, text]) => [`preservingUser.${name}`, text]),
  ),
  ...Object.fromEntries(Object.entries(note ?? {}).map(([name, text]) => [`note.${name}`, text])),
})

/** PostgreSQL's texts hold every character but this one. */
function refuseNul(recording: NewRecording): void {
  for (const [name, value] of Object.entries(textsOf(recording))) {
    if (typeof value === 'string' && value.includes('\u0000'))
      throw new RowError(`${name} holds the character U+0000, which PostgreSQL cannot store`)
  }
}

/** A later row of the same id changes what it gives, and keeps the rest. */
function merge(earlier: NewRecording, later: NewRecording): NewRecording {
  const given = Object.entries(later).filter(([, value]) => value !== undefined)
  return { ...earlier, ...Object.fromEntries(given) } as NewRecording
}

export class BatchWriter implements ImportWriter {
  readonly #client: ClientBase
  readonly #people = new Map<string, KnownPerson>()
  readonly #media = new Map<string, number>()
  /** By id in small letters, in the order in which their keys are given. */
  readonly #held = new Map<string, Held>()
  #added = 0
  #isPrepared = false

  constructor(client: ClientBase) {
    this.#client = client
  }

  get added(): number {
    return this.#added
  }

  put(recording: NewRecording, place: string): void {
    refuseNul(recording)
    const id = recording.id.toLowerCase()
    const earlier = this.#held.get(id)
    // Only a new start moves a recording behind the others of its ms.
    if (earlier && earlier.recording.startMs !== recording.startMs) this.#held.delete(id)
    const whole = earlier ? merge(earlier.recording, recording) : recording
    this.#held.set(id, { recording: whole, place })
  }

  async settle(isLast: boolean): Promise<readonly Refused[]> {
    if (this.#held.size === 0 || (!isLast && this.#held.size < BATCH_ROWS)) return []
    const held = [...this.#held.values()]
    this.#held.clear()
    return this.#write(held)
  }

  async #write(held: readonly Held[]): Promise<readonly Refused[]> {
    const client = this.#client
    if (!this.#isPrepared) await makeStaging(client)
    this.#isPrepared = true
    const rows: StagedRow[] = []
    for (const [seq, { recording }] of held.entries()) rows.push(await this.#row(seq, recording))
    await makeMonths(client, monthsOf(held))
    await stage(client, rows)
    const { added, refused } = await mergeStaged(client)
    this.#added += added
    return held.filter((_, seq) => refused.includes(seq)).map(refusal)
  }

  /** In the order of `stagedColumns`. */
  async #row(seq: number, recording: NewRecording): Promise<StagedRow> {
    const { id, startMs, audio, note, pbxCallId, preservingUser } = recording
    const owner = recording.owner && (await this.#person(recording.owner))
    return [
      seq,
      id,
      startMs,
      caseMask(id),
      recording.referenceNumber,
      recording.subMsTicks,
      recording.offsetMinutes,
      startMs + recording.durationMs,
      recording.direction,
      recording.localNumber,
      recording.remoteNumber,
      owner?.id ?? null,
      owner?.spelling ?? null,
      ...optional(audio && (await this.#mediaId(audio))),
      ...optional(pbxCallId),
      ...optional(preservingUser && (await this.#person(preservingUser)).id),
      ...optional(note && JSON.stringify(note)),
    ]
  }

  async #person(user: User): Promise<KnownPerson> {
    const known = this.#people.get(user.username)
    const told = JSON.stringify(user)
    // A bare username adds nothing to a known person.
    if (known && (known.told === told || told === JSON.stringify({ username: user.username }))) return known
    const { id, username } = await savePerson(this.#client, user)
    const person = { id, spelling: username === user.username ? null : user.username, told }
    this.#people.set(user.username, person)
    return person
  }

  async #mediaId({ sha256, size, clip }: StoredAudio): Promise<number> {
    const known = this.#media.get(sha256)
    if (known !== undefined) return known
    const clipId = clip ? await this.#mediaId(clip) : null
    const sql = `INSERT INTO media (sha256, size, clip_id) VALUES (?, ?, ?)
      ON CONFLICT (sha256) DO UPDATE SET size = excluded.size RETURNING media_id AS id`
    const { id } = await queryRow<{ id: number }>(this.#client, clause(sql, sha256, size, clipId))
    this.#media.set(sha256, id)
    return id
  }
}

/** Whether the field is given, and its value. */
const optional = <T extends string | number>(value: T | null | undefined): [string, T | null] =>
  value === undefined ? ['f', null] : ['t', value]

function monthsOf(held: readonly Held[]): Iterable<Month> {
  const months = new Map<string, Month>()
  for (const { recording } of held) {
    const month = monthOf(recording.startMs)
    months.set(month.name, month)
  }
  return months.values()
}

const refusal = ({ recording, place }: Held): Refused => ({
  place,
  why: tooManyInOneMs(recording.startMs, SEQUENCES),
})
