/** Work that a change leaves for later. */
import type { ClientBase } from 'pg'

/**
 * Lets searches count by indexes alone, and the planner know the new rows. Only what was written is read again: an
 * archive may have years. The recordings are stored by now, so a failure here fails nothing.
 * @param months the names of the partitions that were written.
 */
export async function tidyMonths(client: ClientBase, months: readonly string[]): Promise<void> {
  const tables = [...months, 'recording_ids', 'day_counts', 'owner_counts']
  await client.query(`VACUUM (ANALYZE) ${tables.join(', ')}`).catch(() => undefined)
}
