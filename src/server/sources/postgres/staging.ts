/**
 * Moves recordings from a staging table into the archive, a batch at a time. Each step is one statement over the whole
 * batch. Everything belongs in the transaction of the one writer.
 */
import type { ClientBase } from 'pg'
import { SEQUENCES } from '../archive/key.ts'
import { copyInto, type CopiedRow } from './copy-in.ts'
import type { FreshMonths } from './fresh-months.ts'
import type { Month } from './months.ts'
import { clause, query, queryOne } from './statements.ts'

/** Optional fields, which keep their old value where they are not given. */
const optionalColumns = ['media_id', 'pbx_call_id', 'preserver_id', 'note'] as const

const plainColumns = [
  'id_case',
  'reference_number',
  'sub_ms_ticks',
  'offset_minutes',
  'end_ms',
  'direction',
  'local_number',
  'remote_number',
  'owner_id',
  'owner_spelling',
] as const

/** The columns of a staged row. `given_…` says whether the optional field after it is given. */
const stagedColumns = [
  'seq',
  'id',
  'start_ms',
  'key',
  ...plainColumns,
  ...optionalColumns.flatMap((name) => [`given_${name}`, name] as const),
] as const

const STAGING = `CREATE TEMPORARY TABLE staging (
  seq integer NOT NULL,
  id uuid NOT NULL,
  start_ms bigint NOT NULL,
  key bigint NOT NULL,
  id_case bigint NOT NULL,
  reference_number text NOT NULL,
  sub_ms_ticks smallint NOT NULL,
  offset_minutes smallint NOT NULL,
  end_ms bigint NOT NULL,
  direction smallint NOT NULL,
  local_number text COLLATE "C",
  remote_number text COLLATE "C",
  owner_id integer,
  owner_spelling text,
  given_media_id boolean NOT NULL,
  media_id integer,
  given_pbx_call_id boolean NOT NULL,
  pbx_call_id text,
  given_preserver_id boolean NOT NULL,
  preserver_id integer,
  given_note boolean NOT NULL,
  note text,
  old_key bigint
) ON COMMIT DROP`

/** Makes the staging table, for this transaction. */
export async function makeStaging(client: ClientBase): Promise<void> {
  await client.query(STAGING)
}

/** Copies the rows in place of those of the last batch. */
export async function stage(client: ClientBase, rows: Iterable<CopiedRow>): Promise<void> {
  await client.query('TRUNCATE staging')
  await copyInto(client, 'staging', stagedColumns, rows)
}

/** Finds which recordings are known. Those that keep their start keep their key. @returns whether there are any. */
async function findKnown(client: ClientBase): Promise<boolean> {
  const sql = `WITH known AS (
      UPDATE staging SET old_key = recording_ids.key,
        key = CASE WHEN recording_ids.key >> 15 = start_ms THEN recording_ids.key ELSE staging.key END
      FROM recording_ids WHERE recording_ids.id = staging.id RETURNING 1)
    SELECT count(*)::integer AS count FROM known`
  const row = await queryOne<{ count: number }>(client, clause(sql))
  return (row?.count ?? 0) > 0
}

/** Those that get a key. */
const given = 'staging.key IS DISTINCT FROM staging.old_key'

/**
 * Each row comes with a key that is free among the rows of its batch. Where recordings of the archive start in the same
 * ms, which is rare, its rows follow after these without a gap, because a ms has only so many keys.
 */
const followOthers = (tables: readonly string[]): string => `
WITH bounds AS MATERIALIZED (
  SELECT min(start_ms) << 15 AS low, (max(start_ms) + 1) << 15 AS high FROM staging WHERE ${given}),
taken AS MATERIALIZED (
  SELECT start_ms, max(key) AS last FROM (${tables
    .map(
      (table) => `SELECT key >> 15 AS start_ms, key FROM ${table}
      WHERE key >= (SELECT low FROM bounds) AND key < (SELECT high FROM bounds)`,
    )
    .join(' UNION ALL ')}) AS others
  WHERE start_ms IN (SELECT start_ms FROM staging WHERE ${given}) GROUP BY start_ms)
UPDATE staging SET key = next.key FROM (
  SELECT seq, taken.last + row_number() OVER (PARTITION BY start_ms ORDER BY seq) AS key
  FROM staging JOIN taken USING (start_ms) WHERE ${given}) AS next
WHERE next.seq = staging.seq`

