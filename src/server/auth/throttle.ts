/**
 * Makes guessing passwords slow. Wrong passwords are counted for each account across all networks, and for each
 * network across all accounts. Beyond a limit the next try has to wait, twice as long each time. In a network where
 * a user has signed in before, other people's failures do not count against that user; the user's wrong tries there
 * only slow further ones down. Nothing locks everybody out, but all strangers together are held to a pace.
 *
 * A refused try never reaches the source: repeated failures there would lock the account in the directory.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { createTurns, type Turns } from '../sources/turns.ts'
import type { Figures } from '../platform/figures.ts'
import { endingOnce, type Attempt } from './attempt.ts'
import { Refusals } from './refusals.ts'
import { Strangers } from './strangers.ts'
import { paceKeys, type AttemptEntries, type AttemptKey } from './attempt-entries.ts'
import type { AttemptMemory, TryKeys } from './attempt-memory.ts'
import type { CountedFailure } from './failure-counts.ts'
import { kinds } from './ledger.ts'

/** Slowed tries of one user in one network that may wait at once. */
export const WAITING_EACH = 8
/** How long a user stays known where they signed in. */
export const KNOWN_MS = 90 * 24 * 60 * 60_000

const FIRST_SLOWDOWN_MS = 500
const MAX_SLOWDOWN_MS = 5000

export interface Throttle {
  /**
   * Waits for its turn where this user's own wrong tries are slowed.
   * @param address of the client.
   * @throws Problem 429 `too_many_attempts` with the time to wait, 503 where the memory cannot be read, or the signal's
   * reason.
   */
  begin(username: string, address: string, signal: AbortSignal): Promise<Attempt>
  /** Figures for the host's metrics, by their names. */
  figures(): Figures
  close(): void
}

export interface ThrottleOptions {
  /** Opened here, and closed with the throttle. */
  readonly memory: AttemptMemory
  readonly nowMs: () => number
  /** Called once each time that the memory can no longer be kept. */
  readonly report?: (error: unknown) => void
  /** Rejects once the signal aborts. */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

const sleepUnreferenced = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal, ref: false })

type Decide<T> = (entries: AttemptEntries) => T

const paces: readonly AttemptKey[] = Object.values(paceKeys).map((key) => ({ kind: kinds.pace, key }))

/**
 * The number of a user's failures that their network forgets after a success. Beyond its limit it forgets only this
 * try: a guesser could otherwise clear failures for other accounts by signing in to an own one.
 */
const forgivable = ({ networks }: AttemptEntries, network: string, failures: number, thisTry: number) =>
  networks.isBeyond(network) ? thisTry : failures

class Guard implements Throttle {
  readonly #memory: AttemptMemory
  readonly #nowMs: () => number
  readonly #report: (error: unknown) => void
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly #slots: Turns
  readonly #refusals = new Refusals()
  readonly #strangers = new Strangers(this.#refusals)
  #delayed = 0

