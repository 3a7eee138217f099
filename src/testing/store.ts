/** Stores for tests: real databases in temporary folders. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readDuration } from '../contract/durations.ts'
import { readInstant, toEpochMs } from '../contract/instants.ts'
import type { User, WireRecording } from '../contract/recording.ts'
import type { Role } from '../contract/session.ts'
import { audioFolder, AudioShelf } from '../server/sources/archive/audio-files.ts'
import { openForWriting } from '../server/sources/sqlite/database.ts'
import { Directory } from '../server/sources/sqlite/directory.ts'
import { hashPassword } from '../server/sources/archive/passwords.ts'
import { deriveInPlace, type Cost, type Derive } from '../server/sources/archive/scrypt.ts'
import type { NewNote, NewRecording } from '../server/sources/archive/new-recording.ts'
import { RecordingWriter } from '../server/sources/sqlite/recording-writer.ts'

/** The fields of a recording that matter to a test, as the API writes them. */
export interface TestRecording extends Partial<WireRecording> {
  /** Replaces `ownerUsername` if the owner has more than a name. */
  readonly owner?: User | null
  readonly pbxCallId?: string | null
  readonly preservingUser?: User | null
  readonly note?: NewNote | null
  /** Path of a file to attach. */
  readonly audioFile?: string
}

export interface TestUser extends User {
  readonly role: Role
  readonly password: string
  /** The groups that a supervisor leads. */
  readonly leads?: readonly string[]
}

export interface TestStore {
  readonly dataDir: string
  /** Deletes the folder. */
  remove(): void
}

/** The n-th GUID of a test: `00000000-0000-4000-8000-00000000002a` for 42. */
export const testGuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`

/** Cheap, because tests sign in often and a real derivation takes a tenth of a second. */
const cheap: Cost = { n: 16, r: 8, p: 1 }

/** Derives every password at the cheap cost, whatever cost is stored, and also for unknown users. */
export const deriveCheaply: Derive = (work) => deriveInPlace({ ...work, ...cheap })

/** The stored form of a password, at the cheap cost. */
export const cheapHash = (password: string): Promise<string> => hashPassword(password, { cost: cheap })

/** A recording as an archive stores it. @param index tells it apart from the others of a test. */
export function newRecording(given: TestRecording, index: number, shelf: AudioShelf): NewRecording {
  const written = readInstant(given.startTime ?? '2026-01-01T00:00:00Z')
  const durationMs = readDuration(given.duration ?? 'PT1M')
  if (!written || durationMs === null) throw new Error(`Unreadable test recording ${JSON.stringify(given)}`)
  const username = given.ownerUsername ?? null
  return {
    id: given.id ?? testGuid(index + 1),
    referenceNumber: given.referenceNumber ?? `2026${String(index + 1).padStart(9, '0')}`,
    startMs: toEpochMs(written),
    subMsTicks: written.subMsTicks,
    offsetMinutes: written.offsetMinutes ?? 0,
    durationMs,
    direction: given.direction ?? 1,
    owner: given.owner ?? (username === null ? null : { username }),
    localNumber: given.localPartyNumber ?? null,
    remoteNumber: given.remotePartyNumber ?? null,
    pbxCallId: given.pbxCallId,
    preservingUser: given.preservingUser,
    note: given.note,
    audio: given.audioFile === undefined ? undefined : shelf.add(given.audioFile),
  }
}

/** An empty folder for DATA_DIR. */
export function temporaryFolder(): TestStore {
  const dataDir = mkdtempSync(join(tmpdir(), 'recordings-'))
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true }) }
}

/** A store in a temporary folder, with these recordings and users. Open it with `openSqliteSource`. */
export async function testStore(
  recordings: readonly TestRecording[] = [],
  users: readonly TestUser[] = [],
): Promise<TestStore> {
  const folder = temporaryFolder()
  await writeStore(folder.dataDir, recordings, users)
  return folder
}

/** Stores recordings and users in one transaction, as another process does. */
export async function writeStore(
  dataDir: string,
  recordings: readonly TestRecording[],
  users: readonly TestUser[] = [],
): Promise<void> {
  const db = openForWriting(dataDir)
  const directory = new Directory(db)
  const passwords = await Promise.all(users.map(({ password }) => cheapHash(password)))
  db.transaction(() => {
    for (const [index, { role, password: _, leads = [], ...user }] of users.entries()) {
      directory.saveAccount({ user, role, leads }, passwords[index] ?? '')
    }
    const shelf = new AudioShelf(audioFolder(dataDir))
    const writer = new RecordingWriter(db)
    for (const [index, given] of recordings.entries()) writer.put(newRecording(given, index, shelf))
  })()
  db.close()
}
