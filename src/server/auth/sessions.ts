/**
 * Sessions with a split secret. The cookie carries an id and a key; the row stands under the hash of the id and
 * holds a verifier of the key. Who reads the database cannot make a cookie from it, and what a later source needs
 * to keep for a user can be sealed under a key made of both halves, in a column of its own.
 *
 * They live in a file of their own: a long import must not lock sign-in out. Nothing in it is worth migrating,
 * so a file of another version is emptied, which signs everybody out once.
 */
import Database from 'better-sqlite3'
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../sources/source.ts'

export const IDLE_MS = 30 * 60_000
export const ABSOLUTE_MS = 10 * 60 * 60_000

const VERSION = 1
const ID_BYTES = 16
const KEY_BYTES = 32

/** All instants in ms since the Unix epoch. */
export interface OpenSession {
  readonly username: string
  /** The principal's stamp when it was opened: another one ends the session. */
  readonly stamp: string
  /** When it ends without input. */
  readonly idleExpiresMs: number
  /** When it ends in any case. */
  readonly expiresMs: number
}

export interface Sessions {
  /** @returns the cookie's value, which is kept nowhere else. */
  open(principal: Principal): string
  /** @returns null for a token that was never given out, was tampered with, or has ended. */
  find(token: string): OpenSession | null
  /** Counts as input: the idle time starts again. @returns as `find`. */
  touch(token: string): OpenSession | null
  end(token: string): void
  close(): void
}

interface Row {
  readonly verifier: Buffer
  readonly username: string
  readonly stamp: string
  readonly activeMs: number
  readonly expiresMs: number
}

interface Halves {
  readonly idHash: Buffer
  readonly verifier: Buffer
}

/** @returns null where the text cannot be a cookie of ours. */
function split(token: string): Halves | null {
  if (!/^[\w-]{64}$/.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  const [id, key] = [bytes.subarray(0, ID_BYTES), bytes.subarray(ID_BYTES)]
  return {
    idHash: createHash('sha256').update(id).digest(),
    verifier: createHmac('sha256', key).update('session verifier').digest(),
  }
}

/** @throws where the file cannot be opened or is no database. */
function openFile(file: string): Database.Database {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  if (db.pragma('user_version', { simple: true }) !== VERSION) {
    db.exec('DROP TABLE IF EXISTS session')
    db.pragma(`user_version = ${VERSION}`)
  }
  db.exec(`CREATE TABLE IF NOT EXISTS session (
    id_hash BLOB PRIMARY KEY, verifier BLOB NOT NULL, username TEXT NOT NULL, stamp TEXT NOT NULL,
    active_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`)
  return db
}

export interface SessionOptions {
  readonly file: string
  readonly nowMs: () => number
}

/** @throws where the file cannot be opened or written. */
export function openSessions({ file, nowMs }: SessionOptions): Sessions {
  const db = openFile(file)
  const insert = db.prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)')
  const select = db.prepare<[Buffer], Row>(
    'SELECT verifier, username, stamp, active_ms AS activeMs, expires_ms AS expiresMs FROM session WHERE id_hash = ?',
  )
  const activate = db.prepare('UPDATE session SET active_ms = ? WHERE id_hash = ?')
  const remove = db.prepare('DELETE FROM session WHERE id_hash = ?')
  const sweep = db.prepare('DELETE FROM session WHERE expires_ms <= ? OR active_ms <= ?')

  function find(token: string): (OpenSession & Halves) | null {
    const halves = split(token)
    const row = halves && select.get(halves.idHash)
    if (!row || !timingSafeEqual(row.verifier, halves.verifier)) return null
    const idleExpiresMs = Math.min(row.activeMs + IDLE_MS, row.expiresMs)
    if (idleExpiresMs <= nowMs()) {
      remove.run(halves.idHash)
      return null
    }
    const { username, stamp, expiresMs } = row
    return { username, stamp, idleExpiresMs, expiresMs, ...halves }
  }

  return {
    open(principal) {
      // Sign-ins are rare and are what makes the file grow, so each clears away what has ended.
      const openedMs = nowMs()
      sweep.run(openedMs, openedMs - IDLE_MS)
      const token = randomBytes(ID_BYTES + KEY_BYTES).toString('base64url')
      const halves = split(token)
      if (!halves) throw new Error('a fresh session token cannot be read')
      const { username, stamp } = principal
      insert.run(halves.idHash, halves.verifier, username, stamp, openedMs, openedMs + ABSOLUTE_MS)
      return token
    },
    find,
    touch(token) {
      const session = find(token)
      if (!session) return null
      activate.run(nowMs(), session.idHash)
      return find(token)
    },
    end(token) {
      const session = find(token)
      if (session) remove.run(session.idHash)
    },
    close: () => void db.close(),
  }
}
