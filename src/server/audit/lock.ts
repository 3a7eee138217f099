/**
 * The host and an operator's command may write to one log at once. Each batch of lines is written under a lock
 * between processes, so that both follow the same last line. It is SQLite's lock, on a file that stays empty: the
 * system releases it when the process ends for any reason.
 */
import { closeSync, openSync } from 'node:fs'
import { join, parse } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Sqlite, { type Database } from 'better-sqlite3'
import { OperatorError } from '../platform/operator-error.ts'
import { codeOf } from '../platform/code-of.ts'

/** Short, like a batch; random, so that two waiting processes do not keep in step. */
const pauseMs = (): number => 4 + Math.random() * 12

export const lockFile = (log: string): string => join(parse(log).dir, `${parse(log).name}.lock`)

/** Never opens an existing file: closing it would release every lock that the process has on it. */
function makeLockFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/** @returns null where another process has it. */
function tryLock(path: string): Database | null {
  const db = new Sqlite(path, { timeout: 0 })
  try {
    db.exec('BEGIN IMMEDIATE')
    return db
  } catch (error) {
    db.close()
    if (codeOf(error).startsWith('SQLITE_BUSY')) return null
    throw error
  }
}

/**
 * Does the work while no other process works on the same log.
 * @param patienceMs the longest wait for the lock.
 * @throws OperatorError where the lock is not free in that time, and what `work` throws.
 */
export async function underLock<T>(log: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const path = lockFile(log)
  makeLockFile(path)
  const untilMs = performance.now() + patienceMs
  let db = tryLock(path)
  while (db === null) {
    if (performance.now() >= untilMs) {
      throw new OperatorError(
        `Another process has held ${path} for ${patienceMs} ms. Is a command still writing to the audit log?`,
      )
    }
    await setTimeout(pauseMs())
    db = tryLock(path)
  }
  try {
    return await work()
  } finally {
    db.close()
  }
}