  constructor({ memory, nowMs, report = () => {}, sleep = sleepUnreferenced }: ThrottleOptions) {
    this.#memory = memory
    this.#memory.store.open(report)
    this.#nowMs = nowMs
    this.#report = report
    this.#sleep = sleep
    this.#slots = createTurns({
      running: Number.POSITIVE_INFINITY,
      runningEach: 1,
      waitingEach: WAITING_EACH,
      full: () => this.#refusals.make(MAX_SLOWDOWN_MS, 'wait'),
    })
  }

  begin(username: string, address: string, signal: AbortSignal): Promise<Attempt> {
    return this.#refusals.counted(() => this.#begin(username, address, signal))
  }

  async #begin(username: string, address: string, signal: AbortSignal): Promise<Attempt> {
    const place = this.#memory.placeOf(username, address)
    // Most guesses are refused here: a flood of them keeps nobody from the entries.
    const isKnown = await this.#memory.peek(
      place,
      (entries) => this.#strangers.isKnown(entries, place),
      paces,
    )
    return isKnown ? this.#beginKnown(place, signal) : this.#beginStranger(place)
  }

  figures(): Figures {
    const { account, network, pace, wait: waiting } = this.#refusals.counts
    return {
      login_delayed_total: this.#delayed,
      login_refused_by_account_total: account,
      login_refused_by_address_total: network,
      login_refused_by_pace_total: pace,
      login_refused_by_wait_total: waiting,
      login_attempts_kept: this.#memory.store.isKept ? 1 : 0,
    }
  }

  close(): void {
    this.#memory.store.close()
  }

  async #beginStranger(place: TryKeys): Promise<Attempt> {
    const counted = await this.#memory.change(
      place,
      (entries) => this.#strangers.count(entries, place),
      paces,
    )
    const forgiveUser = ({ accounts, pairs }: AttemptEntries, failures: number): void => {
      accounts.takeBack(place.account, failures, counted.account)
      pairs.takeBack(place.pair, failures, counted.pair)
    }
    const takeBack = (entries: AttemptEntries, failures: number): void => {
      entries.paces[counted.pace].giveBack()
      const forgotten = forgivable(entries, place.network, failures, 1)
      entries.networks.takeBack(place.network, forgotten, counted.network)
      forgiveUser(entries, failures)
    }
    return endingOnce({
      isKnown: false,
      from: place.network,
      async failed() {},
      withdrawn: () => this.#end(place, (entries) => takeBack(entries, 1), paces),
      unanswered: () => this.#end(place, (entries) => forgiveUser(entries, 1)),
      succeeded: () =>
        this.#end(
          place,
          (entries) => {
            takeBack(entries, entries.pairs.count(place.pair))
            this.#remember(entries, place)
          },
          paces,
        ),
    })
  }

  /** The account and the network count only failed tries: parallel right ones must not look like guesses. */
  async #beginKnown(place: TryKeys, signal: AbortSignal): Promise<Attempt> {
    const counted = await this.#slot(place, signal)
    const withdrawn = (): Promise<void> =>
      this.#end(place, ({ pairs }) => pairs.takeBack(place.pair, 1, counted))
    return endingOnce({
      isKnown: true,
      from: place.pair,
      failed: () =>
        this.#end(place, ({ accounts, networks }) => {
          accounts.add(place.account)
          networks.add(place.network)
        }),
      withdrawn,
      unanswered: withdrawn,
      // Failures of others for this account stay: a script that signs in every minute would clear a guesser's.
      succeeded: () =>
        this.#end(place, (entries) => {
          const failures = entries.pairs.count(place.pair)
          entries.accounts.takeBack(place.account, failures - 1)
          entries.networks.takeBack(place.network, forgivable(entries, place.network, failures - 1, 0))
          entries.pairs.takeBack(place.pair, failures)
          this.#remember(entries, place)
        }),
    })
  }

  /** From the limit on, tries wait one after another, each longer than the one before. */
  async #slot(place: TryKeys, signal: AbortSignal): Promise<CountedFailure> {
    const { failures } = this.#memory
    const change = <T>(decide: Decide<T>): Promise<T> => this.#memory.change(place, decide)
    const free = await change(({ pairs }) => pairs.count(place.pair) < failures && pairs.add(place.pair))
    if (free) return free
    const release = await this.#slots.enter(place.pair, signal)
    try {
      const beyond = (await change(({ pairs }) => pairs.count(place.pair))) - failures
      if (beyond >= 0) {
        this.#delayed += 1
        await this.#sleep(Math.min(FIRST_SLOWDOWN_MS * 2 ** beyond, MAX_SLOWDOWN_MS), signal)
      }
      return await change(({ pairs }) => pairs.add(place.pair))
    } finally {
      release()
    }
  }

  #remember({ known }: AttemptEntries, { pair }: TryKeys): void {
    const lastMs = this.#nowMs()
    known.set(pair, { untilMs: lastMs + KNOWN_MS, lastMs })
  }

  async #end(place: TryKeys, decide: Decide<void>, others?: readonly AttemptKey[]): Promise<void> {
    await this.#memory.change(place, decide, others).catch(this.#report)
  }
}

export function createThrottle(options: ThrottleOptions): Throttle {
  return new Guard(options)
}
