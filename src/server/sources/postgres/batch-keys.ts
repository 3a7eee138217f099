/** Gives the recordings of a batch their keys. Belongs in the transaction of the one writer. */
import type { ClientBase } from 'pg'
import { firstKey, SEQUENCES } from '../archive/key.ts'
import type { NewRecording } from '../archive/new-recording.ts'
import { clause, query } from './statements.ts'

/** A recording with its place in the file. */
export interface Held {
  readonly recording: NewRecording
  readonly place: string
}

export interface Keyed {
  readonly recording: NewRecording
  readonly key: bigint
  /** The key in the archive, or null for a new recording. */
  readonly oldKey: bigint | null
}

/** A recording of the batch before it has a key. */
interface Keyless {
  readonly held: Held
  readonly oldKey: bigint | null
  /** Whether it keeps the old key, because it keeps its start. */
  readonly stays: boolean
}

/** @param ids in small letters. @returns the keys of those that the archive has. */
export async function knownKeys(
  client: ClientBase,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, bigint>> {
  const sql = 'SELECT id::text, key FROM recording_ids WHERE id = ANY (?::uuid[])'
  const rows = await query<{ id: string; key: bigint }>(client, clause(sql, `{${[...ids].join(',')}}`))
  return new Map(rows.map(({ id, key }) => [id, key]))
}

/** In the order of the keys that they get: by start, and those of one ms in the order of the file. */
function inOrder(held: ReadonlyMap<string, Held>, known: ReadonlyMap<string, bigint>): Keyless[] {
  const rows: Keyless[] = []
  for (const [id, one] of held) {
    const oldKey = known.get(id) ?? null
    const stays = oldKey !== null && Number(oldKey >> 15n) === one.recording.startMs
    rows.push({ held: one, oldKey, stays })
  }
  return rows.toSorted((a, b) => a.held.recording.startMs - b.held.recording.startMs)
}

/** @param rows in order. @returns the last key of each of their ms that has any in the tables. */
async function lastKeys(
  client: ClientBase,
  tables: readonly string[],
  rows: readonly Keyless[],
): Promise<ReadonlyMap<number, bigint>> {
  const starts: number[] = []
  for (const { held, stays } of rows)
    if (!stays && held.recording.startMs !== starts.at(-1)) starts.push(held.recording.startMs)
  const [first, last] = [starts[0], starts.at(-1)]
  if (first === undefined || last === undefined) return new Map()
  const bounds = `key >= ${firstKey(first)} AND key < ${firstKey(last + 1)}`
  const parts = tables.map((table) => `SELECT key FROM ${table} WHERE ${bounds}`)
  const { rows: taken } = await client.query<{ startMs: number; last: bigint }>(
    `SELECT start_ms::float8 AS "startMs", max(key) AS last FROM (${parts.join(' UNION ALL ')}) AS others
      JOIN unnest($1::bigint[]) AS start_ms ON start_ms = key >> 15 GROUP BY start_ms`,
    [`{${starts.join(',')}}`],
  )
  return new Map(taken.map((row) => [row.startMs, row.last]))
}

/**
 * A recording that is new or moves follows those of the archive that start in the same ms, without a gap, because a ms
 * has only so many keys.
 * @param known the keys of those that the archive has.
 * @param tables all that hold recordings.
 * @returns those that have a key, in its order, and those for which their ms has none left, in the order of the file.
 */
export async function keyBatch(
  client: ClientBase,
  held: ReadonlyMap<string, Held>,
  known: ReadonlyMap<string, bigint>,
  tables: readonly string[],
): Promise<{ readonly keyed: readonly Keyed[]; readonly refused: readonly Held[] }> {
  const rows = inOrder(held, known)
  const last = await lastKeys(client, tables, rows)
  const keyed: Keyed[] = []
  const refused = new Set<Held>()
  let atMs = Number.NaN
  let next = 0n
  let end = 0n
  for (const { held: one, oldKey, stays } of rows) {
    const { recording } = one
    if (stays && oldKey !== null) {
      keyed.push({ recording, key: oldKey, oldKey })
      continue
    }
    if (recording.startMs !== atMs) {
      atMs = recording.startMs
      const before = last.get(atMs)
      next = before === undefined ? firstKey(atMs) : before + 1n
      end = firstKey(atMs) + BigInt(SEQUENCES)
    }
    if (next < end) keyed.push({ recording, key: next, oldKey })
    else refused.add(one)
    next += 1n
  }
  return { keyed, refused: refused.size === 0 ? [] : [...held.values()].filter((one) => refused.has(one)) }
}
