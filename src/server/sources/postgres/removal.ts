/** Removes recordings for good, with the audio that only they used. Preserved recordings (legal hold) always stay. */
import type { ClientBase } from 'pg'
import type { Search } from '../../../contract/search.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { removeAudio } from '../archive/audio-files.ts'
import type { MatchCounts, RemovedCounts } from '../archive/matching.ts'
import { operator } from '../archive/matching.ts'
import { inTransaction } from './connecting.ts'
import { existingMonths } from './months.ts'
import { clause, sqlJoin, query, queryOne, type SqlClause } from './statements.ts'
import { conditionOf, resolve } from './where.ts'
import { holdWriting } from './writing.ts'

async function countWhere(client: ClientBase, condition: SqlClause): Promise<MatchCounts> {
  const counted = clause(
    'SELECT count(*)::float8 AS total, count(preserver_id)::float8 AS preserved FROM recordings WHERE',
  )
  const row = await queryOne<MatchCounts>(client, sqlJoin([counted, condition], ' '))
  return row ?? { total: 0, preserved: 0 }
}

const conditionFor = async (client: ClientBase, search: Search): Promise<SqlClause> =>
  conditionOf(await resolve(client, { search, viewer: operator }), 'indexed')

/** How many recordings match, and how many of them somebody preserves. */
export async function countForRemoval(client: ClientBase, search: Search): Promise<MatchCounts> {
  return countWhere(client, await conditionFor(client, search))
}

/**
 * Drops the partitions whose recordings all match: a period alone narrows the search, and nobody preserves one of them.
 * @returns how many recordings went with them.
 */
async function dropWholeMonths(client: ClientBase, search: Search, condition: SqlClause): Promise<number> {
  const isByStart = Object.keys(search).every((name) => name === 'startTime')
  if (!isByStart) return 0
  let dropped = 0
  for (const name of await existingMonths(client)) {
    const facts = await queryOne<{ all: number; matching: number; preserved: number }>(
      client,
      sqlJoin(
        [
          clause('SELECT count(*)::float8 AS "all", count(*) FILTER (WHERE'),
          condition,
          clause(
            `)::float8 AS matching, count(preserver_id)::float8 AS preserved FROM ${name} AS recordings`,
          ),
        ],
        ' ',
      ),
    )
    if (!facts || facts.all === 0 || facts.matching < facts.all || facts.preserved > 0) continue
    await dropMonth(client, name)
    dropped += facts.all
  }
  return dropped
}

async function dropMonth(client: ClientBase, name: string): Promise<void> {
  await client.query(`DELETE FROM recording_ids USING ${name} AS gone WHERE recording_ids.id = gone.id`)
  const days = `(SELECT DISTINCT day_of(key) FROM ${name})`
  await client.query(`DELETE FROM day_counts WHERE day IN ${days}`)
  await client.query(`DELETE FROM owner_counts WHERE day IN ${days}`)
  await client.query(`DROP TABLE ${name}`)
}

async function removeRows(client: ClientBase, condition: SqlClause): Promise<number> {
  const row = await queryOne<{ removed: number }>(
    client,
    sqlJoin(
      [
        clause('WITH gone AS (DELETE FROM recordings WHERE preserver_id IS NULL AND ('),
        condition,
        clause(
          `) RETURNING id), ids AS (DELETE FROM recording_ids USING gone WHERE recording_ids.id = gone.id)
          SELECT count(*)::float8 AS removed FROM gone`,
        ),
      ],
      ' ',
    ),
  )
  return row?.removed ?? 0
}

/**
 * Removes all matching recordings that nobody preserves. Months that match as a whole are dropped whole.
 * @param expected the counts that the operator agreed to, or null to accept any.
 * @throws OperatorError if the counts have changed. Nothing was removed then.
 */
export async function removeFromArchive(
  client: ClientBase,
  mediaFolder: string,
  search: Search,
  expected: MatchCounts | null,
): Promise<RemovedCounts> {
  const { removed, preserved } = await inTransaction(client, async () => {
    await holdWriting(client)
    const condition = await conditionFor(client, search)
    const found = await countWhere(client, condition)
    if (expected && (found.total !== expected.total || found.preserved !== expected.preserved)) {
      throw new OperatorError('Other recordings match than a moment ago: nothing was removed. Try again.')
    }
    const dropped = await dropWholeMonths(client, search, condition)
    return { removed: dropped + (await removeRows(client, condition)), preserved: found.preserved }
  })
  return { removed, preserved, audio: await removeUnusedAudio(client, mediaFolder) }
}

const unused = `FROM media WHERE media_id NOT IN (
  SELECT media_id FROM recordings WHERE media_id IS NOT NULL
  UNION SELECT clip_id FROM media JOIN recordings USING (media_id) WHERE clip_id IS NOT NULL)`

/**
 * Runs in its own transaction, after the removal of the recordings is committed. It keeps other writers out while it
 * deletes files, so that no import can start to use one. If it fails, the next removal deletes the rest.
 * @returns how many files were removed.
 */
function removeUnusedAudio(client: ClientBase, mediaFolder: string): Promise<number> {
  return inTransaction(client, async () => {
    await holdWriting(client)
    const files = await query<{ sha256: string }>(
      client,
      clause(`SELECT sha256 ${unused} AND clip_id IS NULL`),
    )
    for (const { sha256 } of files) removeAudio(mediaFolder, sha256)
    await client.query(`DELETE ${unused} AND clip_id IS NOT NULL`)
    await client.query(`DELETE ${unused}`)
    return files.length
  })
}
