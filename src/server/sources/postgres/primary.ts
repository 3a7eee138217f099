/** Finds the primary of the archive, and makes or upgrades its schema. */
import type { ClientBase } from 'pg'
import { OperatorError } from '../../platform/operator-error.ts'
import { connect } from './connecting.ts'
import { explainDatabase } from './explain-database.ts'
import { archiveIdOf, migratePostgres } from './schema.ts'
import { clause, queryRow } from './statements.ts'

interface PrimaryFacts {
  /** The timeline of a primary, which each promotion raises, or null for a replica. */
  readonly timeline: number | null
  /** The archive's own id, or null where there is none. */
  readonly archiveId: string | null
}

const factsOf = async (client: ClientBase): Promise<PrimaryFacts> => ({
  ...(await queryRow<{ timeline: number | null }>(
    client,
    clause(`SELECT CASE WHEN NOT pg_is_in_recovery()
      THEN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer END AS timeline`),
  )),
  archiveId: await archiveIdOf(client),
})

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

export interface PreparedArchive {
  /** The address of the primary. */
  readonly url: string
  readonly archiveId: string
}

/** Makes or upgrades the schema of the primary. */
const prepareAt = (url: string): Promise<PreparedArchive> =>
  withServer(url, async (client) => {
    await migratePostgres(client)
    const archiveId = await archiveIdOf(client)
    if (archiveId === null) throw new Error('The archive has no id.')
    return { url, archiveId }
  })

const noPrimary = (): OperatorError =>
  new OperatorError(
    'No server of DATABASE_URL and DATABASE_REPLICAS is a primary of the archive, which takes changes. ' +
      'Promote one of its replicas, or name the primary.',
  )

/**
 * Finds the primary among the servers of the archive, because another one may have been promoted, and makes or upgrades
 * its schema. A former primary that came back has an older timeline. A server of another archive is never taken for it.
 * @param urls the first is that of DATABASE_URL. Only there is a new archive made.
 * @throws OperatorError saying what is wrong with the first server that cannot be used.
 */
export async function preparePrimary(urls: readonly string[]): Promise<PreparedArchive> {
  const known: (PrimaryFacts & { readonly url: string })[] = []
  let why: unknown = null
  for (const url of urls) {
    try {
      known.push({ url, ...(await withServer(url, factsOf)) })
    } catch (error) {
      why ??= error
    }
  }
  const archiveId = known.find((server) => server.archiveId !== null)?.archiveId ?? null
  const first = known.find(({ url }) => url === urls[0])
  if (first?.archiveId === null && first.timeline !== null) return prepareAt(first.url)
  const primaries = known.filter((server) => server.archiveId === archiveId && server.timeline !== null)
  const newest = primaries.toSorted((one, other) => (other.timeline ?? 0) - (one.timeline ?? 0))[0]
  if (newest && archiveId !== null) return prepareAt(newest.url)
  throw why ?? noPrimary()
}

/** Works on the primary of these servers. @throws as `preparePrimary` does, or OperatorError for the server's error. */
export async function inPrimary<T>(
  urls: readonly string[],
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const { url } = await preparePrimary(urls)
  return withServer(url, work)
}

/** Reads from the first of these servers that answers. @throws OperatorError of the first one. */
export async function inAnyServer<T>(
  urls: readonly string[],
  read: (client: ClientBase) => Promise<T>,
): Promise<T> {
  let why: unknown = null
  for (const url of urls) {
    try {
      return await withServer(url, read)
    } catch (error) {
      why ??= error
    }
  }
  throw why ?? new Error('No server is named.')
}
