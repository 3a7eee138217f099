/**
 * The memory of past tries, which this host keeps for itself or shares with others. The throttle counts at the sign-in,
 * the recorder's guard after it. Names and addresses are kept only as keyed digests, so that the memory does not reveal
 * users or their networks.
 */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { accountName } from '../sources/account-name.ts'
import { AttemptEntries, type AttemptKey } from './attempt-entries.ts'
import { AttemptsFile } from './attempts-file.ts'
import { kinds } from './ledger.ts'
import { networkOf } from './network.ts'

/** Where the entries lie. */
export interface AttemptStore {
  /**
   * Decides by entries as they are now, without keeping anybody from changing them. It costs less than `change`.
   * @returns what `decide` does.
   * @throws as `change` does.
   */
  peek<T>(keys: readonly AttemptKey[], decide: (entries: AttemptEntries) => T): Promise<T>
  /**
   * Decides by entries and changes them, while nobody else changes those of these keys.
   * @param keys of all entries that `decide` looks at.
   * @returns what `decide` does.
   * @throws what `decide` throws; and where others share them, an error that `isStorageFailure` knows.
   */
  change<T>(keys: readonly AttemptKey[], decide: (entries: AttemptEntries) => T): Promise<T>
  /**
   * Before it, nothing is known of earlier runs.
   * @param report is called each time the store begins to fail.
   */
  open(report: (error: unknown) => void): void
  /** Whether they outlive this run, and the store works. */
  readonly isKept: boolean
  close(): void
}

export interface AttemptMemoryOptions {
  /** Free wrong passwords of one account. */
  readonly failures: number
  readonly store: AttemptStore
  /** Masks names. Hosts with one store have the same. */
  readonly hostKey: Buffer
}

/** The keys of one try. */
export interface TryKeys {
  readonly account: string
  readonly network: string
  /** The account in this network. */
  readonly pair: string
}

const keysOf = ({ account, network, pair }: TryKeys): readonly AttemptKey[] => [
  { kind: kinds.account, key: account },
  { kind: kinds.network, key: network },
  { kind: kinds.pair, key: pair },
  { kind: kinds.known, key: pair },
]

export class AttemptMemory {
  readonly failures: number
  readonly store: AttemptStore
  readonly #key: Buffer

  constructor({ failures, store, hostKey }: AttemptMemoryOptions) {
    this.failures = failures
    this.store = store
    this.#key = Buffer.from(hkdfSync('sha256', hostKey, '', 'sign-in attempts', 32))
  }

  placeOf(username: string, address: string): TryKeys {
    const network = networkOf(address)
    const pair = this.#mask('p', accountName(username), network)
    return { account: this.accountOf(username), network: this.#mask('n', network), pair }
  }

  accountOf(username: string): string {
    return this.#mask('a', accountName(username))
  }

  /** As the store's, for the entries of this place and these besides. */
  peek<T>(
    place: TryKeys,
    decide: (entries: AttemptEntries) => T,
    others: readonly AttemptKey[] = [],
  ): Promise<T> {
    return this.store.peek([...keysOf(place), ...others], decide)
  }

  /** As the store's, for the entries of this place and these besides. */
  change<T>(
    place: TryKeys,
    decide: (entries: AttemptEntries) => T,
    others: readonly AttemptKey[] = [],
  ): Promise<T> {
    return this.store.change([...keysOf(place), ...others], decide)
  }

  #mask(...parts: string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
  }
}

export interface OwnAttemptsOptions extends Pick<AttemptMemoryOptions, 'failures'> {
  readonly nowMs: () => number
  /** The file that keeps it over a restart, and the host's key. Null keeps it in memory. */
  readonly kept: { readonly file: string; readonly hostKey: Buffer; readonly saveMs?: number } | null
}

/** The memory of a host that shares it with no other. Each decision is made at once. */
export function ownAttempts({ failures, nowMs, kept }: OwnAttemptsOptions): AttemptMemory {
  const file: AttemptsFile | null = kept
    ? new AttemptsFile({ ...kept, restore: (kind, key, entry) => entries.restore(kind, key, entry) })
    : null
  const entries = new AttemptEntries({ failures, nowMs, keeper: file ?? { save() {} } })
  const store: AttemptStore = {
    peek: async (_, decide) => decide(entries),
    change: async (_, decide) => decide(entries),
    open: (report) => file?.open(report),
    get isKept() {
      return file?.isKept ?? false
    },
    close: () => file?.close(),
  }
  return new AttemptMemory({ failures, store, hostKey: kept?.hostKey ?? randomBytes(32) })
}
