/**
 * The sessions' file, `sessions.db`. Nothing in it is worth migrating, so a file of another version is emptied, which
 * signs everybody out once.
 */
import Database from 'better-sqlite3'
import { closeSync, openSync } from 'node:fs'

const VERSION = 3
/** How long opening the file, and a command, wait for another process's write, ms. */
const WAIT_MS = 5000
/** A user's sessions at once: somebody who signs in again and again fills no disk. */
export const MAX_SESSIONS = 20

/** As the directory compares usernames. */
const foldUsername = (username: string): string => username.toLowerCase()

/** All instants in ms since the Unix epoch. */
export interface SessionRow {
  readonly verifier: Buffer
  readonly username: string
  readonly stamp: string
  readonly activeMs: number
  readonly expiresMs: number
  readonly sealed: Buffer | null
}

/** Where a session stands in the file, and what only its cookie can prove. */
export interface SessionKey {
  readonly idHash: Buffer
  readonly verifier: Buffer
}

/** @throws where the file cannot be opened or is no database. */
function openFile(file: string): Database.Database {
  // SQLite makes its files readable by all, and gives those beside this one the same mode.
  closeSync(openSync(file, 'a', 0o600))
  const db = new Database(file, { timeout: WAIT_MS })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  if (db.pragma('user_version', { simple: true }) !== VERSION) {
    db.exec('DROP TABLE IF EXISTS session')
    db.pragma(`user_version = ${VERSION}`)
  }
  db.exec(`CREATE TABLE IF NOT EXISTS session (
    id_hash BLOB PRIMARY KEY, verifier BLOB NOT NULL, username TEXT NOT NULL, folded TEXT NOT NULL,
    stamp TEXT NOT NULL, active_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, sealed BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS session_by_user ON session (folded, expires_ms)`)
  return db
}

/** What the host asks of the file. It waits for nobody's lock: each statement throws at once what is in its way. */
export class SessionFile {
  readonly #db: Database.Database
  readonly #select
  readonly #activate
  readonly #remove
  readonly #count

  /** @throws where the file cannot be opened or written. */
  constructor(file: string) {
    this.#db = openFile(file)
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

  find(idHash: Buffer): SessionRow | undefined {
    return this.#select.get(idHash)
  }

  /** Adds a session. Its user keeps the newest, and what has ended goes. @param endedMs who was idle since then. */
  add({ idHash, verifier }: SessionKey, row: Omit<SessionRow, 'verifier'>, endedMs: number): void {
    const { username, stamp, activeMs, expiresMs, sealed } = row
    const folded = foldUsername(username)
    const oldest = `SELECT id_hash FROM session WHERE folded = ? ORDER BY expires_ms DESC LIMIT -1 OFFSET ${MAX_SESSIONS - 1}`
    this.#write(() => {
      this.#db.prepare('DELETE FROM session WHERE expires_ms <= ? OR active_ms <= ?').run(activeMs, endedMs)
      this.#db.prepare(`DELETE FROM session WHERE id_hash IN (${oldest})`).run(folded)
      this.#db
        .prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        .run(idHash, verifier, username, folded, stamp, activeMs, expiresMs, sealed)
    })
  }

  activate(idHash: Buffer, atMs: number): void {
    this.#activate.run(atMs, idHash)
  }

  /** All of them, or none. */
  remove(sessions: readonly SessionKey[]): void {
    this.#write(() => {
      for (const { idHash, verifier } of sessions) this.#remove.run(idHash, verifier)
    })
  }

  /** The user's sessions that are no younger. */
  removeUpTo(username: string, expiresMs: number): void {
    const sql = 'DELETE FROM session WHERE folded = ? AND expires_ms <= ?'
    this.#db.prepare(sql).run(foldUsername(username), expiresMs)
  }

  /** How many end after `nowMs` and had input after `endedMs`. */
  count(nowMs: number, endedMs: number): number {
    return this.#count.get(nowMs, endedMs) ?? 0
  }

  close(): void {
    this.#db.close()
  }

  #write(work: () => void): void {
    this.#db.transaction(work).immediate()
  }
}

export interface SignedOut {
  /** How many sessions ended. */
  readonly ended: number
  /** Users who are still signed in. */
  readonly others: readonly string[]
}

/**
 * Ends sessions in an existing file, beside a running host, which notices with each session's next request.
 * @param username whose, without regard to case; null for everybody's.
 * @throws the driver's error where the file cannot be written within some seconds.
 */
export function endSessionsIn(file: string, username: string | null): SignedOut {
  const db = new Database(file, { timeout: WAIT_MS, fileMustExist: true })
  try {
    // The next host to start empties it.
    if (db.pragma('user_version', { simple: true }) !== VERSION) return { ended: 0, others: [] }
    const where = username === null ? '' : 'WHERE folded = ?'
    const names = username === null ? [] : [foldUsername(username)]
    const ended = db.prepare(`DELETE FROM session ${where}`).run(...names).changes
    const others = db.prepare<[], string>('SELECT DISTINCT username FROM session ORDER BY folded').pluck()
    return { ended, others: others.all() }
  } finally {
    db.close()
  }
}
