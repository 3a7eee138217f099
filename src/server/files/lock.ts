/** A lock that the kernel gives up with the process that holds it, however that ends: SQLite's own lock on a file. */
import Sqlite from 'better-sqlite3'
import { codeOf } from '../platform/code-of.ts'

export interface Lock {
  release(): void
}

const isTaken = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY')

/** Ms. A command that looks whether the lock is taken has it for a moment. */
const WAIT_MS = 250

/**
 * Takes the lock on the file, which is made where it is missing and stays empty.
 * @returns null where another process holds it.
 * @throws the driver's error where the file cannot be made or locked.
 */
export function takeLock(file: string): Lock | null {
  const db = new Sqlite(file, { timeout: WAIT_MS })
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    // Nothing is written, not even a journal: a full disk is no reason not to have the lock.
    db.pragma('journal_mode = MEMORY')
    // Never ended: the lock lasts as long as the transaction.
    db.exec('BEGIN EXCLUSIVE')
    return { release: () => void db.close() }
  } catch (error) {
    db.close()
    if (isTaken(error)) return null
    throw error
  }
}
