/** The listenings that are kept: within their room, and for as long as somebody may come back to them. */
import type { Credentials } from '../source.ts'
import { Listening, type KeepingTimes } from './listening.ts'

export interface KeepingLimits extends KeepingTimes {
  /** For all audio together. What does not fit is passed on, and is not kept. */
  readonly maxBytes: number
}

export class KeptListenings {
  readonly #limits: KeepingLimits
  /** The most recently used is last. */
  readonly #listenings = new Map<string, Listening>()
  readonly #closing = new Set<Promise<unknown>>()

  constructor(limits: KeepingLimits) {
    this.#limits = limits
  }

  get(key: string): Listening | undefined {
    return this.#listenings.get(key)
  }

  /** @returns the one under the key, or a new one; it counts as used now. */
  use(key: string, id: string, credentials: Credentials): Listening {
    const listening = this.#listenings.get(key) ?? this.#create(key, id, credentials)
    this.#listenings.delete(key)
    this.#listenings.set(key, listening)
    return listening
  }

  /** Bytes of room that are taken. */
  get reserved(): number {
    let sum = 0
    for (const { bytes } of this.#listenings.values()) sum += bytes
    return sum
  }

  /** How many have not failed. */
  get sound(): number {
    return [...this.#listenings.values()].filter(({ failure }) => !failure).length
  }

  /** Ends what nobody listens to, the longest unheard first, to make room. @returns whether there is room now. */
  makeRoom(bytes: number): boolean {
    const { maxBytes } = this.#limits
    for (const listening of this.#listenings.values()) {
      if (this.reserved + bytes <= maxBytes) return true
      if (!listening.isHeard && listening.bytes > 0) listening.end()
    }
    return this.reserved + bytes <= maxBytes
  }

  /** Ends all of them, and resolves once their files are closed. */
  async close(): Promise<void> {
    for (const listening of this.#listenings.values()) listening.end()
    await Promise.all(this.#closing)
  }

  #create(key: string, id: string, credentials: Credentials): Listening {
    const onEnd = (): void => {
      this.#listenings.delete(key)
      const { closed } = listening
      this.#closing.add(closed)
      void closed.then(() => this.#closing.delete(closed))
    }
    const listening = new Listening({ id, credentials, times: this.#limits, onEnd })
    return listening
  }
}
