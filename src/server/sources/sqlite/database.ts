/** Opens the store: the database in the folder DATA_DIR, which also holds the audio. */
import { accessSync, constants, existsSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { inDataDir } from '../../files/data-dir.ts'
import { makeFolder } from '../../files/make-folder.ts'
import { migrate } from './schema.ts'
import { explain, unusable } from './explain.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { codeOf } from '../../platform/code-of.ts'

export type { Database } from 'better-sqlite3'

/** How long commands and a starting host wait for another process's write, ms. */
export const BUSY_TIMEOUT_MS = 5000

export const databaseFile = (dataDir: string): string => inDataDir(dataDir, 'recordings.db')

/** Runs `work`, and turns its errors into OperatorErrors where the cause is known. */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw explain(error, path)
  }
}

/** Makes DATA_DIR if it is missing. @throws OperatorError if it cannot be made, read or written. */
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
 * Opens the store for reading and writing. Makes a missing folder or database, and upgrades an older database.
 * @throws OperatorError saying what to do: the folder cannot be used, the disk is full, or the file is locked, is not
 * a database, or belongs to another program or a newer version.
 */
export function openForWriting(dataDir: string): Database {
  prepareFolder(dataDir)
  const file = databaseFile(dataDir)
  return explained(file, () => {
    const db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS })
    try {
      // Before the pragmas: they must not change a file that is not a database or not ours.
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

/** How long a running host waits for another process's write, ms. All requests wait meanwhile. */
const BRIEF_TIMEOUT_MS = 100

/**
 * Opens an existing store for one short change by a running host.
 * @throws the driver's error.
 */
export function openForChange(dataDir: string): Database {
  const db = new Sqlite(databaseFile(dataDir), { timeout: BRIEF_TIMEOUT_MS, fileMustExist: true })
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  return db
}

/** With the default of 16 MB, every count reads the indexes of a large store again. */
const SEARCH_CACHE_KIB = 65_536
/** Small, because a walk reads each page once, and slow readers keep many walks open at once. */
const WALK_CACHE_KIB = 4096

function openReadOnly(dataDir: string, waitMs: number, cacheKib: number): Database {
  const file = databaseFile(dataDir)
  return explained(file, () => {
    const db = new Sqlite(file, { timeout: waitMs, readonly: true })
    // A negative size is in KiB.
    db.pragma(`cache_size = -${cacheKib}`)
    return db
  })
}

/**
 * Opens an existing store for searches.
 * @param waitMs how long a statement waits for a lock. A running host uses 0, because all requests would wait.
 * @throws OperatorError as `openForWriting` does.
 */
export const openForReading = (dataDir: string, waitMs = 0): Database =>
  openReadOnly(dataDir, waitMs, SEARCH_CACHE_KIB)

/** Opens an existing store for one walk over all matches. */
export const openForWalking = (dataDir: string): Database => openReadOnly(dataDir, 0, WALK_CACHE_KIB)

/** From now on a statement that meets a lock fails at once. */
export const stopWaiting = (db: Database): void => void db.pragma('busy_timeout = 0')

export const storeExists = (dataDir: string): boolean => existsSync(databaseFile(dataDir))
