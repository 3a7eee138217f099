/**
 * Sessions that end. Signing out takes effect at once on this host, also while the rows cannot be written: ended
 * sessions are remembered, and their rows are deleted once that works.
 */
import { isStorageFailure } from '../files/storage-failure.ts'
import { BoundedMap } from '../platform/bounded-map.ts'
import type { SessionKey } from './session-rows.ts'

export interface EndedSessionsOptions {
  /** Ms from a failure to the next try. */
  readonly retryMs: number
  /** Sessions that may wait: as many whose row was seen, and as many others. */
  readonly maxWaiting: number
}

/** Includes the verifier: the id alone must not be enough to end a session. */
const nameOf = ({ idHash, verifier }: SessionKey): string =>
  Buffer.concat([idHash, verifier]).toString('base64')

/** The sessions' rows. Both methods reject where these fail. */
export interface EndableRows {
  /** Whether there is a row with this id and verifier. */
  has(session: SessionKey): Promise<boolean>
  /** Deletes all of them, or none. */
  remove(sessions: readonly SessionKey[]): Promise<void>
}

export class EndedSessions {
  /** Sessions whose end has begun: they have ended from the first moment on. */
  readonly #ending = new Map<string, SessionKey>()
  /** Sessions whose row was seen: no more can wait than were open. */
  readonly #seen: BoundedMap<string, SessionKey>
  /** Sessions whose row could not be looked for. They may have ended long ago, and one user may have had many. */
  readonly #unseen = new Map<string, SessionKey>()
  readonly #rows: EndableRows
  readonly #options: EndedSessionsOptions
  #timer: NodeJS.Timeout | null = null

  constructor(rows: EndableRows, options: EndedSessionsOptions) {
    this.#rows = rows
    this.#options = options
    this.#seen = new BoundedMap(options.maxWaiting)
  }

  has(session: SessionKey): boolean {
    if (this.#ending.size + this.#seen.size + this.#unseen.size === 0) return false
    const name = nameOf(session)
    return this.#ending.has(name) || this.#seen.has(name) || this.#unseen.has(name)
  }

  /**
   * Deletes its row, now or later. Where too many wait, a new unseen session is dropped, so that nobody can push out
   * those that others ended. Of the seen ones the oldest is dropped, because it ends first by itself.
   */
  async end(session: SessionKey): Promise<void> {
    const name = nameOf(session)
    this.#ending.set(name, session)
    try {
      const isThere = await this.#look(session)
      if (isThere === false) return
      if (isThere) this.#keepSeen(name, session)
      else if (this.#unseen.size < this.#options.maxWaiting) this.#unseen.set(name, session)
      // A next try is set for those that wait: failing rows are not asked more often.
      if (!this.#timer) await this.#deleteRows()
    } finally {
      // A second end of the same session may still be looking.
      if (this.#ending.get(name) === session) this.#ending.delete(name)
    }
  }

  /** Tries a last time. */
  async close(): Promise<void> {
    await this.#deleteRows()
    if (this.#timer) clearTimeout(this.#timer)
  }

  /** @returns null where it cannot be read. */
  async #look(session: SessionKey): Promise<boolean | null> {
    try {
      return await this.#rows.has(session)
    } catch (error) {
      if (isStorageFailure(error)) return null
      throw error
    }
  }

  #keepSeen(name: string, session: SessionKey): void {
    this.#unseen.delete(name)
    this.#seen.set(name, session)
  }

  async #deleteRows(): Promise<void> {
    const waiting = [...this.#seen, ...this.#unseen]
    if (waiting.length === 0) return
    try {
      await this.#rows.remove(waiting.map(([, session]) => session))
      for (const [name] of waiting) {
        this.#seen.delete(name)
        this.#unseen.delete(name)
      }
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      this.#timer ??= setTimeout(() => {
        this.#timer = null
        void this.#deleteRows().catch(() => undefined)
      }, this.#options.retryMs).unref()
    }
  }
}
