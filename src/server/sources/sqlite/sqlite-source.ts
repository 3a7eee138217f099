/** The embedded store as a source of recordings. */
import type { Database } from 'better-sqlite3'
import type { WireDetail, WireList, WireRecording } from '../../../contract/recording.ts'
import type { Search, Paging } from '../../../contract/search.ts'
import type { Principal, Source, WholeList } from '../source.ts'
import { watchDatabaseFile } from '../../files/database-file.ts'
import { audioFolder, hasAudio, openAudio } from '../archive/audio-files.ts'
import { BUSY_TIMEOUT_MS, databaseFile, openForReading, openForWriting, stopWaiting } from './database.ts'
import { Details } from './details.ts'
import { Directory } from './directory.ts'
import { replacePassword } from './password-change.ts'
import { verifyPassword } from '../archive/passwords.ts'
import { People } from './people.ts'
import { scryptInPlace, scryptInWorkers } from '../archive/scrypt-runner.ts'
import type { Derive } from '../archive/scrypt.ts'
import { searchInPlace } from './search-in-place.ts'
import { createSearchRunner } from './search-runner.ts'
import { searchInThreads } from './search-threads.ts'

export interface SqliteSourceOptions {
  /** The folder of the database and the audio. It is made if missing. */
  readonly dataDir: string
  /** Threads for searches, 2 or more. One is for scans. 0 searches in place, where a slow one blocks the caller. */
  readonly workers?: number
  /** In place only: how many rows a piece of a scan has; by default, as many as take about 10 ms. */
  readonly pieceRows?: number
  /** In place only: derives passwords; by default with the real scrypt. */
  readonly derive?: Derive
}

/** The store's answers need no repair, because they follow the contract. It knows a user without a password. */
export interface SqliteSource extends Source {
  principal(username: string): Promise<Principal | null>
  list(search: Search, paging: Paging, viewer: Principal, signal: AbortSignal): Promise<WireList>
  listAll(search: Search, viewer: Principal, signal: AbortSignal): Promise<WholeList<WireRecording>>
  detail(id: string, viewer: Principal, signal: AbortSignal): Promise<WireDetail | null>
}

/** For callers that do not say who waits. */
const nobodyElse = { from: '', isKnown: false, isScript: false }

/**
 * Opens the store in `dataDir`. Makes a missing store, and upgrades an older one.
 * @throws OperatorError as `openForWriting` does.
 */
export async function openSqliteSource(options: SqliteSourceOptions): Promise<SqliteSource> {
  const { dataDir, workers = 2, pieceRows, derive: deriveWith } = options
  openForWriting(dataDir).close()
  // The host only reads, so a long import in another process does not block it.
  const db = openForReading(dataDir, BUSY_TIMEOUT_MS)
  const file = watchDatabaseFile(databaseFile(dataDir))
  const directory = new Directory(db)
  const details = new Details(db)
  const people = new People(db)
  stopWaiting(db)
  const places = workers === 0 ? searchInPlace(dataDir, pieceRows) : searchInThreads(dataDir, workers)
  const runner = createSearchRunner(places)
  const scrypt = workers === 0 ? scryptInPlace(undefined, deriveWith) : scryptInWorkers()
  return {
    async authenticate(username, password, signal = new AbortController().signal, asker = nobodyElse) {
      const known = directory.credentials(username)
      const derive: Derive = (work) => scrypt.derive(work, { signal, ...asker })
      const right = await verifyPassword(password, known?.password ?? null, derive)
      return right && known ? known.principal : null
    },
    async changePassword(username, password, signal) {
      const asker = { signal, from: username, isKnown: true, isScript: false }
      await replacePassword(dataDir, { username, password }, (work) => scrypt.derive(work, asker))
      return directory.credentials(username)?.principal ?? null
    },
    async principal(username) {
      return directory.credentials(username)?.principal ?? null
    },
    list: (search, paging, viewer, signal) => runner.list(search, paging, viewer, signal),
    listAll: (search, viewer, signal) => runner.listAll(search, viewer, signal),
    async people(q, limit, viewer) {
      return people.find(q, limit, viewer)
    },
    ownerNames: (rows) => people.namesOf(rows),
    async detail(id, viewer) {
      return details.detail(id, viewer)
    },
    async media(id, viewer) {
      const audio = details.audio(id, viewer)
      // Somebody may have deleted or cut the file.
      if (!audio || !hasAudio(audioFolder(dataDir), audio)) return null
      const { sha256, size, referenceNumber } = audio
      return {
        size,
        etag: sha256,
        fileName: `${referenceNumber}.mp3`,
        open: (start, end) => openAudio(audioFolder(dataDir), audio, start, end),
      }
    },
    ready: async () => answers(db) && (await file.isReadable()),
    gauges() {
      const { running, waiting } = scrypt.counts()
      return { password_checks_running: running, password_checks_waiting: waiting }
    },
    async close() {
      await Promise.all([runner.close(), scrypt.close()])
      db.close()
      file.close()
    },
  }
}

function answers(db: Database): boolean {
  try {
    return db.prepare('SELECT count(*) FROM meta').get() !== undefined
  } catch {
    return false
  }
}
