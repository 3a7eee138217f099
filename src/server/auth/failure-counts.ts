/** Counts wrong passwords for one kind of key, and computes the wait before the next try. */
import type { LedgerEntry, Ledger } from './ledger.ts'

/** Failures are forgotten one by one, each after this time. */
export const FORGET_MS = 15 * 60_000
const FIRST_DELAY_MS = 15_000
const MAX_DELAY_MS = 15 * 60_000
/** Failures beyond the limit that still count: at this number the delay is longest. */
const COUNTED_BEYOND = 6

export interface FailureCountsOptions {
  readonly ledger: Ledger
  /** The number of free failures. */
  readonly limit: number
  readonly nowMs: () => number
}

/** A failure that may be taken back. */
export interface CountedFailure {
  readonly atMs: number
  /** Time of the failure before it. */
  readonly beforeMs: number
}

export class FailureCounts {
  readonly #options: FailureCountsOptions

  constructor(options: FailureCountsOptions) {
    this.#options = options
  }

  count(key: string): number {
    const entry = this.#read(key)
    return entry ? Math.ceil((entry.untilMs - this.#options.nowMs()) / FORGET_MS) : 0
  }

  /** Whether more count than are free. Beyond that not each one adds to the wait, so not each can be taken back. */
  isBeyond(key: string): boolean {
    return this.count(key) > this.#options.limit
  }

  /** Ms until the next try may be judged. The wait doubles with each failure beyond the limit. */
  waitMs(key: string): number {
    const entry = this.#read(key)
    if (!entry) return 0
    const { limit, nowMs } = this.#options
    // Counted as of the last failure: those forgotten meanwhile do not shorten a wait.
    const beyond = Math.ceil((entry.untilMs - entry.lastMs) / FORGET_MS) - limit
    if (beyond < 0) return 0
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** beyond, MAX_DELAY_MS)
    return Math.max(0, entry.lastMs + delayMs - nowMs())
  }

  add(key: string): CountedFailure {
    const { ledger, nowMs } = this.#options
    const atMs = nowMs()
    const { untilMs, lastMs } = this.#read(key) ?? { untilMs: atMs, lastMs: 0 }
    ledger.set(key, { untilMs: Math.min(untilMs + FORGET_MS, this.#latestMs()), lastMs: atMs })
    return { atMs, beforeMs: lastMs }
  }

  /**
   * @param failures the number to forget.
   * @param counted one of them: the delay goes on from the failure before it, unless there was another meanwhile.
   */
  takeBack(key: string, failures: number, counted?: CountedFailure): void {
    const entry = this.#read(key)
    if (!entry) return
    this.#options.ledger.set(key, {
      untilMs: entry.untilMs - failures * FORGET_MS,
      lastMs: counted && entry.lastMs === counted.atMs ? counted.beforeMs : entry.lastMs,
    })
  }

  #read(key: string): LedgerEntry | null {
    const { ledger, nowMs } = this.#options
    const entry = ledger.get(key)
    if (!entry || entry.lastMs <= nowMs()) return entry
    // The clock was set back: the last failure may be as recent as now.
    const moved = { untilMs: Math.min(entry.untilMs, this.#latestMs()), lastMs: nowMs() }
    ledger.set(key, moved)
    return moved
  }

  #latestMs(): number {
    return this.#options.nowMs() + (this.#options.limit + COUNTED_BEYOND) * FORGET_MS
  }
}
