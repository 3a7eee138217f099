/** Work that a change leaves for later. */
import type { ClientBase } from 'pg'
import { connect } from './connecting.ts'

/** With fewer, a second connection gains too little. */
const MONTHS_FOR_TWO = 4

async function tidy(client: ClientBase, tables: readonly string[]): Promise<void> {
  await client.query(`VACUUM (ANALYZE) ${tables.join(', ')}`).catch(() => undefined)
}

/**
 * Lets searches count by indexes alone, and the planner know the new rows. Only what was written is read again: an
 * archive may have years. The recordings are stored by now, so a failure here fails nothing. The server works for each
 * connection on one core, so a second connection takes half of many months. It ends with the first.
 * @param months the names of the partitions that were written.
 */
export async function tidyMonths(client: ClientBase, url: string, months: readonly string[]): Promise<void> {
  const others = ['recording_ids', 'day_counts', 'owner_counts']
  const second = months.length < MONTHS_FOR_TWO ? null : await connect(url).catch(() => null)
  if (!second) return tidy(client, [...months, ...others])
  const end = () => second.end().catch(() => undefined)
  client.once('end', () => void end())
  const half = Math.ceil(months.length / 2)
  await Promise.all([tidy(client, [...months.slice(half), ...others]), tidy(second, months.slice(0, half))])
  await end()
}
