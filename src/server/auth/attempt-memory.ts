/** What the throttle knows of past tries: wrong ones by account, network and both, and who has signed in where. */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { accountName } from '../sources/account-name.ts'
import { AttemptsFile } from './attempts-file.ts'
import { FailureCounts } from './failure-counts.ts'
import { kinds, Ledger, type Entry, type Keeper, type Kind } from './ledger.ts'
import { networkOf } from './network.ts'

/** A network may fail so many times as often as an account: a whole office can stand behind one address. */
export const NETWORK_MULTIPLE = 10
/** How long a user stays known where they signed in. */
export const KNOWN_MS = 90 * 24 * 60 * 60_000

const MAX_ENTRIES = 10_000
const MAX_KNOWN = 50_000

export interface AttemptMemoryOptions {
  /** Wrong passwords of one account that are free; the other limits follow from it. */
  readonly failures: number
  readonly nowMs: () => number
  /** Where it is kept over a restart, and the host's key, which names are masked with. Null keeps it in memory. */
  readonly kept: { readonly file: string; readonly hostKey: Buffer; readonly saveMs?: number } | null
  /** Told once for each time that the file cannot be used. */
  readonly report: (error: unknown) => void
}

/** The keys of one try. */
export interface Place {
  readonly account: string
  readonly network: string
  /** The account in this network. */
  readonly pair: string
}

export class AttemptMemory {
  readonly accounts: FailureCounts
  readonly networks: FailureCounts
  readonly pairs: FailureCounts
  readonly #nowMs: () => number
  readonly #known: Ledger
  readonly #key: Buffer
  readonly #file: AttemptsFile | null

  constructor({ failures, nowMs, kept, report }: AttemptMemoryOptions) {
    const ledgers = new Map<Kind, Ledger>()
    const restore = (kind: Kind, key: string, entry: Entry): boolean =>
      ledgers.get(kind)?.restore(key, entry) ?? false
    this.#file = kept ? new AttemptsFile({ ...kept, restore, report }) : null
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
    this.#nowMs = nowMs
    this.#key = Buffer.from(hkdfSync('sha256', kept?.hostKey ?? randomBytes(32), '', 'sign-in attempts', 32))
    this.#file?.open()
  }

  /** Whether it is in its file. */
  get isKept(): boolean {
    return this.#file?.isKept ?? false
  }

  /** Names and addresses go into nothing but keyed digests: the file tells nobody who signs in from where. */
  placeOf(username: string, address: string): Place {
    const account = accountName(username)
    const network = networkOf(address)
    const mask = (...parts: string[]): string =>
      createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
    return { account: mask('a', account), network: mask('n', network), pair: mask('p', account, network) }
  }

  isKnown({ pair }: Place): boolean {
    return this.#known.get(pair) !== null
  }

  remember({ pair }: Place): void {
    const lastMs = this.#nowMs()
    this.#known.set(pair, { untilMs: lastMs + KNOWN_MS, lastMs })
  }

  close(): void {
    this.#file?.close()
  }
}
