/**
 * Makes guessing passwords slow. Wrong passwords are counted for each account across all networks, and for each
 * network across all accounts. Beyond a limit the next try has to wait, twice as long each time. In a network where
 * a user has signed in before, other people's failures do not count against that user; the user's wrong tries there
 * only slow further ones down. Nothing locks everybody out, but all strangers together are held to a pace.
 *
 * A refused try never reaches the source: repeated failures there would lock the account in the directory.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../contract/problems.ts'
import { createTurns, type Turns } from '../sources/turns.ts'
import type { Figures } from '../platform/figures.ts'
import type { AttemptMemory, TryKeys } from './attempt-memory.ts'
import type { CountedFailure } from './failure-counts.ts'
import { TokenBucket } from './token-bucket.ts'

/** Slowed tries of one user in one network that may wait at once. */
export const WAITING_EACH = 8
/** Wrong passwords of strangers that are judged at once, and per second after that. */
export const PACE = { burst: 50, perSecond: 5 } as const

const FIRST_SLOWDOWN_MS = 500
const MAX_SLOWDOWN_MS = 5000
const PACE_RETRY_MS = 1000

/**
 * A try that may be judged. It counts as failed from its start, so that many at once cannot slip through. It ends
 * with one of the four calls; further ones do nothing.
 */
export interface Attempt {
  /** Whether this user has signed in from this network before. */
  readonly isKnown: boolean
  /** The same for all tries that should take turns with each other. */
  readonly from: string
  /** Takes back this user's failures from this network, and remembers the user there. */
  succeeded(): void
  failed(): void
  /** The password was not judged: this attempt counts for nothing. */
  withdrawn(): void
  /** It may have been judged: it counts for the network of a stranger, who could otherwise ask without end. */
  unanswered(): void
}

export interface Throttle {
  /**
   * Waits for its turn where this user's own wrong tries are slowed.
   * @param address of the client.
   * @throws Problem 429 `too_many_attempts` with the time to wait, or the signal's reason.
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

function tooMany(retryAfterMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return new Problem({
    code: 'too_many_attempts',
    message: `Too many failed attempts. Try again in ${count} ${unit}${count === 1 ? '' : 's'}.`,
    retryAfterMs: seconds * 1000,
  })
}

/** Only the first end counts. */
function settled(attempt: Attempt): Attempt {
  let isOpen = true
  const once = (end: () => void) => (): void => {
    if (isOpen) end()
    isOpen = false
  }
  return {
    ...attempt,
    succeeded: once(attempt.succeeded),
    failed: once(attempt.failed),
    withdrawn: once(attempt.withdrawn),
    unanswered: once(attempt.unanswered),
  }
}

class Guard implements Throttle {
  readonly #memory: AttemptMemory
  readonly #failures: number
  readonly #sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly #slots: Turns
  /** Networks with wrong tries share one pace. Those without have another, which the first cannot use up. */
  readonly #paces: { readonly clean: TokenBucket; readonly other: TokenBucket }
  readonly #counts = { delayed: 0, account: 0, network: 0, pace: 0, wait: 0 }

