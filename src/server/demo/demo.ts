/** Fills a store with the data of a busy call centre, up to the minute when it is made. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { audioFolder, AudioShelf } from '../sources/archive/audio-files.ts'
import {
  BUSY_TIMEOUT_MS,
  explained,
  openForReading,
  openForWriting,
  storeExists,
  type Database,
} from '../sources/sqlite/database.ts'
import { dropDemo, isEmptyStore, readDemoMark, writeDemoMark } from '../sources/sqlite/demo-mark.ts'
import { Directory } from '../sources/sqlite/directory.ts'
import { hashPassword } from '../sources/archive/passwords.ts'
import { RecordingWriter } from '../sources/sqlite/recording-writer.ts'
import { audioOfCalls } from './call-audio.ts'
import type { DemoCall } from './call.ts'
import { DEMO_RECORDINGS, demoCalls } from './calls.ts'
import { demoAccounts, demoPeople, ledGroups } from './people.ts'

export { demoAccounts } from './people.ts'

/** Raise it when the data changes. Stores of another edition are filled again. */
const EDITION = 2
const WEEK_MS = 7 * 24 * 3_600_000
/** If the clock was set back by more than this, ms, the data lies in the future and is made again. */
const BACK_MS = 3_600_000

export interface DemoOptions {
  readonly dataDir: string
  /** The moment that the data leads up to, ms since the Unix epoch. */
  readonly nowMs: number
  /** Called with each line of progress. */
  readonly log: (line: string) => void
  /** How many recordings, at least 100; by default `DEMO_RECORDINGS`. */
  readonly recordings?: number
}

/** Whether the store holds demo data. @throws OperatorError if it cannot be read. */
export function isDemoStore(dataDir: string): boolean {
  if (!storeExists(dataDir)) return false
  const db = openForReading(dataDir, BUSY_TIMEOUT_MS)
  try {
    const made = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined
    return made && readDemoMark(db) !== null
  } finally {
    db.close()
  }
}

/** Whether to make demo data: if the store is empty or its demo data is old. Real data never counts as old. */
function isDue(db: Database, nowMs: number): boolean {
  const mark = readDemoMark(db)
  if (!mark) return isEmptyStore(db)
  const ageMs = nowMs - mark.madeForMs
  return mark.edition !== EDITION || ageMs >= WEEK_MS || ageMs < -BACK_MS
}

/**
 * Fills an empty store with demo data, and replaces demo data that is a week old. A store with real recordings or
 * accounts is not changed. Accounts that were added to a demo store are kept.
 * @throws OperatorError as opening a store does.
 */
export async function prepareDemo(options: DemoOptions): Promise<void> {
  const { dataDir, nowMs, log, recordings = DEMO_RECORDINGS } = options
  const db = openForWriting(dataDir)
  try {
    if (!isDue(db, nowMs)) return
    log(`Making demo data: ${recordings.toLocaleString('en')} recordings …`)
    const hashes = await demoHashes()
    explained(dataDir, () => fill(db, { ...options, recordings }, hashes))
    db.pragma('wal_checkpoint(TRUNCATE)')
    log('The demo data is ready.')
  } finally {
    db.close()
  }
}

/** @returns the hash of each password. The passwords are public, so accounts with the same one can share a salt. */
async function demoHashes(): Promise<ReadonlyMap<string, string>> {
  const passwords = new Set(demoAccounts.map(({ password }) => password))
  return new Map(
    await Promise.all([...passwords].map(async (known) => [known, await hashPassword(known)] as const)),
  )
}

function fill(
  db: Database,
  { dataDir, nowMs, recordings }: Required<DemoOptions>,
  hashes: ReadonlyMap<string, string>,
): void {
  const shelf = new AudioShelf(audioFolder(dataDir))
  try {
    db.transaction(() => {
      // Another host may have made the data while this one waited for the lock.
      if (!isDue(db, nowMs)) return
      dropDemo(db)
      const directory = new Directory(db)
      for (const { share: _, ...person } of demoPeople) directory.savePerson(person)
      for (const { username, password, role } of demoAccounts) {
        const leads = role === 'supervisor' ? ledGroups : []
        directory.saveAccount({ user: { username }, role, leads }, hashes.get(password) ?? '')
      }
      writeCalls(db, shelf, [...demoCalls(nowMs, recordings)])
      const accounts = demoAccounts.map(({ username }) => username)
      writeDemoMark(db, { edition: EDITION, madeForMs: nowMs, accounts })
    }).immediate()
  } catch (error) {
    shelf.undo()
    throw error
  }
}

function writeCalls(db: Database, shelf: AudioShelf, calls: readonly DemoCall[]): void {
  const audioOf = audioOfCalls(shelf, demoClips(), calls)
  const writer = new RecordingWriter(db)
  for (const call of calls) {
    const { audioIndex: _, ...recording } = call
    writer.put({ ...recording, audio: audioOf(call) })
  }
}

/** The audio files that the calls repeat. They stay beside the sources, because the compiler does not copy them. */
function demoClips(): string[] {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const media = join(folder, 'src', 'server', 'demo', 'media')
    if (existsSync(media)) {
      const names = readdirSync(media).filter((name) => name.endsWith('.mp3'))
      return names.toSorted().map((name) => join(media, name))
    }
  }
  throw new Error('The demo’s audio is missing: src/server/demo/media was not found beside the program.')
}
