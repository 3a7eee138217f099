/**
 * Stores a batch of recordings that have their keys. New ones are copied into the archive, and known ones go through a
 * staging table. Everything belongs in the transaction of the one writer.
 */
import type { ClientBase } from 'pg'
import { caseMask } from '../archive/guid.ts'
import type { NewRecording } from '../archive/new-recording.ts'
import type { Keyed } from './batch-keys.ts'
import { copyInto, type CopiedRow } from './copy-in.ts'
import type { Month } from './months.ts'
import { clause, query } from './statements.ts'

/** What a recording refers to, by id. Undefined is not given. */
export interface References {
  readonly ownerId: number | null
  /** The recording's spelling of the owner's username, if the directory's differs. */
  readonly ownerSpelling: string | null
  readonly mediaId: number | undefined
  readonly preserverId: number | null | undefined
}

type FindReferences = (recording: NewRecording) => References

const plainColumns = [
  'id',
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

/** Optional fields, which keep their old value where they are not given. */
const optionalColumns = ['media_id', 'pbx_call_id', 'preserver_id', 'note'] as const

/** The columns of `recordings`. */
const columns = ['key', ...plainColumns, ...optionalColumns]

const plainValues = (recording: NewRecording, { ownerId, ownerSpelling }: References): CopiedRow => [
  recording.id,
  caseMask(recording.id),
  recording.referenceNumber,
  recording.subMsTicks,
  recording.offsetMinutes,
  recording.startMs + recording.durationMs,
  recording.direction,
  recording.localNumber,
  recording.remoteNumber,
  ownerId,
  ownerSpelling,
]

const optionalValues = ({ pbxCallId, note }: NewRecording, { mediaId, preserverId }: References) => [
  mediaId,
  pbxCallId,
  preserverId,
  note && JSON.stringify(note),
]

/** The columns of `staging`. `given_…` says whether the optional field after it is given. */
const stagedColumns = [
  'key',
  'old_key',
  ...plainColumns,
  ...optionalColumns.flatMap((name) => [`given_${name}`, name] as const),
]

const STAGING = `CREATE TEMPORARY TABLE IF NOT EXISTS staging (
  key bigint NOT NULL,
  old_key bigint NOT NULL,
  id uuid NOT NULL,
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
  note text
) ON COMMIT DROP`

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

/** Changes those that the archive has. */
async function change(client: ClientBase, known: readonly Keyed[], refer: FindReferences): Promise<void> {
  await client.query(`${STAGING}; TRUNCATE staging`)
  function* rows(): Generator<CopiedRow> {
    for (const { recording, key, oldKey } of known) {
      const references = refer(recording)
      const optional = optionalValues(recording, references).flatMap((value) =>
        value === undefined ? ['f', null] : ['t', value],
      )
      yield [key, oldKey, ...plainValues(recording, references), ...optional]
    }
  }
  await copyInto(client, 'staging', stagedColumns, rows())
  await client.query(updateKnown)
  await client.query(updateIds)
}

/** Adds new ones to a table, in the order of their keys. */
async function add(
  client: ClientBase,
  table: string,
  added: readonly Keyed[],
  refer: FindReferences,
): Promise<void> {
  function* rows(): Generator<CopiedRow> {
    for (const { recording, key } of added) {
      const references = refer(recording)
      const optional = optionalValues(recording, references).map((value) => value ?? null)
      yield [key, ...plainValues(recording, references), ...optional]
    }
  }
  await copyInto(client, table, columns, rows())
}

/** In the order of the ids each page of the index is visited once, which halves the time. */
async function addIds(client: ClientBase, added: readonly Keyed[]): Promise<void> {
  const sql = `INSERT INTO recording_ids (id, key)
    SELECT id, key FROM unnest(?::uuid[], ?::bigint[]) AS added (id, key) ORDER BY id`
  const ids = added.map(({ recording }) => recording.id)
  const keys = added.map(({ key }) => key)
  await query(client, clause(sql, `{${ids.join(',')}}`, `{${keys.join(',')}}`))
}

/** Those for each partition that is not part of the archive yet, and all others under the archive's own table. */
function byTable(added: readonly Keyed[], fresh: readonly Month[]): ReadonlyMap<string, readonly Keyed[]> {
  const tables = new Map<string, Keyed[]>()
  let month: Month | undefined
  for (const one of added) {
    if (!month || one.key < month.from || one.key >= month.to)
      month = fresh.find(({ from, to }) => one.key >= from && one.key < to)
    const name = month?.name ?? 'recordings'
    const rows = tables.get(name)
    if (rows) rows.push(one)
    else tables.set(name, [one])
  }
  return tables
}

/**
 * Stores recordings in the order of their keys.
 * @param months those in which they start. Their partitions must have been made.
 * @param refer finds what a recording refers to.
 * @returns how many were new.
 */
export async function storeKeyed(
  client: ClientBase,
  keyed: readonly Keyed[],
  fresh: readonly Month[],
  refer: FindReferences,
): Promise<number> {
  const known = keyed.filter(({ oldKey }) => oldKey !== null)
  const added = keyed.filter(({ oldKey }) => oldKey === null)
  if (known.length > 0) await change(client, known, refer)
  for (const [table, rows] of byTable(added, fresh)) await add(client, table, rows, refer)
  if (added.length > 0) await addIds(client, added)
  return added.length
}