  constructor({ memory, nowMs, report = () => {}, sleep = sleepUnreferenced }: ThrottleOptions) {
    this.#memory = memory
    this.#memory.open(report)
    this.#failures = memory.failures
    this.#sleep = sleep
    this.#slots = createTurns({
      running: Number.POSITIVE_INFINITY,
      runningEach: 1,
      waitingEach: WAITING_EACH,
      full: () => this.#refusal(MAX_SLOWDOWN_MS, 'wait'),
    })
    this.#paces = { clean: new TokenBucket({ ...PACE, nowMs }), other: new TokenBucket({ ...PACE, nowMs }) }
  }

  async begin(username: string, address: string, signal: AbortSignal): Promise<Attempt> {
    const place = this.#memory.placeOf(username, address)
    return this.#memory.isKnown(place) ? this.#beginKnown(place, signal) : this.#beginStranger(place)
  }

  figures(): Figures {
    const { delayed, account, network, pace, wait: waiting } = this.#counts
    return {
      login_delayed_total: delayed,
      login_refused_by_account_total: account,
      login_refused_by_address_total: network,
      login_refused_by_pace_total: pace,
      login_refused_by_wait_total: waiting,
      login_attempts_kept: this.#memory.isKept ? 1 : 0,
    }
  }

  close(): void {
    this.#memory.close()
  }

  #beginStranger(place: TryKeys): Attempt {
    const { accounts, networks, pairs } = this.#memory
    this.#refuseWhile(accounts.waitMs(place.account), 'account')
    this.#refuseWhile(networks.waitMs(place.network), 'network')
    const pace = networks.count(place.network) === 0 ? this.#paces.clean : this.#paces.other
    this.#refuseWhile(pace.take() ? 0 : PACE_RETRY_MS, 'pace')
    const [account, network] = [accounts.add(place.account), networks.add(place.network)]
    const pair = pairs.add(place.pair)
    const forgiveUser = (failures: number): void => {
      accounts.takeBack(place.account, failures, account)
      pairs.takeBack(place.pair, failures, pair)
    }
    const takeBack = (failures: number): void => {
      pace.giveBack()
      networks.takeBack(place.network, this.#forgivable(place, failures, 1), network)
      forgiveUser(failures)
    }
    return settled({
      isKnown: false,
      from: place.network,
      failed() {},
      withdrawn: () => takeBack(1),
      unanswered: () => forgiveUser(1),
      succeeded: () => {
        takeBack(pairs.count(place.pair))
        this.#memory.remember(place)
      },
    })
  }

  /** The account and the network count only failed tries: parallel right ones must not look like guesses. */
  async #beginKnown(place: TryKeys, signal: AbortSignal): Promise<Attempt> {
    const { accounts, networks, pairs } = this.#memory
    const counted = await this.#slot(place.pair, signal)
    const withdrawn = (): void => pairs.takeBack(place.pair, 1, counted)
    return settled({
      isKnown: true,
      from: place.pair,
      failed() {
        accounts.add(place.account)
        networks.add(place.network)
      },
      withdrawn,
      unanswered: withdrawn,
      // Failures of others for this account stay: a script that signs in every minute would clear a guesser's.
      succeeded: () => {
        const failures = pairs.count(place.pair)
        accounts.takeBack(place.account, failures - 1)
        networks.takeBack(place.network, this.#forgivable(place, failures - 1, 0))
        pairs.takeBack(place.pair, failures)
        this.#memory.remember(place)
      },
    })
  }

  /**
   * The number of a user's failures that their network forgets after a success. Beyond its limit it forgets only this
   * try: a guesser could otherwise clear failures for other accounts by signing in to an own one.
   */
  #forgivable({ network }: TryKeys, failures: number, thisTry: number): number {
    return this.#memory.networks.isBeyond(network) ? thisTry : failures
  }

  /** From the limit on, tries wait one after another, each longer than the one before. */
  async #slot(pair: string, signal: AbortSignal): Promise<CountedFailure> {
    const { pairs } = this.#memory
    if (pairs.count(pair) < this.#failures) return pairs.add(pair)
    const release = await this.#slots.enter(pair, signal)
    try {
      const beyond = pairs.count(pair) - this.#failures
      if (beyond >= 0) {
        this.#counts.delayed += 1
        await this.#sleep(Math.min(FIRST_SLOWDOWN_MS * 2 ** beyond, MAX_SLOWDOWN_MS), signal)
      }
      return pairs.add(pair)
    } finally {
      release()
    }
  }

  #refuseWhile(waitMs: number, why: 'account' | 'network' | 'pace'): void {
    if (waitMs > 0) throw this.#refusal(waitMs, why)
  }

  #refusal(waitMs: number, why: 'account' | 'network' | 'pace' | 'wait'): Problem {
    this.#counts[why] += 1
    return tooMany(waitMs)
  }
}

export function createThrottle(options: ThrottleOptions): Throttle {
  return new Guard(options)
}
