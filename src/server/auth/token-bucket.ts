/** A pace: a number at once, and a number per second after that. It is kept as one entry of a ledger. */
import type { Ledger } from './ledger.ts'

/** Wrong passwords of strangers that are judged at once, and per second after that. */
export const PACE = { burst: 50, perSecond: 5 } as const

export interface PaceOptions {
  readonly burst: number
  readonly perSecond: number
  readonly nowMs: () => number
  /** Its entry of this key expires when the bucket is full again. */
  readonly ledger: Ledger
  readonly key: string
}

export class TokenBucket {
  readonly #options: PaceOptions
  /** How long a token takes to come back, ms. */
  readonly #tokenMs: number

  constructor(options: PaceOptions) {
    this.#options = options
    this.#tokenMs = 1000 / options.perSecond
  }

  get isEmpty(): boolean {
    return this.#missingMs() + this.#tokenMs > this.#options.burst * this.#tokenMs
  }

  /** Call it only where the bucket is not empty. */
  take(): void {
    this.#set(this.#missingMs() + this.#tokenMs)
  }

  giveBack(): void {
    this.#set(this.#missingMs() - this.#tokenMs)
  }

  /** The time until the bucket is full. A clock that was set back adds no tokens, and takes none. */
  #missingMs(): number {
    const { ledger, key, nowMs } = this.#options
    const entry = ledger.get(key)
    return entry ? entry.untilMs - Math.max(nowMs(), entry.lastMs) : 0
  }

  #set(missingMs: number): void {
    const { ledger, key, nowMs } = this.#options
    const lastMs = nowMs()
    ledger.set(key, { untilMs: lastMs + missingMs, lastMs })
  }
}
