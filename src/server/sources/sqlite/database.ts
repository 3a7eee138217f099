/** Opening the store's files: one folder, DATA_DIR, with the database and the audio beside it. */
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { makeFolder } from '../../files/make-folder.ts'
import { migrate } from './schema.ts'
import { explain, unusable } from './explain.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { codeOf } from '../../platform/code-of.ts'

export type { Database } from 'better-sqlite3'

/** How long a statement of a command, or of a host that starts, waits for another process's write, ms. */
export const BUSY_TIMEOUT_MS = 5000

export const databaseFile = (dataDir: string): string => join(dataDir, 'recordings.db')

/** Runs `work` and throws what it throws as an OperatorError where the cause is known. */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw explain(error, path)
  }
}

/** Makes DATA_DIR where it is missing. @throws OperatorError where it cannot be made, read or written. */
export function prepareFolder(dataDir: string): void {
  explained(dataDir, () => {
    try {
      makeFolder(dataDir)
    } catch (error) {
      throw codeOf(error) === 'ENOENT'
        ? new OperatorError(unusable(dataDir, 'cannot be made'), { cause: error })
        : error
    }
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  })
}

/**
 * Opens the store for reading and writing; makes the folder and the database where they are missing and brings
 * an older one up to date.
 * @throws OperatorError saying what to do: unusable folder, no database, another's, a newer one, locked, full disk.
 */
export function openForWriting(dataDir: string): Database {
  prepareFolder(dataDir)
  const file = databaseFile(dataDir)
  return explained(file, () => {
    const db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS })
    try {
      // Reading comes first: a file that is no database, or not ours, must not be changed by a pragma.
      migrate(db)
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = FULL')
      db.pragma('foreign_keys = ON')
      return db
    } catch (error) {
      db.close()
      throw error
    }
  })
}

/** How long the host itself waits for another process's write, ms: it waits with everybody. */
const BRIEF_TIMEOUT_MS = 100

/**
 * Opens an existing store for one short change by a running host.
 * @throws what the driver does.
 */
export function openForChange(dataDir: string): Database {
  const db = new Sqlite(databaseFile(dataDir), { timeout: BRIEF_TIMEOUT_MS, fileMustExist: true })
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  return db
}

/** The default of 16 MB re-reads the indexes of a large store for every count. */
const SEARCH_CACHE_KIB = 65_536
/** It reads each page once, and many walks are open at once while their readers take their time. */
const WALK_CACHE_KIB = 4096

function openReadOnly(dataDir: string, waitMs: number, cacheKib: number): Database {
  const file = databaseFile(dataDir)
  return explained(file, () => {
    const db = new Sqlite(file, { timeout: waitMs, readonly: true })
    // Negative: KiB.
    db.pragma(`cache_size = -${cacheKib}`)
    return db
  })
}

/**
 * Opens an existing store for searches.
 * @param waitMs how long a statement waits for a lock. A host that serves does not: everybody's requests would wait.
 * @throws OperatorError as `openForWriting` does.
 */
export const openForReading = (dataDir: string, waitMs = 0): Database =>
  openReadOnly(dataDir, waitMs, SEARCH_CACHE_KIB)

/** The same for one walk over everything. */
export const openForWalking = (dataDir: string): Database => openReadOnly(dataDir, 0, WALK_CACHE_KIB)

/** From now on a statement that meets a lock fails at once. */
export const stopWaiting = (db: Database): void => void db.pragma('busy_timeout = 0')

export const storeExists = (dataDir: string): boolean => existsSync(databaseFile(dataDir))
