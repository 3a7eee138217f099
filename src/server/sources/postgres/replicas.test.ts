/** An archive with a primary and two streaming replicas, which are killed under load. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testManager } from '../../../testing/archives.ts'
import { startCluster, startStandby, type Cluster, type Standby } from '../../../testing/postgres-cluster.ts'
import { importInput, wireRecording } from '../../../testing/imports.ts'
import {
  cheapHash,
  deriveCheaply,
  temporaryFolder,
  testGuid,
  type TestStore,
} from '../../../testing/store.ts'
import { operatePostgres } from './operated-archive.ts'
import { openPostgresSource, type PostgresSource } from './postgres-source.ts'
import type { ServerNews } from './servers.ts'

const { signal } = new AbortController()
const ROWS = 300
/** How many recordings are stored by now. */
let stored = 0

let folder: TestStore
let primary: Cluster
let replicas: readonly [Standby, Standby]
let source: PostgresSource
let news: ServerNews[]

/** The archive's address at a server. */
const at = (server: Cluster): string => server.url('archive')
const hostOf = (server: Cluster): string => `127.0.0.1:${server.port}`
/** What the source knows of a server by now. */
const partOf = (server: Cluster) => news.findLast((one) => one.server === hostOf(server))?.part

async function importRows(url: string, count: number, others: readonly string[] = []) {
  const place = { url, replicas: others, maxLagMs: 60_000 }
  const archive = await operatePostgres({ ...place, mediaFolder: folder.dataDir, dataDir: folder.dataDir })
  try {
    const first = stored
    stored += count
    const rows = Array.from({ length: count }, (_, index) => wireRecording(first + index))
    return await archive.load(importInput(rows.map((row) => JSON.stringify(row)).join('\n')))
  } finally {
    await archive.close()
  }
}

const search = async (): Promise<number> =>
  (await source.list({ direction: 1 }, { page: 0, pageSize: 20 }, testManager, signal)).totalCount

beforeAll(async () => {
  folder = temporaryFolder()
  // A change is acknowledged once a replica has it, so that it outlives the primary.
  primary = await startCluster({ settings: { synchronous_commit: 'remote_apply' } })
  await primary.createDatabase('archive')
  replicas = [await startStandby(primary), await startStandby(primary)]
  await primary.sql(`ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'`)
  await primary.sql('SELECT pg_reload_conf()')
  const archive = await operatePostgres({
    url: at(primary),
    mediaFolder: folder.dataDir,
    dataDir: folder.dataDir,
  })
  const user = { username: 'boss' }
  await archive.saveAccount({ user, role: 'manager', leads: [] }, await cheapHash('first'))
  await archive.close()
  await importRows(at(primary), ROWS)
  news = []
  source = await openPostgresSource({
    url: at(primary),
    replicas: replicas.map(at),
    maxLagMs: 2000,
    mediaFolder: folder.dataDir,
    derive: deriveCheaply,
    watch: (one) => news.push(one),
  })
})
afterAll(async () => {
  await source.close()
  for (const server of [...replicas, primary]) await server.remove()
  folder.remove()
})

/** Eight users who search without a pause until `stop`. */
function load(): { readonly failures: unknown[]; stop(): Promise<number> } {
  const over = new AbortController()
  let answered = 0
  const failures: unknown[] = []
  const user = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        await search()
        answered += 1
      } catch (error) {
        failures.push(error)
      }
    }
  }
  const users = Array.from({ length: 8 }, user)
  return {
    failures,
    async stop() {
      over.abort()
      await Promise.all(users)
      return answered
    },
  }
}

/** How many searches a server has begun. */
const scansOf = async (server: Cluster): Promise<number> =>
  Number(
    await server.sql("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'archive'"),
  )

const countIn = (server: Cluster): Promise<string> =>
  server.sql('SELECT count(*) FROM recordings_dashboard.recordings', 'archive')

