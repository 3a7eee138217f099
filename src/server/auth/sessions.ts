/**
 * Sessions with a split secret. The cookie carries a random key and an id. The row has the hash of the id and a
 * verifier of the key. The id and the verifier are made of this key and the host's: no session holds under another
 * host key, and a made-up cookie is noticed even while the database cannot be read. A cookie cannot be made from
 * the database. The credentials that a source needs are sealed under a key of the cookie's half and the host's
 * (`seal.ts`).
 *
 * Their rows lie in a file of their own, because a long import must not block sign-in, or in the database that several
 * hosts share.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { isStorageFailure } from '../files/storage-failure.ts'
import type { Credentials, Principal } from '../sources/source.ts'
import { EndedSessions } from './ended-sessions.ts'
import { seal, unseal } from './seal.ts'
import type { SessionKey, SessionRows } from './session-rows.ts'

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
 * Where the rows cannot be read or written, it rejects with an error that `isStorageFailure` knows. Ending a session
 * does not depend on them: it takes effect at once, and the row is deleted when possible.
 */
export interface Sessions {
  /** An account has at most 20: the oldest go. @returns the cookie's value, which is kept nowhere else. */
  open(principal: Principal): Promise<string>
  /** @returns null for a token that was never given out, was tampered with, or has ended. */
  find(token: string): Promise<OpenSession | null>
  /** Counts as input: the idle time starts again. @returns as `find`. */
  touch(token: string): Promise<OpenSession | null>
  /** Ends it, even where the rows fail. */
  end(token: string): Promise<void>
  /** As `end`, and also ends those of the same user that are no younger: they hold no newer password. */
  endSame(token: string): Promise<void>
  /** The number that have not ended. */
  count(): Promise<number>
  /** Whether the rows can be read. */
  isReadable(): Promise<boolean>
  close(): Promise<void>
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
  /** Closed with the sessions. */
  readonly rows: SessionRows
  readonly nowMs: () => number
  /** The host's half of the keys that prove a session and seal its credentials, 32 bytes. */
  readonly hostKey: Buffer
  /** As in `EndedSessionsOptions`. */
  readonly retryMs?: number
  /** As in `EndedSessionsOptions`. */
  readonly maxWaiting?: number
}

class StoredSessions implements Sessions {
  readonly #rows: SessionRows
  readonly #ended: EndedSessions
  readonly #nowMs: () => number
  readonly #hostKey: Buffer

  constructor({ rows, nowMs, hostKey, retryMs = RETRY_MS, maxWaiting = MAX_WAITING }: SessionOptions) {
    this.#rows = rows
    const endable = {
      has: async (session: SessionKey) => (await this.#row(session)) !== null,
      remove: (sessions: readonly SessionKey[]) => rows.remove(sessions),
    }
    this.#ended = new EndedSessions(endable, { retryMs, maxWaiting })
    this.#nowMs = nowMs
    this.#hostKey = hostKey
  }

  async open({ username, account, stamp, credentials }: Principal): Promise<string> {
    const openedMs = this.#nowMs()
    const cookieKey = randomBytes(KEY_BYTES)
    const token = Buffer.concat([idOf(cookieKey, this.#hostKey), cookieKey]).toString('base64url')
    const halves = split(token, this.#hostKey)
    if (!halves) throw new Error('a fresh session token cannot be read')
    const sealed = credentials ? seal(credentials, this.#keysOf(halves)) : null
    const times = { activeMs: openedMs, expiresMs: openedMs + ABSOLUTE_MS }
    // Sign-ins are rare, and only they add rows, so each clears away ended sessions.
    await this.#rows.add(
      halves,
      { username, account: account ?? null, stamp, sealed, ...times },
      openedMs - SESSION_IDLE_MS,
    )
    return token
  }

  async find(token: string): Promise<OpenSession | null> {
    const halves = split(token, this.#hostKey)
    return halves && this.#find(halves)
  }

  async touch(token: string): Promise<OpenSession | null> {
    const halves = split(token, this.#hostKey)
    if (!halves || !(await this.#find(halves))) return null
    await this.#rows.activate(halves.idHash, this.#nowMs())
    return this.#find(halves)
  }

  async end(token: string): Promise<void> {
    const halves = split(token, this.#hostKey)
    if (halves) await this.#ended.end(halves)
  }

  async endSame(token: string): Promise<void> {
    const halves = split(token, this.#hostKey)
    if (!halves) return
    try {
      const session = await this.#find(halves)
      if (session) await this.#rows.removeUpTo(session.username, session.expiresMs)
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      // The others end by themselves: each is checked again when it is used.
      await this.#ended.end(halves)
    }
  }

  count(): Promise<number> {
    return this.#rows.count(this.#nowMs(), this.#nowMs() - SESSION_IDLE_MS)
  }

  isReadable(): Promise<boolean> {
    return this.#rows.isReadable()
  }

  async close(): Promise<void> {
    await this.#ended.close()
    this.#rows.close()
  }

  #keysOf({ cookieKey, idHash }: Halves) {
    return { cookieKey, hostKey: this.#hostKey, rowId: idHash }
  }

  async #row({ idHash, verifier }: SessionKey) {
    const row = await this.#rows.find(idHash)
    return row && timingSafeEqual(row.verifier, verifier) ? row : null
  }

  async #find(halves: Halves): Promise<OpenSession | null> {
    const row = this.#ended.has(halves) ? null : await this.#row(halves)
    // It may have ended while its row was read.
    if (!row || this.#ended.has(halves)) return null
    const { username, stamp, expiresMs, sealed } = row
    const idleExpiresMs = Math.min(row.activeMs + SESSION_IDLE_MS, expiresMs)
    const credentials = sealed && unseal(sealed, this.#keysOf(halves))
    // Sealed credentials that do not open are damaged: the session cannot act for its user.
    if (idleExpiresMs <= this.#nowMs() || (sealed && !credentials)) {
      await this.#ended.end(halves)
      return null
    }
    return { username, stamp, credentials, idleExpiresMs, expiresMs }
  }
}

export function openSessions(options: SessionOptions): Sessions {
  return new StoredSessions(options)
}
