/**
 * The sessions' file, `sessions.db`. Nothing in it is worth migrating, so a file of another version is emptied, which
 * signs everybody out once.
 */
import Database from 'better-sqlite3'
import { closeSync, openSync } from 'node:fs'
import { watchDatabaseFile } from '../files/database-file.ts'
import { accountName } from '../sources/account-name.ts'
import {
  foldUsername,
  MAX_SESSIONS,
  type NewSession,
  type SessionKey,
  type SessionRow,
  type SessionRows,
} from './session-rows.ts'

const VERSION = 4
/** Ms that a command, and the opening of the file, wait for another process's write. */
const WAIT_MS = 5000
/** @throws where the file cannot be opened or is not a database. */
function openFile(file: string): Database.Database {
  // SQLite makes its files readable by all, but gives its side files the mode of this one.
  closeSync(openSync(file, 'a', 0o600))
  const db = new Database(file, { timeout: WAIT_MS })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  if (db.pragma('user_version', { simple: true }) !== VERSION) {
    db.exec('DROP TABLE IF EXISTS session')
    db.pragma(`user_version = ${VERSION}`)
  }
  db.exec(`CREATE TABLE IF NOT EXISTS session (
    id_hash BLOB PRIMARY KEY, verifier BLOB NOT NULL, username TEXT NOT NULL, folded TEXT NOT NULL, account TEXT,
    stamp TEXT NOT NULL, active_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, sealed BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS session_by_user ON session (folded, expires_ms);
  CREATE INDEX IF NOT EXISTS session_by_account ON session (coalesce(account, folded))`)
  return db
}

/** The host's access to the file. It waits for no lock: a statement throws at once where one is in its way. */
class SessionFile implements SessionRows {
  readonly #db: Database.Database
  readonly #watched
  readonly #select
  readonly #activate
  readonly #remove
  readonly #count

  constructor(file: string) {
    this.#db = openFile(file)
    this.#watched = watchDatabaseFile(file)
    this.#select = this.#db.prepare<[Buffer], SessionRow>(
      'SELECT verifier, username, stamp, active_ms AS activeMs, expires_ms AS expiresMs, sealed FROM session WHERE id_hash = ?',
    )
    this.#activate = this.#db.prepare('UPDATE session SET active_ms = ? WHERE id_hash = ?')
    this.#remove = this.#db.prepare('DELETE FROM session WHERE id_hash = ? AND verifier = ?')
    this.#count = this.#db
      .prepare<[number, number], number>(
        'SELECT count(*) FROM session WHERE expires_ms > ? AND active_ms > ?',
      )
      .pluck()
    this.#db.pragma('busy_timeout = 0')
  }

  async find(idHash: Buffer): Promise<SessionRow | undefined> {
    return this.#select.get(idHash)
  }

  async add({ idHash, verifier }: SessionKey, row: NewSession, endedMs: number): Promise<void> {
    const { username, account, stamp, activeMs, expiresMs, sealed } = row
    const folded = foldUsername(username)
    const surplus = `SELECT id_hash FROM session WHERE coalesce(account, folded) = ?
      ORDER BY count(*) OVER (PARTITION BY folded), folded = ?, expires_ms DESC LIMIT -1 OFFSET ${MAX_SESSIONS - 1}`
    this.#write(() => {
      this.#db.prepare('DELETE FROM session WHERE expires_ms <= ? OR active_ms <= ?').run(activeMs, endedMs)
      this.#db.prepare(`DELETE FROM session WHERE id_hash IN (${surplus})`).run(account ?? folded, folded)
      this.#db
        .prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(idHash, verifier, username, folded, account, stamp, activeMs, expiresMs, sealed)
    })
  }

  async activate(idHash: Buffer, atMs: number): Promise<void> {
    this.#activate.run(atMs, idHash)
  }

  async remove(sessions: readonly SessionKey[]): Promise<void> {
    this.#write(() => {
      for (const { idHash, verifier } of sessions) this.#remove.run(idHash, verifier)
    })
  }

  async removeUpTo(username: string, expiresMs: number): Promise<void> {
    const sql = 'DELETE FROM session WHERE folded = ? AND expires_ms <= ?'
    this.#db.prepare(sql).run(foldUsername(username), expiresMs)
  }

  async count(nowMs: number, endedMs: number): Promise<number> {
    return this.#count.get(nowMs, endedMs) ?? 0
  }

  isReadable(): Promise<boolean> {
    return this.#watched.isReadable()
  }

  close(): void {
    this.#db.close()
    this.#watched.close()
  }

  #write(work: () => void): void {
    this.#db.transaction(work).immediate()
  }
}

/** @throws where the file cannot be opened or written. */
export function openSessionFile(file: string): SessionRows {
  return new SessionFile(file)
}

/**
 * Ends sessions in an existing file, beside a running host, which notices with each session's next request.
 * @param username compared without regard to case, and in front of a recorder in every spelling of the account; null
 * for all users.
 * @returns the username of each session that ended.
 * @throws the driver's error where the file cannot be written within some seconds.
 */
export function endSessionsIn(file: string, username: string | null): readonly string[] {
  const db = new Database(file, { timeout: WAIT_MS, fileMustExist: true })
  try {
    // The next start of a host empties it.
    if (db.pragma('user_version', { simple: true }) !== VERSION) return []
    const where = username === null ? '' : 'WHERE folded = ? OR account = ?'
    const names = username === null ? [] : [foldUsername(username), accountName(username)]
    return db
      .prepare<string[], string>(`DELETE FROM session ${where} RETURNING username`)
      .pluck()
      .all(...names)
  } finally {
    db.close()
  }
}
