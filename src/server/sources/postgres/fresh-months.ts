/**
 * Partitions that an import makes. They get their indexes once their rows are there, which takes a third of the time of
 * building them row by row, and become part of the archive just before the import ends, so that no reader waits for it.
 */
import type { ClientBase } from 'pg'
import { OperatorError } from '../../platform/operator-error.ts'
import { attachMonth, existingMonths, indexMonth, type Month } from './months.ts'
import { countMonth } from './schema.ts'

/** More than 30 years. Each search asks all partitions, so dates that are only mistyped must not make many. */
const MOST_MONTHS = 400

/**
 * A month that so many batches have not written is probably complete: most files are in the order of time. Its indexes
 * are built while the next batch is read.
 */
const QUIET_BATCHES = 2

const tooManyMonths = ({ name }: Month): OperatorError =>
  new OperatorError(
    `The recordings begin in more than ${MOST_MONTHS} months that the archive does not have, the last one ${name.slice('recordings_'.length).replace('_', '-')}. ` +
      'Check that startTime is a real time, or import them in parts.',
  )

export class FreshMonths {
  readonly #client: ClientBase
  readonly #fresh = new Map<string, Month>()
  /** How many batches in a row have not written each month that has no indexes yet. */
  readonly #quiet = new Map<string, number>()
  #known: Set<string> | null = null
  #made = 0
  /** The names of the partitions that were written. */
  readonly written = new Set<string>()

  constructor(client: ClientBase) {
    this.#client = client
  }

  /** Those that are not part of the archive yet. */
  among(months: readonly Month[]): readonly Month[] {
    return months.filter(({ name }) => this.#fresh.has(name))
  }

  /**
   * Makes the partitions that are missing.
   * @throws OperatorError if these are too many to be meant.
   */
  async make(months: readonly Month[]): Promise<void> {
    this.#known ??= new Set(await existingMonths(this.#client))
    for (const month of months) {
      this.written.add(month.name)
      if (this.#known.has(month.name)) continue
      this.#made += 1
      if (this.#made > MOST_MONTHS) throw tooManyMonths(month)
      this.#known.add(month.name)
      this.#fresh.set(month.name, month)
      this.#quiet.set(month.name, 0)
      await this.#client.query(
        `CREATE TABLE ${month.name} (LIKE recordings INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (key))`,
      )
    }
  }

  /** Builds the indexes of those that are probably complete. Call it after each batch. @param written its months. */
  async indexQuiet(written: readonly Month[]): Promise<void> {
    const busy = new Set(written.map(({ name }) => name))
    for (const [name, batches] of this.#quiet) {
      const now = busy.has(name) ? 0 : batches + 1
      this.#quiet.set(name, now)
      if (now < QUIET_BATCHES) continue
      this.#quiet.delete(name)
      await indexMonth(this.#client, name)
    }
  }

  /** Makes them part of the archive, and counts their recordings. */
  async attach(): Promise<void> {
    for (const month of this.#fresh.values()) {
      await attachMonth(this.#client, month)
      await countMonth(this.#client, month.name)
    }
    this.#fresh.clear()
    this.#quiet.clear()
  }
}