/** Takes those out for which their ms has no sequence left. @returns their numbers in the batch. */
async function takeOut(client: ClientBase): Promise<readonly number[]> {
  const sql = `DELETE FROM staging WHERE key >= (start_ms << 15) + ${SEQUENCES} RETURNING seq`
  return (await query<{ seq: number }>(client, clause(sql))).map(({ seq }) => seq)
}

const changes = [
  ...plainColumns.map((name) => [name, `staging.${name}`] as const),
  ...optionalColumns.map(
    (name) =>
      [name, `CASE WHEN staging.given_${name} THEN staging.${name} ELSE recordings.${name} END`] as const,
  ),
]

/** Importing an archive again is common, so unchanged rows are not written again. */
const updateKnown = `
UPDATE recordings SET key = staging.key, ${changes.map(([name, value]) => `${name} = ${value}`).join(', ')}
  FROM staging WHERE recordings.key = staging.old_key AND (staging.key <> staging.old_key
    OR (${changes.map(([name]) => `recordings.${name}`).join(', ')})
      IS DISTINCT FROM (${changes.map(([, value]) => value).join(', ')}))`

const updateIds = `UPDATE recording_ids SET key = staging.key FROM staging
  WHERE recording_ids.id = staging.id AND staging.key <> staging.old_key`

const names = ['key', 'id', ...plainColumns, ...optionalColumns].join(', ')

/** Inserts the new ones within the bounds. @param bounds a condition on the key. */
const insertInto = (table: string, bounds: string): string =>
  `INSERT INTO ${table} (${names}) SELECT ${names} FROM staging WHERE old_key IS NULL AND ${bounds} ORDER BY key`

/** In the order of the ids, each page of the index is visited once, which takes half of the time. */
const insertIds = `INSERT INTO recording_ids (id, key) SELECT id, key FROM staging WHERE old_key IS NULL ORDER BY id`

export interface Merged {
  readonly added: number
  /** The numbers in the batch of those that could not be stored, because too many start in their ms. */
  readonly refused: readonly number[]
}

const within = ({ from, to }: Month): string => `key >= ${from} AND key < ${to}`

/** Inserts into each partition that is not part of the archive yet, and all others into the archive. */
async function insertNew(client: ClientBase, fresh: readonly Month[]): Promise<number> {
  let inserted = 0
  for (const month of fresh) {
    const { rowCount } = await client.query(insertInto(month.name, within(month)))
    inserted += rowCount ?? 0
  }
  const others = fresh.map((month) => `NOT (${within(month)})`)
  const { rowCount } = await client.query(insertInto('recordings', ['TRUE', ...others].join(' AND ')))
  return inserted + (rowCount ?? 0)
}

/** Stores the staged recordings. @param months those in which they start. Their partitions must have been made. */
export async function mergeStaged(
  client: ClientBase,
  fresh: FreshMonths,
  months: readonly Month[],
): Promise<Merged> {
  const hasKnown = await findKnown(client)
  // What this import has added already is changed as part of the archive.
  if (hasKnown) await fresh.attach()
  const freshHere = fresh.among(months)
  await client.query(followOthers(['recordings', ...freshHere.map(({ name }) => name)]))
  const refused = await takeOut(client)
  if (hasKnown) {
    await client.query(updateKnown)
    await client.query(updateIds)
  }
  const added = await insertNew(client, freshHere)
  await client.query(insertIds)
  return { added, refused }
}
