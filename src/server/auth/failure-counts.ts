/** Wrong passwords, counted for one kind of key, and how long the next try has to wait. */
import type { LedgerEntry, Ledger } from './ledger.ts'

/** Failures are forgotten one by one, each after so long. */
export const FORGET_MS = 15 * 60_000
const FIRST_DELAY_MS = 15_000
const MAX_DELAY_MS = 15 * 60_000
/** Failures beyond the limit that still count: with so many the delay is at its longest. */
const COUNTED_BEYOND = 6

export interface FailureCountsOptions {
  readonly ledger: Ledger
  /** How many are free. */
  readonly limit: number
  readonly nowMs: () => number
}

/** A failure that may be taken back. */
export interface CountedFailure {
  readonly atMs: number
  /** When the one before it was. */
  readonly beforeMs: number
}

export class FailureCounts {
  readonly #options: FailureCountsOptions

  constructor(options: FailureCountsOptions) {
    this.#options = options
  }

  /** How many count now. */
  count(key: string): number {
    const entry = this.#read(key)
    return entry ? Math.ceil((entry.untilMs - this.#options.nowMs()) / FORGET_MS) : 0
  }

  /** Whether more count than are free. From there on not each of them adds to the wait, so not each can be taken back. */
  isBeyond(key: string): boolean {
    return this.count(key) > this.#options.limit
  }

  /** How long until the next try may be judged, ms. It doubles with each failure beyond the limit. */
  waitMs(key: string): number {
    const entry = this.#read(key)
    if (!entry) return 0
    const { limit, nowMs } = this.#options
    // As many as there were at the last one: what is forgotten meanwhile does not shorten a wait.
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
   * @param failures how many to forget.
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
    // The clock was set back since: the last failure is not known to be older than now.
    const moved = { untilMs: Math.min(entry.untilMs, this.#latestMs()), lastMs: nowMs() }
    ledger.set(key, moved)
    return moved
  }

  #latestMs(): number {
    return this.#options.nowMs() + (this.#options.limit + COUNTED_BEYOND) * FORGET_MS
  }
}
