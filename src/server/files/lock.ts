/** SQLite's own lock on a file, which the kernel releases when the process ends, however it ends. */
import Sqlite from 'better-sqlite3'
import { codeOf } from '../platform/code-of.ts'

export interface Lock {
  release(): void
}

const isTaken = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY')

/** Ms. A command that checks the lock holds it for a moment. */
const WAIT_MS = 250

/**
 * Takes the lock on the file, which is made if missing and stays empty.
 * @returns null if another process holds it.
 * @throws the driver's error if the file cannot be made or locked.
 */
export function takeLock(file: string): Lock | null {
  const db = new Sqlite(file, { timeout: WAIT_MS })
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    // Nothing is written, not even a journal, so that a full disk does not prevent the lock.
    db.pragma('journal_mode = MEMORY')
    // The transaction never ends, because the lock lasts only as long.
    db.exec('BEGIN EXCLUSIVE')
    return { release: () => void db.close() }
  } catch (error) {
    db.close()
    if (isTaken(error)) return null
    throw error
  }
}
