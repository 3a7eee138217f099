/** A pace: a number at once, and a number per second after that. */

export interface PaceOptions {
  readonly burst: number
  readonly perSecond: number
  readonly nowMs: () => number
}

export class TokenBucket {
  readonly #options: PaceOptions
  #tokens: number
  #atMs: number

  constructor(options: PaceOptions) {
    this.#options = options
    this.#tokens = options.burst
    this.#atMs = options.nowMs()
  }

  /** @returns false where the caller has to wait. */
  take(): boolean {
    const { burst, perSecond, nowMs } = this.#options
    const atMs = nowMs()
    // A clock that was set back adds no tokens, and takes none.
    const passedMs = Math.max(0, atMs - this.#atMs)
    this.#atMs = atMs
    this.#tokens = Math.min(burst, this.#tokens + (passedMs * perSecond) / 1000)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  giveBack(): void {
    this.#tokens = Math.min(this.#options.burst, this.#tokens + 1)
  }
}
