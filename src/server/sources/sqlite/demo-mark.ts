/**
 * Marks a store that holds demo data. Demo data is replaced every week, so such a store must not hold real
 * recordings. Accounts that were added to it are kept.
 */
import type { Database } from 'better-sqlite3'
import { fold } from '../archive/fold.ts'

export interface DemoMark {
  /** The version of the demo data. Another version is replaced. */
  readonly edition: number
  /** The moment that the data leads up to, ms since the Unix epoch. */
  readonly madeForMs: number
  /** Usernames of the accounts that anyone may try. */
  readonly accounts: readonly string[]
}

/** @returns null if the store holds no demo data. */
export function readDemoMark(db: Database): DemoMark | null {
  const text = db.prepare("SELECT value FROM meta WHERE name = 'demo'").pluck().get()
  return typeof text === 'string' ? (JSON.parse(text) as DemoMark) : null
}

export function writeDemoMark(db: Database, mark: DemoMark): void {
  db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('demo', ?)").run(JSON.stringify(mark))
}

/** Whether the username is one of the store's demo accounts. */
export const isDemoAccount = (db: Database, username: string): boolean =>
  readDemoMark(db)?.accounts.some((account) => fold(account) === fold(username)) ?? false

/** Whether the store holds neither recordings nor accounts. */
export function isEmptyStore(db: Database): boolean {
  const sql = 'SELECT EXISTS (SELECT 1 FROM recordings) OR EXISTS (SELECT 1 FROM accounts)'
  return db.prepare(sql).pluck().get() === 0
}

/**
 * Removes all recordings, the demo's accounts and the mark. Belongs in the caller's transaction.
 * @returns the SHA-256 of each audio file that is no longer referenced.
 */
export function dropDemo(db: Database): string[] {
  const accounts = readDemoMark(db)?.accounts ?? []
  const audio = db.prepare('SELECT sha256 FROM media WHERE clip_id IS NULL').pluck().all() as string[]
  db.exec('DELETE FROM recordings; DELETE FROM media')
  const remove = db.prepare(
    'DELETE FROM accounts WHERE person_id = (SELECT person_id FROM people WHERE folded = ?)',
  )
  for (const username of accounts) remove.run(fold(username))
  db.exec(`
    DELETE FROM people WHERE person_id NOT IN (SELECT person_id FROM accounts);
    DELETE FROM recording_groups WHERE group_id NOT IN (
      SELECT group_id FROM people WHERE group_id IS NOT NULL UNION SELECT group_id FROM leads);
    DELETE FROM meta WHERE name = 'demo'`)
  return audio
}