describe('replicas', () => {
  it('answer the searches, and the primary does not', async () => {
    expect(partOf(primary)).toBe('primary')
    await expect.poll(() => replicas.map(partOf)).toEqual(['replica', 'replica'])
    const before = await scansOf(primary)
    const many = 400
    for (let n = 0; n < many; n += 1) expect(await search()).toBe(stored)
    // The primary is still asked how it is, and for names.
    expect((await scansOf(primary)) - before).toBeLessThan(many / 2)
  })

  it('are not read from while they lag, and are again once they have caught up', async () => {
    await replicas[0].sql('SELECT pg_wal_replay_pause()')
    await primary.sql(`SET synchronous_commit = local; CREATE TABLE public.waits (n integer)`, 'archive')
    // Lag is known in steps of a second.
    await expect.poll(() => partOf(replicas[0]), { timeout: 60_000 }).toBe('lagging')
    expect(await search()).toBe(stored)
    await replicas[0].sql('SELECT pg_wal_replay_resume()')
    await expect.poll(() => partOf(replicas[0]), { timeout: 60_000 }).toBe('replica')
  }, 180_000)

  it('are waited for by an import, so that whoever made it finds it', async () => {
    await replicas[0].sql('SELECT pg_wal_replay_pause()')
    const importing = importRows(at(primary), 1, replicas.map(at)).then(() => 'imported')
    const isAsked = () =>
      replicas[0].sql(
        `SELECT count(*) > 0 FROM pg_stat_activity
          WHERE query LIKE 'SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn()%'`,
      )
    // Either it asks the replica, or it ends without having asked.
    const asked = expect.poll(isAsked).toBe('t')
    expect(await Promise.race([importing, asked.then(() => 'asked')])).toBe('asked')
    await replicas[0].sql('SELECT pg_wal_replay_resume()')
    await importing
    expect(await countIn(replicas[0])).toBe(String(stored))
  }, 180_000)

  it('of another archive are never read from', async () => {
    const other = await startCluster()
    await other.createDatabase('archive')
    const archive = await operatePostgres({
      url: at(other),
      mediaFolder: folder.dataDir,
      dataDir: folder.dataDir,
    })
    await archive.close()
    const told: ServerNews[] = []
    const mixed = await openPostgresSource({
      url: at(primary),
      replicas: [at(other)],
      mediaFolder: folder.dataDir,
      derive: deriveCheaply,
      watch: (one) => told.push(one),
    })
    expect(told).toContainEqual({ server: hostOf(other), part: 'foreign', why: '' })
    for (let n = 0; n < 10; n += 1)
      expect((await mixed.list({}, { page: 0, pageSize: 1 }, testManager, signal)).totalCount).toBe(stored)
    await mixed.close()
    await other.remove()
  })
})

describe('a server that is killed', () => {
  it('fails no search where it is a replica', async () => {
    const running = load()
    await expect.poll(() => running.failures.length === 0 && partOf(replicas[1])).toBe('replica')
    await replicas[0].stop('immediate')
    await expect.poll(() => partOf(replicas[0])).toBe('unreachable')
    const answered = await running.stop()
    expect(running.failures).toEqual([])
    expect(answered).toBeGreaterThan(0)
  })

  it('is followed by the replica that is promoted, with all that was acknowledged', async () => {
    const running = load()
    expect(await importRows(at(primary), 1)).toMatchObject({ added: 1 })
    await source.changePassword?.('boss', 'second', signal)
    await primary.stop('immediate')
    await expect.poll(() => partOf(primary)).toBe('unreachable')
    // Sign-in and searches go on from the replica.
    expect(await source.authenticate('boss', 'second')).toMatchObject({ username: 'boss' })
    await expect(source.changePassword?.('boss', 'third', signal)).rejects.toMatchObject({
      code: 'storage_failed',
    })
    await replicas[1].promote()
    await replicas[1].sql(`ALTER SYSTEM SET synchronous_standby_names = ''`)
    await replicas[1].sql('SELECT pg_reload_conf()')
    await expect.poll(() => partOf(replicas[1]), { timeout: 60_000 }).toBe('primary')
    expect(await source.changePassword?.('boss', 'third', signal)).toMatchObject({ username: 'boss' })
    expect(await source.authenticate('boss', 'third')).toMatchObject({ username: 'boss' })
    await running.stop()
    expect(running.failures).toEqual([])
    expect(await source.detail(testGuid(stored - 1), testManager, signal)).not.toBeNull()
    expect(await search()).toBe(stored)
  }, 180_000)

  it('is not taken for the primary when it comes back without having heard of it', async () => {
    await primary.start()
    await expect.poll(() => partOf(primary), { timeout: 60_000 }).toBe('superseded')
    expect(await source.authenticate('boss', 'third')).toMatchObject({ username: 'boss' })
  }, 180_000)

  it('leaves an archive that another host can open', async () => {
    const told: ServerNews[] = []
    const later = await openPostgresSource({
      url: at(primary),
      replicas: [at(replicas[1])],
      mediaFolder: folder.dataDir,
      derive: deriveCheaply,
      watch: (one) => told.push(one),
    })
    expect(await later.authenticate('boss', 'third')).toMatchObject({ username: 'boss' })
    await later.close()
  })
})
