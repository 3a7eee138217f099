/**
 * Sessions with a split secret. The cookie carries a random key and an id. The row has the hash of the id and a
 * verifier of the key. The id and the verifier are made of this key and the host's: no session holds under another
 * host key, and a made-up cookie is noticed even while the database cannot be read. A cookie cannot be made from
 * the database. The credentials that a source needs are sealed under a key of the cookie's half and the host's
 * (`seal.ts`).
 *
 * They live in a file of their own: a long import must not block sign-in.
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
/** 10,000 ended sessions take some 2 MB of memory. Seen and unseen ones take twice that at most. */
const MAX_WAITING = 10_000
const ID_BYTES = 16
const KEY_BYTES = 32

/** All instants in ms since the Unix epoch. */
export interface OpenSession {
  readonly username: string
  /** The principal's stamp at the opening: another one ends the session. */
  readonly stamp: string
  /** The credentials that the source needs with every call, or null where it needs none. */
  readonly credentials: Credentials | null
  /** When it ends without input. */
  readonly idleExpiresMs: number
  /** When it ends in any case. */
  readonly expiresMs: number
}

/**
 * Where the file cannot be read or written, the driver's error is thrown at once (`isStorageFailure`). Ending a
 * session does not depend on the file: it takes effect at once, and the row is deleted when possible.
 */
export interface Sessions {
  /** An account has at most 20: the oldest go. @returns the cookie's value, which is kept nowhere else. */
  open(principal: Principal): string
  /** @returns null for a token that was never given out, was tampered with, or has ended. */
  find(token: string): OpenSession | null
  /** Counts as input: the idle time starts again. @returns as `find`. */
  touch(token: string): OpenSession | null
  /** Ends it, even where the file fails. */
  end(token: string): void
  /** As `end`, and also ends those of the same user that are no younger: they hold no newer password. */
  endSame(token: string): void
  /** The number that have not ended. */
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

/** @returns null where the text is not a cookie made under this host's key. */
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
  /** The host's half of the keys that prove a session and seal its credentials, 32 bytes. */
  readonly hostKey: Buffer
  /** As in `EndedSessionsOptions`. */
  readonly retryMs?: number
  /** As in `EndedSessionsOptions`. */
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
    // Sign-ins are rare, and only they make the file grow, so each clears away ended sessions.
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
      // The others end by themselves: each is checked again when it is used.
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
    // Sealed credentials that do not open are damaged: the session cannot act for its user.
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
