/**
 * Sessions that have ended while their file could not be written. Signing out holds at once: they are kept in mind, and
 * their rows are deleted when the disk lets it.
 */
import { isStorageFailure } from '../files/storage-failure.ts'
import type { SessionKey } from './session-file.ts'

/** Some 2 MB; beyond it the one that waits longest is forgotten. */
const MAX_WAITING = 10_000

/** With the verifier: nobody ends a session of which they know the id alone. */
const nameOf = ({ idHash, verifier }: SessionKey): string =>
  Buffer.concat([idHash, verifier]).toString('base64')

export class EndedSessions {
  readonly #waiting = new Map<string, SessionKey>()
  readonly #remove: (sessions: readonly SessionKey[]) => void
  readonly #retryMs: number
  #timer: NodeJS.Timeout | null = null

  /** @param remove deletes their rows, or throws. @param retryMs how long after a failure it is tried again. */
  constructor(remove: (sessions: readonly SessionKey[]) => void, retryMs: number) {
    this.#remove = remove
    this.#retryMs = retryMs
  }

  has(session: SessionKey): boolean {
    return this.#waiting.size > 0 && this.#waiting.has(nameOf(session))
  }

  /** Deletes its row, now or later. */
  end(session: SessionKey): void {
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size >= MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest)
    this.#waiting.set(nameOf(session), session)
    // Those that wait already have their next try: a failing disk is not asked more often for it.
    if (!this.#timer) this.#deleteRows()
  }

  /** Tries for the last time. */
  close(): void {
    this.#deleteRows()
    if (this.#timer) clearTimeout(this.#timer)
  }

  #deleteRows(): void {
    if (this.#waiting.size === 0) return
    try {
      this.#remove([...this.#waiting.values()])
      this.#waiting.clear()
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      this.#timer ??= setTimeout(() => {
        this.#timer = null
        this.#deleteRows()
      }, this.#retryMs).unref()
    }
  }
}
