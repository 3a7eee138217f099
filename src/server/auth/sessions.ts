/**
 * Sessions with a split secret. The cookie carries a random key and an id; the row stands under the hash of the id and
 * holds a verifier of the key. Both the id and the verifier are made of the key and the host's own: under another one no
 * session holds, and a cookie that was never given out is known by itself, also while the database cannot be read. Who
 * reads the database cannot make a cookie from it; what a source needs to keep for a user is sealed under a key made of
 * the cookie's half and the host's (`seal.ts`).
 *
 * They live in a file of their own: a long import must not lock sign-in out.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { watchDatabaseFile } from '../files/database-file.ts'
import { isStorageFailure } from '../files/storage-failure.ts'
import type { Credentials, Principal } from '../sources/source.ts'
import { EndedSessions } from './ended-sessions.ts'
import { seal, unseal } from './seal.ts'
import { SessionFile, type SessionKey } from './session-file.ts'

export const SESSION_IDLE_MS = 30 * 60_000
export const ABSOLUTE_MS = 10 * 60 * 60_000

const RETRY_MS = 1000
/** Of 10,000 ended sessions some 2 MB are kept in mind, and twice that at most. */
const MAX_WAITING = 10_000
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

/**
 * Where the file cannot be read or written, the driver's error is thrown at once (`isStorageFailure`). Ending a session
 * does not depend on the file: it holds at once, and the row is deleted when that is possible.
 */
export interface Sessions {
  /** An account has at most 20: the oldest go. @returns the cookie's value, which is kept nowhere else. */
  open(principal: Principal): string
  /** @returns null for a token that was never given out, was tampered with, or has ended. */
  find(token: string): OpenSession | null
  /** Counts as input: the idle time starts again. @returns as `find`. */
  touch(token: string): OpenSession | null
  /** Ends it, whatever becomes of the file. */
  end(token: string): void
  /** Ends it as `end` does, and those of the same user that are no younger: they hold no newer password. */
  endSame(token: string): void
  /** How many have not ended. */
  count(): number
  /** Whether the file is there and can be read. */
  isReadable(): Promise<boolean>
  close(): void
}

interface Halves extends SessionKey {
  readonly cookieKey: Buffer
}

const macOf = (use: string, cookieKey: Buffer, hostKey: Buffer): Buffer =>
  createHmac('sha256', hostKey).update(use).update(cookieKey).digest()

const idOf = (cookieKey: Buffer, hostKey: Buffer): Buffer =>
  macOf('session id', cookieKey, hostKey).subarray(0, ID_BYTES)

/** @returns null where the text is no cookie that was given out under this host's key. */
function split(token: string, hostKey: Buffer): Halves | null {
  if (!/^[\w-]{64}$/.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  const [id, cookieKey] = [bytes.subarray(0, ID_BYTES), bytes.subarray(ID_BYTES)]
  if (!timingSafeEqual(id, idOf(cookieKey, hostKey))) return null
  return {
    idHash: createHash('sha256').update(id).digest(),
    verifier: macOf('session verifier', cookieKey, hostKey),
    cookieKey,
  }
}

export interface SessionOptions {
  readonly file: string
  readonly nowMs: () => number
  /** The host's half of what proves a session and seals its credentials, 32 bytes. */
  readonly hostKey: Buffer
  /** How long after a failure the rows of ended sessions are tried again, ms. */
  readonly retryMs?: number
  /** How many ended sessions wait for that at most, of those whose row was seen and again of the others. */
  readonly maxWaiting?: number
}

class StoredSessions implements Sessions {
  readonly #file: SessionFile
  readonly #watched
  readonly #ended: EndedSessions
  readonly #nowMs: () => number
  readonly #hostKey: Buffer

  constructor({ file, nowMs, hostKey, retryMs = RETRY_MS, maxWaiting = MAX_WAITING }: SessionOptions) {
    this.#file = new SessionFile(file)
    this.#watched = watchDatabaseFile(file)
    const rows = {
      has: (session: SessionKey) => this.#row(session) !== null,
      remove: (sessions: readonly SessionKey[]) => this.#file.remove(sessions),
    }
    this.#ended = new EndedSessions(rows, { retryMs, maxWaiting })
    this.#nowMs = nowMs
    this.#hostKey = hostKey
  }

  open({ username, account, stamp, credentials }: Principal): string {
    const openedMs = this.#nowMs()
    const cookieKey = randomBytes(KEY_BYTES)
    const token = Buffer.concat([idOf(cookieKey, this.#hostKey), cookieKey]).toString('base64url')
    const halves = split(token, this.#hostKey)
    if (!halves) throw new Error('a fresh session token cannot be read')
    const sealed = credentials ? seal(credentials, this.#keysOf(halves)) : null
    const times = { activeMs: openedMs, expiresMs: openedMs + ABSOLUTE_MS }
    // Sign-ins are rare and are what makes the file grow, so each clears away what has ended.
    this.#file.add(
      halves,
      { username, account: account ?? null, stamp, sealed, ...times },
      openedMs - SESSION_IDLE_MS,
    )
    return token
  }

  find(token: string): OpenSession | null {
    const halves = split(token, this.#hostKey)
    return halves && this.#find(halves)
  }

  touch(token: string): OpenSession | null {
    const halves = split(token, this.#hostKey)
    if (!halves || !this.#find(halves)) return null
    this.#file.activate(halves.idHash, this.#nowMs())
    return this.#find(halves)
  }

  end(token: string): void {
    const halves = split(token, this.#hostKey)
    if (halves) this.#ended.end(halves)
  }

  endSame(token: string): void {
    const halves = split(token, this.#hostKey)
    if (!halves) return
    try {
      const session = this.#find(halves)
      if (session) this.#file.removeUpTo(session.username, session.expiresMs)
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      // The others end by themselves: each is looked at again when it is used.
      this.#ended.end(halves)
    }
  }

  count(): number {
    return this.#file.count(this.#nowMs(), this.#nowMs() - SESSION_IDLE_MS)
  }

  isReadable(): Promise<boolean> {
    return this.#watched.isReadable()
  }

  close(): void {
    this.#ended.close()
    this.#file.close()
    this.#watched.close()
  }

  #keysOf({ cookieKey, idHash }: Halves) {
    return { cookieKey, hostKey: this.#hostKey, rowId: idHash }
  }

  #row({ idHash, verifier }: SessionKey) {
    const row = this.#file.find(idHash)
    return row && timingSafeEqual(row.verifier, verifier) ? row : null
  }

  #find(halves: Halves): OpenSession | null {
    if (this.#ended.has(halves)) return null
    const row = this.#row(halves)
    if (!row) return null
    const { username, stamp, expiresMs, sealed } = row
    const idleExpiresMs = Math.min(row.activeMs + SESSION_IDLE_MS, expiresMs)
    const credentials = sealed && unseal(sealed, this.#keysOf(halves))
    // What was sealed and does not open is damaged: nobody can act for this user with it.
    if (idleExpiresMs <= this.#nowMs() || (sealed && !credentials)) {
      this.#ended.end(halves)
      return null
    }
    return { username, stamp, credentials, idleExpiresMs, expiresMs }
  }
}

/** @throws where the file cannot be opened or written. */
export function openSessions(options: SessionOptions): Sessions {
  return new StoredSessions(options)
}
