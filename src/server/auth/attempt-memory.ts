/**
 * The host's memory of past tries: wrong ones by account, network and both, the networks that users signed in from,
 * and the passwords of an account that a recorder got. The throttle counts at the sign-in, the recorder's guard
 * after it.
 */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { accountName } from '../sources/account-name.ts'
import { AttemptsFile } from './attempts-file.ts'
import { FailureCounts } from './failure-counts.ts'
import { kinds, Ledger, type LedgerEntry, type Keeper, type Kind } from './ledger.ts'
import { networkOf } from './network.ts'

/** A network may fail this many times as often as an account: a whole office can share one address. */
export const NETWORK_MULTIPLE = 10
/** How long a user stays known where they signed in. */
export const KNOWN_MS = 90 * 24 * 60 * 60_000

const MAX_ENTRIES = 10_000
const MAX_KNOWN = 50_000
const MAX_TRIES = 50_000

export interface AttemptMemoryOptions {
  /** Free wrong passwords of one account; the other limits follow from it. */
  readonly failures: number
  readonly nowMs: () => number
  /** The file that keeps it over a restart, and the host's key, which masks names. Null keeps it in memory. */
  readonly kept: { readonly file: string; readonly hostKey: Buffer; readonly saveMs?: number } | null
}

/** The keys of one try. */
export interface TryKeys {
  readonly account: string
  readonly network: string
  /** The account in this network. */
  readonly pair: string
}

export class AttemptMemory {
  readonly accounts: FailureCounts
  readonly networks: FailureCounts
  readonly pairs: FailureCounts
  /** Tries of passwords at the recorder; see `keepTries`. */
  readonly tries: Ledger
  /** Free wrong passwords of one account. */
  readonly failures: number
  readonly #nowMs: () => number
  readonly #known: Ledger
  readonly #key: Buffer
  readonly #file: AttemptsFile | null

  constructor({ failures, nowMs, kept }: AttemptMemoryOptions) {
    const ledgers = new Map<Kind, Ledger>()
    const restore = (kind: Kind, key: string, entry: LedgerEntry): boolean =>
      ledgers.get(kind)?.restore(key, entry) ?? false
    this.#file = kept ? new AttemptsFile({ ...kept, restore }) : null
    const keeper: Keeper = this.#file ?? { save() {} }
    const ledger = (kind: Kind, maxEntries: number): Ledger => {
      const made = new Ledger({ kind, maxEntries, nowMs, keeper })
      ledgers.set(kind, made)
      return made
    }
    const counts = (kind: Kind, limit: number): FailureCounts =>
      new FailureCounts({ ledger: ledger(kind, MAX_ENTRIES), limit, nowMs })
    this.accounts = counts(kinds.account, failures)
    this.networks = counts(kinds.network, failures * NETWORK_MULTIPLE)
    this.pairs = counts(kinds.pair, failures)
    this.#known = ledger(kinds.known, MAX_KNOWN)
    this.tries = ledger(kinds.try, MAX_TRIES)
    this.failures = failures
    this.#nowMs = nowMs
    this.#key = Buffer.from(hkdfSync('sha256', kept?.hostKey ?? randomBytes(32), '', 'sign-in attempts', 32))
  }

  /**
   * Reads the file. Until then nothing is known of earlier runs.
   * @param report is called each time the file begins to fail.
   */
  open(report: (error: unknown) => void): void {
    this.#file?.open(report)
  }

  /** Whether there is a file, and it works. */
  get isKept(): boolean {
    return this.#file?.isKept ?? false
  }

  /** Names and addresses are kept only as keyed digests: the file does not reveal users or their networks. */
  placeOf(username: string, address: string): TryKeys {
    const network = networkOf(address)
    const pair = this.#mask('p', accountName(username), network)
    return { account: this.accountOf(username), network: this.#mask('n', network), pair }
  }

  accountOf(username: string): string {
    return this.#mask('a', accountName(username))
  }

  isKnown({ pair }: TryKeys): boolean {
    return this.#known.get(pair) !== null
  }

  remember({ pair }: TryKeys): void {
    const lastMs = this.#nowMs()
    this.#known.set(pair, { untilMs: lastMs + KNOWN_MS, lastMs })
  }

  close(): void {
    this.#file?.close()
  }

  #mask(...parts: string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
  }
}
