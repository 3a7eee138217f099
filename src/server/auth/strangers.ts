/** Decides whether the try of somebody who has not signed in from there before may be judged. */
import type { AttemptEntries, paceKeys } from './attempt-entries.ts'
import type { TryKeys } from './attempt-memory.ts'
import type { CountedFailure } from './failure-counts.ts'
import type { Refusals, WhyRefused } from './refusals.ts'

const PACE_RETRY_MS = 1000

/** What a stranger's try added, to be taken back. */
export interface StrangerTry {
  readonly pace: keyof typeof paceKeys
  readonly account: CountedFailure
  readonly network: CountedFailure
  readonly pair: CountedFailure
}

export class Strangers {
  readonly #refusals: Refusals

  constructor(refusals: Refusals) {
    this.#refusals = refusals
  }

  /** @throws Problem 429 for a stranger who has to wait. */
  isKnown(entries: AttemptEntries, place: TryKeys): boolean {
    if (entries.known.get(place.pair) !== null) return true
    this.#paceOf(entries, place)
    return false
  }

  /** @returns which pace the stranger takes part in. @throws Problem 429 for one who has to wait. */
  #paceOf({ accounts, networks, paces: both }: AttemptEntries, { account, network }: TryKeys) {
    this.#refuseWhile(accounts.waitMs(account), 'account')
    this.#refuseWhile(networks.waitMs(network), 'network')
    const pace = networks.count(network) === 0 ? 'clean' : 'other'
    this.#refuseWhile(both[pace].isEmpty ? PACE_RETRY_MS : 0, 'pace')
    return pace
  }

  /** Counts the try from its start. @throws Problem 429 for a stranger who has to wait. */
  count(entries: AttemptEntries, place: TryKeys): StrangerTry {
    const { accounts, networks, pairs } = entries
    const pace = this.#paceOf(entries, place)
    entries.paces[pace].take()
    return {
      pace,
      account: accounts.add(place.account),
      network: networks.add(place.network),
      pair: pairs.add(place.pair),
    }
  }

  #refuseWhile(waitMs: number, why: WhyRefused): void {
    if (waitMs > 0) throw this.#refusals.make(waitMs, why)
  }
}
