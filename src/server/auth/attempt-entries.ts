/**
 * What past tries left behind: wrong passwords by account, network and both, the networks that users signed in from,
 * the passwords of an account that a recorder got, and how many strangers were judged of late.
 */
import { FailureCounts } from './failure-counts.ts'
import { kinds, Ledger, type Keeper, type Kind, type LedgerEntry } from './ledger.ts'
import { PACE, TokenBucket } from './token-bucket.ts'

/** A network may fail this many times as often as an account: a whole office can share one address. */
export const NETWORK_MULTIPLE = 10

const MAX_ENTRIES = 10_000
const MAX_KNOWN = 50_000
const MAX_TRIES = 50_000

/** Names one entry. */
export interface AttemptKey {
  readonly kind: Kind
  readonly key: string
}

/** Networks with wrong tries share one pace. Those without have another, which the first cannot use up. */
export const paceKeys = { clean: 'clean', other: 'other' } as const

export interface AttemptEntriesOptions {
  /** Free wrong passwords of one account; the other limits follow from it. */
  readonly failures: number
  readonly nowMs: () => number
  readonly keeper: Keeper
}

export class AttemptEntries {
  readonly accounts: FailureCounts
  readonly networks: FailureCounts
  readonly pairs: FailureCounts
  /** The networks where users signed in. */
  readonly known: Ledger
  /** Tries of passwords at the recorder; see `keepTries`. */
  readonly tries: Ledger
  readonly paces: { readonly clean: TokenBucket; readonly other: TokenBucket }
  readonly #ledgers = new Map<Kind, Ledger>()

  constructor({ failures, nowMs, keeper }: AttemptEntriesOptions) {
    const ledger = (kind: Kind, maxEntries: number): Ledger => {
      const made = new Ledger({ kind, maxEntries, nowMs, keeper })
      this.#ledgers.set(kind, made)
      return made
    }
    const counts = (kind: Kind, limit: number): FailureCounts =>
      new FailureCounts({ ledger: ledger(kind, MAX_ENTRIES), limit, nowMs })
    this.accounts = counts(kinds.account, failures)
    this.networks = counts(kinds.network, failures * NETWORK_MULTIPLE)
    this.pairs = counts(kinds.pair, failures)
    this.known = ledger(kinds.known, MAX_KNOWN)
    this.tries = ledger(kinds.try, MAX_TRIES)
    const kept = ledger(kinds.pace, Object.keys(paceKeys).length)
    const pace = (key: string) => new TokenBucket({ ...PACE, nowMs, ledger: kept, key })
    this.paces = { clean: pace(paceKeys.clean), other: pace(paceKeys.other) }
  }

  /** Takes an entry that was stored, unless the key is known. @returns false for one that is not worth keeping. */
  restore(kind: Kind, key: string, entry: LedgerEntry): boolean {
    return this.#ledgers.get(kind)?.restore(key, entry) ?? false
  }
}
