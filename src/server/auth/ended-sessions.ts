/**
 * Sessions that have ended while their file could not be written. Signing out holds at once: they are kept in mind, and
 * their rows are deleted when the disk lets it.
 */
import { isStorageFailure } from '../files/storage-failure.ts'
import type { SessionKey } from './session-file.ts'

export interface EndedSessionsOptions {
  /** How long after a failure the rows are tried again, ms. */
  readonly retryMs: number
  /** How many wait at most, of those whose row was seen and again of the others. */
  readonly maxWaiting: number
}

/** With the verifier: nobody ends a session of which they know the id alone. */
const nameOf = ({ idHash, verifier }: SessionKey): string =>
  Buffer.concat([idHash, verifier]).toString('base64')

/** The sessions' rows. Both throw where the file fails. */
export interface SessionRows {
  /** Whether there is a row with this id and verifier. */
  has(session: SessionKey): boolean
  /** Deletes all of them, or none. */
  remove(sessions: readonly SessionKey[]): void
}

export class EndedSessions {
  /** Their rows are there: no more of them can wait than sessions were open. */
  readonly #seen = new Map<string, SessionKey>()
  /** Their rows could not be looked for. They may have ended long ago, and one person may have had many. */
  readonly #unseen = new Map<string, SessionKey>()
  readonly #rows: SessionRows
  readonly #options: EndedSessionsOptions
  #timer: NodeJS.Timeout | null = null

  constructor(rows: SessionRows, options: EndedSessionsOptions) {
    this.#rows = rows
    this.#options = options
  }

  has(session: SessionKey): boolean {
    if (this.#seen.size + this.#unseen.size === 0) return false
    const name = nameOf(session)
    return this.#seen.has(name) || this.#unseen.has(name)
  }

  /**
   * Deletes its row, now or later. Where too many wait, one that was not seen is not kept, and those before it are:
   * nobody pushes out what others have ended. Of those that were seen the oldest is forgotten, which ends first by itself.
   */
  end(session: SessionKey): void {
    const isThere = this.#look(session)
    if (isThere === false) return
    const name = nameOf(session)
    if (isThere) this.#keepSeen(name, session)
    else if (this.#unseen.size < this.#options.maxWaiting) this.#unseen.set(name, session)
    // Those that wait already have their next try: a failing disk is not asked more often for it.
    if (!this.#timer) this.#deleteRows()
  }

  /** Tries for the last time. */
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
    this.#seen.delete(name)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size >= this.#options.maxWaiting && oldest !== undefined) this.#seen.delete(oldest)
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
