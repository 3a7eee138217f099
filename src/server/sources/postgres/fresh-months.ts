/**
 * Partitions that an import makes. They get their indexes once all their rows are there, which takes a third of the
 * time of building them row by row, and become part of the archive just before the import ends, so that no reader
 * waits for it.
 */
import type { ClientBase } from 'pg'
import { attachMonth, existingMonths, type Month } from './months.ts'
import { countMonth } from './schema.ts'

export class FreshMonths {
  readonly #client: ClientBase
  readonly #fresh = new Map<string, Month>()
  #known: Set<string> | null = null

  constructor(client: ClientBase) {
    this.#client = client
  }

  /** Those that are not part of the archive yet. */
  get months(): readonly Month[] {
    return [...this.#fresh.values()]
  }

  /** Makes the partitions that are missing. */
  async make(months: Iterable<Month>): Promise<void> {
    this.#known ??= new Set(await existingMonths(this.#client))
    for (const month of months) {
      if (this.#known.has(month.name)) continue
      this.#known.add(month.name)
      this.#fresh.set(month.name, month)
      await this.#client.query(
        `CREATE TABLE ${month.name} (LIKE recordings INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (key))`,
      )
    }
  }

  /** Makes them part of the archive, and counts their recordings. */
  async attach(): Promise<void> {
    for (const month of this.#fresh.values()) {
      await attachMonth(this.#client, month)
      await countMonth(this.#client, month.name)
    }
    this.#fresh.clear()
  }
}
