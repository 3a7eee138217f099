/** Removes recordings for good, with the audio that only they used. Preserved recordings (legal hold) always stay. */
import type { Search } from '../../../contract/search.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { audioFolder, removeAudio } from '../archive/audio-files.ts'
import type { Database } from './database.ts'
import { whereClause, type Clause } from './where.ts'
import { operator, type MatchCounts, type RemovedCounts } from '../archive/matching.ts'

const matching = (search: Search): Clause => whereClause(search, operator, 'any')

function countWhere(db: Database, { sql, params }: Clause): MatchCounts {
  const counts = `SELECT count(*) AS total, count(preserver_id) AS preserved FROM recordings WHERE ${sql}`
  return db.prepare(counts).get(...params) as MatchCounts
}

export const countMatches = (db: Database, search: Search): MatchCounts => countWhere(db, matching(search))

/**
 * Removes all matching recordings that nobody preserves.
 * @param expected the counts that the operator agreed to, or null to accept any.
 * @throws OperatorError if the counts have changed. Nothing was removed then.
 */
export function removeMatches(
  db: Database,
  dataDir: string,
  search: Search,
  expected: MatchCounts | null,
): RemovedCounts {
  // Numbers and names must not stay readable in the freed pages of the file.
  db.pragma('secure_delete = ON')
  const condition = matching(search)
  const { removed, preserved } = db
    .transaction(() => {
      const found = countWhere(db, condition)
      if (expected && (found.total !== expected.total || found.preserved !== expected.preserved)) {
        throw new OperatorError('Other recordings match than a moment ago: nothing was removed. Try again.')
      }
      const sql = `DELETE FROM recordings WHERE preserver_id IS NULL AND (${condition.sql})`
      const { changes } = db.prepare(sql).run(...condition.params)
      return { removed: changes, preserved: found.preserved }
    })
    .immediate()
  const audio = removeUnusedAudio(db, dataDir)
  db.pragma('wal_checkpoint(TRUNCATE)')
  return { removed, preserved, audio }
}

/**
 * Runs in its own transaction, after the removal of the recordings is committed. It holds the lock while it deletes
 * files, so that no import can start to use one. If it fails, the next removal deletes the rest.
 * @returns how many files were removed.
 */
function removeUnusedAudio(db: Database, dataDir: string): number {
  const unused = `FROM media WHERE media_id NOT IN (
    SELECT media_id FROM recordings WHERE media_id IS NOT NULL
    UNION SELECT clip_id FROM media JOIN recordings USING (media_id) WHERE clip_id IS NOT NULL)`
  return db
    .transaction(() => {
      const files = db.prepare(`SELECT sha256 ${unused} AND clip_id IS NULL`).pluck().all() as string[]
      for (const sha256 of files) removeAudio(audioFolder(dataDir), sha256)
      db.exec(`DELETE ${unused}`)
      return files.length
    })
    .immediate()
}
