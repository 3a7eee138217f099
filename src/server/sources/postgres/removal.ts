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
import { holdWriting, isLockMissed } from './writing.ts'

/** How long a removal waits for those who read, ms. New searches wait behind it. */
const DROP_WAIT_MS = 2000

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

/** The months whose recordings all match, of which nobody preserves one. They can be dropped as a whole. */
async function wholeMonths(client: ClientBase, condition: SqlClause): Promise<Map<string, number>> {
  const whole = new Map<string, number>()
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
    if (facts && facts.all > 0 && facts.matching === facts.all && facts.preserved === 0)
      whole.set(name, facts.all)
  }
  return whole
}

/** Takes what belongs to the recordings of a partition. */
async function emptyAround(client: ClientBase, name: string): Promise<void> {
  await client.query(`DELETE FROM recording_ids USING ${name} AS gone WHERE recording_ids.id = gone.id`)
  const days = `(SELECT DISTINCT day_of(key) FROM ${name})`
  await client.query(`DELETE FROM day_counts WHERE day IN ${days}`)
  await client.query(`DELETE FROM owner_counts WHERE day IN ${days}`)
}

/**
 * Drops the partitions, unless somebody reads for long. All searches wait for this, so it comes last in its transaction.
 * @returns whether they were dropped.
 */
async function dropMonths(client: ClientBase, names: readonly string[]): Promise<boolean> {
  await client.query('SAVEPOINT dropping')
  try {
    for (const name of names) await emptyAround(client, name)
    await client.query(`SET LOCAL lock_timeout = ${DROP_WAIT_MS}`)
    await client.query(`DROP TABLE ${names.join(', ')}`)
    return true
  } catch (error) {
    if (!isLockMissed(error)) throw error
    await client.query('ROLLBACK TO SAVEPOINT dropping')
    return false
  }
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

/** Removes what matches a search that at most its period narrows. @returns how many recordings were removed. */
async function removeByTime(client: ClientBase, condition: SqlClause): Promise<number> {
  const whole = await wholeMonths(client, condition)
  const names = [...whole.keys()]
  const others = sqlJoin([condition, clause('recordings.tableoid <> ALL(?::regclass[])', names)], ' AND ')
  const removed = await removeRows(client, others)
  if (names.length === 0) return removed
  const isDropped = await dropMonths(client, names)
  const inWhole = [...whole.values()].reduce((sum, count) => sum + count)
  return removed + (isDropped ? inWhole : await removeRows(client, condition))
}

/**
 * Removes all matching recordings that nobody preserves. Months that match as a whole are dropped whole, if nobody
 * reads for long meanwhile.
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
    const isByStart = Object.keys(search).every((name) => name === 'startTime')
    const removing = isByStart ? removeByTime : removeRows
    return { removed: await removing(client, condition), preserved: found.preserved }
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
