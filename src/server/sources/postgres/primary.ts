/** Finds the primary of the archive, and makes or upgrades its schema. */
import type { ClientBase } from 'pg'
import { OperatorError } from '../../platform/operator-error.ts'
import { connect } from './connecting.ts'
import { explainDatabase } from './explain-database.ts'
import { migratePostgres } from './schema.ts'
import { clause, queryRow } from './statements.ts'

/** The timeline of a primary, which each promotion raises, or null for a replica. */
const timelineSql = `SELECT CASE WHEN NOT pg_is_in_recovery()
  THEN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer END AS timeline`

async function withServer<T>(url: string, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await connect(url)
  try {
    return await work(client)
  } catch (error) {
    throw explainDatabase(error, url)
  } finally {
    await client.end().catch(() => undefined)
  }
}

const timelineOf = (url: string): Promise<number | null> =>
  withServer(url, async (client) => {
    const { timeline } = await queryRow<{ timeline: number | null }>(client, clause(timelineSql))
    return timeline
  })

/**
 * Finds the primary among the servers, because another one may have been promoted, and makes or upgrades its schema.
 * A former primary that came back has an older timeline.
 * @returns its address.
 * @throws OperatorError saying what is wrong with the first server that cannot be used.
 */
export async function preparePrimary(urls: readonly string[]): Promise<string> {
  let primary: { readonly url: string; readonly timeline: number } | null = null
  let why: unknown = null
  for (const url of urls) {
    try {
      const timeline = await timelineOf(url)
      if (timeline !== null && timeline > (primary?.timeline ?? 0)) primary = { url, timeline }
    } catch (error) {
      why ??= error
    }
  }
  if (primary) {
    await withServer(primary.url, (client) => migratePostgres(client))
    return primary.url
  }
  throw (
    why ??
    new OperatorError(
      'No server of DATABASE_URL and DATABASE_REPLICAS is a primary, which takes changes. ' +
        'Promote one of them, or name the primary.',
    )
  )
}
