/**
 * Sessions with a split secret. The cookie carries an id and a key; the row stands under the hash of the id and
 * holds a verifier of the key. Who reads the database cannot make a cookie from it; what a source needs to keep for
 * a user is sealed under a key made of the cookie's half and the host's (`seal.ts`).
 *
 * They live in a file of their own: a long import must not lock sign-in out. Nothing in it is worth migrating,
 * so a file of another version is emptied, which signs everybody out once.
 */
import Database from 'better-sqlite3'
import { closeSync, openSync } from 'node:fs'
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Credentials, Principal } from '../sources/source.ts'
import { seal, unseal } from './seal.ts'

export const IDLE_MS = 30 * 60_000
export const ABSOLUTE_MS = 10 * 60 * 60_000

const VERSION = 2
const ID_BYTES = 16
const KEY_BYTES = 32

/** All instants in ms since the Unix epoch. */
export interface OpenSession {
  readonly username: string
  /** The principal's stamp when it was opened: another one ends the session. */
  readonly stamp: string
  /** What the source asks for with every call, or null where it does not. */
  readonly credentials: Credentials | null
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
  /** Ends it and every session of the same user that is no younger: they hold the same password, or an older one. */
  endSame(token: string): void
  /** How many have not ended. */
  count(): number
  close(): void
}

interface Row {
  readonly verifier: Buffer
  readonly username: string
  readonly stamp: string
  readonly activeMs: number
  readonly expiresMs: number
  readonly sealed: Buffer | null
}

interface Halves {
  readonly idHash: Buffer
  readonly verifier: Buffer
  readonly cookieKey: Buffer
}

/** @returns null where the text cannot be a cookie of ours. */
function split(token: string): Halves | null {
  if (!/^[\w-]{64}$/.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  const [id, key] = [bytes.subarray(0, ID_BYTES), bytes.subarray(ID_BYTES)]
  return {
    idHash: createHash('sha256').update(id).digest(),
    verifier: createHmac('sha256', key).update('session verifier').digest(),
    cookieKey: key,
  }
}

/** @throws where the file cannot be opened or is no database. */
function openFile(file: string): Database.Database {
  // SQLite makes its files readable by all, and gives those beside this one the same mode.
  closeSync(openSync(file, 'a', 0o600))
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  if (db.pragma('user_version', { simple: true }) !== VERSION) {
    db.exec('DROP TABLE IF EXISTS session')
    db.pragma(`user_version = ${VERSION}`)
  }
  db.exec(`CREATE TABLE IF NOT EXISTS session (
    id_hash BLOB PRIMARY KEY, verifier BLOB NOT NULL, username TEXT NOT NULL, stamp TEXT NOT NULL,
    active_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, sealed BLOB
  ) STRICT, WITHOUT ROWID`)
  return db
}

export interface SessionOptions {
  readonly file: string
  readonly nowMs: () => number
  /** The host's half of what seals credentials, 32 bytes. */
  readonly hostKey: Buffer
}

/** @throws where the file cannot be opened or written. */
export function openSessions({ file, nowMs, hostKey }: SessionOptions): Sessions {
  const db = openFile(file)
  const insert = db.prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)')
  const select = db.prepare<[Buffer], Row>(
    'SELECT verifier, username, stamp, active_ms AS activeMs, expires_ms AS expiresMs, sealed FROM session WHERE id_hash = ?',
  )
  const activate = db.prepare('UPDATE session SET active_ms = ? WHERE id_hash = ?')
  const remove = db.prepare('DELETE FROM session WHERE id_hash = ?')
  const removeSame = db.prepare('DELETE FROM session WHERE lower(username) = lower(?) AND expires_ms <= ?')
  const countOpen = db
    .prepare<[number, number], number>('SELECT count(*) FROM session WHERE expires_ms > ? AND active_ms > ?')
    .pluck()
  const sweep = db.prepare('DELETE FROM session WHERE expires_ms <= ? OR active_ms <= ?')

  const keysOf = ({ cookieKey, idHash }: Halves) => ({ cookieKey, hostKey, rowId: idHash })

  function find(token: string): (OpenSession & Halves) | null {
    const halves = split(token)
    const row = halves && select.get(halves.idHash)
    if (!row || !timingSafeEqual(row.verifier, halves.verifier)) return null
    const idleExpiresMs = Math.min(row.activeMs + IDLE_MS, row.expiresMs)
    if (idleExpiresMs <= nowMs()) {
      remove.run(halves.idHash)
      return null
    }
    const { username, stamp, expiresMs, sealed } = row
    const credentials = sealed && unseal(sealed, keysOf(halves))
    // Sealed under another host's key: nobody can act for this user with it.
    if (sealed && !credentials) {
      remove.run(halves.idHash)
      return null
    }
    return { username, stamp, credentials, idleExpiresMs, expiresMs, ...halves }
  }

  return {
    open(principal) {
      // Sign-ins are rare and are what makes the file grow, so each clears away what has ended.
      const openedMs = nowMs()
      sweep.run(openedMs, openedMs - IDLE_MS)
      const token = randomBytes(ID_BYTES + KEY_BYTES).toString('base64url')
      const halves = split(token)
      if (!halves) throw new Error('a fresh session token cannot be read')
      const { username, stamp, credentials } = principal
      const sealed = credentials ? seal(credentials, keysOf(halves)) : null
      insert.run(halves.idHash, halves.verifier, username, stamp, openedMs, openedMs + ABSOLUTE_MS, sealed)
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
    endSame(token) {
      const session = find(token)
      if (session) removeSame.run(session.username, session.expiresMs)
    },
    count: () => countOpen.get(nowMs(), nowMs() - IDLE_MS) ?? 0,
    close: () => void db.close(),
  }
}
