/** The partitions of the recordings: one for each month of UTC, by the start. */
import type { ClientBase } from 'pg'
import { firstKey } from '../archive/key.ts'
import { clause, query } from './statements.ts'

export interface Month {
  /** Of the partition's table: `recordings_2026_11`. */
  readonly name: string
  /** Keys from the first, included, to `to`, not included. */
  readonly from: bigint
  readonly to: bigint
}

/** The month of an instant, ms since the Unix epoch. `later` counts months from there. */
export function monthOf(ms: number, later = 0): Month {
  const date = new Date(ms)
  // `Date.UTC` takes the years 0 to 99 for those of the 20th century.
  const startOf = (months: number): Date => {
    const start = new Date(0)
    start.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + later + months, 1)
    return start
  }
  const start = startOf(0)
  const name = `recordings_${String(start.getUTCFullYear()).padStart(4, '0')}_${String(start.getUTCMonth() + 1).padStart(2, '0')}`
  return {
    name: name.replaceAll('-', 'b'),
    from: firstKey(start.getTime()),
    to: firstKey(startOf(1).getTime()),
  }
}

const existing = `SELECT inhrelid::regclass::text AS name FROM pg_inherits
  WHERE inhparent = 'recordings'::regclass`

/** The names of the partitions there are. */
export async function existingMonths(client: ClientBase): Promise<readonly string[]> {
  const rows = await query<{ name: string }>(client, clause(existing))
  return rows.map(({ name }) => name.replace(/^.*\./, ''))
}

const searchIndexes = `SELECT substring(pg_get_indexdef(indexrelid) FROM ' USING .*$') AS definition FROM pg_index
  WHERE indrelid = 'recordings'::regclass AND NOT indisprimary`

/** Builds the indexes of a month's table that has the primary key alone. */
export async function indexMonth(client: ClientBase, name: string): Promise<void> {
  const indexes = await query<{ definition: string }>(client, clause(searchIndexes))
  for (const { definition } of indexes) await client.query(`CREATE INDEX ON ${name}${definition}`)
}

/** Makes a table of the month a partition. Missing indexes are built, and readers do not wait. */
export async function attachMonth(client: ClientBase, { name, from, to }: Month): Promise<void> {
  await client.query(`ALTER TABLE recordings ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${to})`)
}
