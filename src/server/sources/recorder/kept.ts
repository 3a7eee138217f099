/** The listenings that are kept: within their room, and for as long as somebody may come back to them. */
import { Problem } from '../../../contract/problems.ts'
import { nobody, type Listening } from './listening.ts'

export interface KeepingLimits {
  /** All audio together; what does not fit is passed on without being kept. */
  readonly maxBytes: number
  /** How long audio is kept after the last answer from it, ms. */
  readonly idleMs: number
  /** How long unfinished audio goes on coming after everybody left, ms: players leave to come back elsewhere. */
  readonly graceMs: number
  /** How long a failure is told to whoever asks for more of the same audio, ms after its last answer. */
  readonly failureMs: number
}

export class KeptListenings {
  readonly #limits: KeepingLimits
  /** The one that was used last stands last. */
  readonly #listenings = new Map<string, Listening>()
  readonly #closing = new Set<Promise<void>>()

  constructor(limits: KeepingLimits) {
    this.#limits = limits
  }

  get(key: string): Listening | undefined {
    return this.#listenings.get(key)
  }

  /** Bytes of room that are taken. */
  get reserved(): number {
    let sum = 0
    for (const { reserved } of this.#listenings.values()) sum += reserved
    return sum
  }

  /** How many have not failed. */
  get sound(): number {
    return [...this.#listenings.values()].filter(({ failure }) => !failure).length
  }

  async close(): Promise<void> {
    for (const [key, listening] of this.#listenings) this.drop(key, listening)
    await Promise.all(this.#closing)
  }

  /** Keeps it for as long as an answer is made of it, and a while longer. */
  hold(key: string, listening: Listening, signal: AbortSignal): void {
    listening.holders += 1
    clearTimeout(listening.timer)
    this.#listenings.delete(key)
    this.#listenings.set(key, listening)
    const leave = (): void => {
      listening.holders -= 1
      this.rest(key, listening)
    }
    signal.addEventListener('abort', leave, { once: true })
  }

  /** Drops it after a while, if nobody comes back. */
  rest(key: string, listening: Listening): void {
    if (listening.holders > 0 || this.#listenings.get(key) !== listening) return
    const { idleMs, graceMs, failureMs } = this.#limits
    const keptMs = listening.isSettled ? idleMs : graceMs
    if (listening.failure) this.#empty(listening)
    clearTimeout(listening.timer)
    listening.timer = setTimeout(() => this.drop(key, listening), listening.failure ? failureMs : keptMs)
    listening.timer.unref()
  }

  /** Keeps what the recorder did wrong, for whoever is on the way to ask; anything else is forgotten. */
  fail(key: string, listening: Listening, why: unknown): void {
    const isRecorders = why instanceof Problem && why.status >= 500
    if (!isRecorders || this.#listenings.get(key) !== listening) return this.drop(key, listening)
    listening.failure = why
    this.rest(key, listening)
  }

  /** Forgets it, whatever is still made of it. */
  drop(key: string, listening: Listening): void {
    if (this.#listenings.get(key) === listening) this.#listenings.delete(key)
    clearTimeout(listening.timer)
    listening.abort.abort(nobody())
    this.#empty(listening)
  }

  #empty(listening: Listening): void {
    const closed = listening.empty()
    this.#closing.add(closed)
    void closed.then(() => this.#closing.delete(closed))
  }

  /** Makes room by what nobody listens to, the longest unheard first. */
  makeRoom(bytes: number): boolean {
    const { maxBytes } = this.#limits
    for (const [key, listening] of this.#listenings) {
      if (this.reserved + bytes <= maxBytes) return true
      if (listening.holders === 0 && listening.reserved > 0) this.drop(key, listening)
    }
    return this.reserved + bytes <= maxBytes
  }
}
