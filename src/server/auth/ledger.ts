/** Entries by key, limited in number, and kept elsewhere too. */

/** Instants in ms since the Unix epoch. */
export interface LedgerEntry {
  /** When the entry expires. */
  readonly untilMs: number
  /** When it was last added to. */
  readonly lastMs: number
}

/** The kinds of entries. The file holds the numbers. */
export const kinds = { account: 1, network: 2, pair: 3, known: 4, try: 5, pace: 6 } as const
export type Kind = (typeof kinds)[keyof typeof kinds]

/** Keeps entries over a restart. It never throws: a failed write is tried again later. */
export interface Keeper {
  /** @param entry null forgets it. */
  save(kind: Kind, key: string, entry: LedgerEntry | null): void
}

export interface LedgerOptions {
  readonly kind: Kind
  /** Beyond it the entry that was added to longest ago is dropped. */
  readonly maxEntries: number
  readonly nowMs: () => number
  readonly keeper: Keeper
}

export class Ledger {
  readonly #options: LedgerOptions
  /** The entry that was added to longest ago comes first. */
  readonly #entries = new Map<string, LedgerEntry>()

  constructor(options: LedgerOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  /** Takes an entry of the file, unless the key is known. @returns false for one that is not worth keeping. */
  restore(key: string, entry: LedgerEntry): boolean {
    const { nowMs, maxEntries } = this.#options
    if (this.#entries.has(key)) return true
    if (entry.untilMs <= nowMs() || this.#entries.size >= maxEntries) return false
    this.#entries.set(key, entry)
    return true
  }

  get(key: string): LedgerEntry | null {
    const entry = this.#entries.get(key)
    if (!entry) return null
    if (entry.untilMs > this.#options.nowMs()) return entry
    this.#forget(key)
    return null
  }

  /** @param entry an expired one is forgotten. */
  set(key: string, entry: LedgerEntry): void {
    const { kind, keeper, nowMs, maxEntries } = this.#options
    if (entry.untilMs <= nowMs()) return this.#forget(key)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    keeper.save(kind, key, entry)
    this.#sweep(maxEntries, nowMs())
  }

  #sweep(maxEntries: number, atMs: number): void {
    for (const [key, { untilMs }] of this.#entries) {
      if (untilMs > atMs && this.#entries.size <= maxEntries) return
      this.#forget(key)
    }
  }

  #forget(key: string): void {
    if (this.#entries.delete(key)) this.#options.keeper.save(this.#options.kind, key, null)
  }
}
