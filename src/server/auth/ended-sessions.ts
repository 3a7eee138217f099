/**
 * Sessions that ended while their file could not be written. Signing out takes effect at once: they are remembered,
 * and their rows are deleted once the disk allows it.
 */
import { isStorageFailure } from '../files/storage-failure.ts'
import { BoundedMap } from '../platform/bounded-map.ts'
import type { SessionKey } from './session-file.ts'

export interface EndedSessionsOptions {
  /** Ms from a failure to the next try. */
  readonly retryMs: number
  /** Sessions that may wait: as many whose row was seen, and as many others. */
  readonly maxWaiting: number
}

/** Includes the verifier: the id alone must not be enough to end a session. */
const nameOf = ({ idHash, verifier }: SessionKey): string =>
  Buffer.concat([idHash, verifier]).toString('base64')

/** The sessions' rows. Both methods throw where the file fails. */
export interface SessionRows {
  /** Whether there is a row with this id and verifier. */
  has(session: SessionKey): boolean
  /** Deletes all of them, or none. */
  remove(sessions: readonly SessionKey[]): void
}

export class EndedSessions {
  /** Sessions whose row was seen: no more can wait than were open. */
  readonly #seen: BoundedMap<string, SessionKey>
  /** Sessions whose row could not be looked for. They may have ended long ago, and one user may have had many. */
  readonly #unseen = new Map<string, SessionKey>()
  readonly #rows: SessionRows
  readonly #options: EndedSessionsOptions
  #timer: NodeJS.Timeout | null = null

  constructor(rows: SessionRows, options: EndedSessionsOptions) {
    this.#rows = rows
    this.#options = options
    this.#seen = new BoundedMap(options.maxWaiting)
  }

  has(session: SessionKey): boolean {
    if (this.#seen.size + this.#unseen.size === 0) return false
    const name = nameOf(session)
    return this.#seen.has(name) || this.#unseen.has(name)
  }

  /**
   * Deletes its row, now or later. Where too many wait, a new unseen session is dropped, so that nobody can push out
   * those that others ended. Of the seen ones the oldest is dropped, because it ends first by itself.
   */
  end(session: SessionKey): void {
    const isThere = this.#look(session)
    if (isThere === false) return
    const name = nameOf(session)
    if (isThere) this.#keepSeen(name, session)
    else if (this.#unseen.size < this.#options.maxWaiting) this.#unseen.set(name, session)
    // A next try is set for those that wait: a failing disk is not asked more often.
    if (!this.#timer) this.#deleteRows()
  }

  /** Tries a last time. */
  close(): void {
    this.#deleteRows()
    if (this.#timer) clearTimeout(this.#timer)
  }

  /** @returns null where it cannot be read. */
  #look(session: SessionKey): boolean | null {
    try {
      return this.#rows.has(session)
    } catch (error) {
      if (isStorageFailure(error)) return null
      throw error
    }
  }

  #keepSeen(name: string, session: SessionKey): void {
    this.#unseen.delete(name)
    this.#seen.set(name, session)
  }

  #deleteRows(): void {
    const waiting = [...this.#seen.values(), ...this.#unseen.values()]
    if (waiting.length === 0) return
    try {
      this.#rows.remove(waiting)
      this.#seen.clear()
      this.#unseen.clear()
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      this.#timer ??= setTimeout(() => {
        this.#timer = null
        this.#deleteRows()
      }, this.#options.retryMs).unref()
    }
  }
}
