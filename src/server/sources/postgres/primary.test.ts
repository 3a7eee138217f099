/** Which of several servers is taken for the primary of the archive. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase, testManager, withConnection } from '../../../testing/archives.ts'
import { startCluster, startStandby, type Cluster, type Standby } from '../../../testing/postgres-cluster.ts'
import { deriveCheaply, temporaryFolder } from '../../../testing/store.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPostgresSource } from './postgres-source.ts'
import { preparePrimary } from './primary.ts'
import type { ServerNews } from './servers.ts'

let other: Cluster
let promoted: Standby

beforeAll(async () => {
  other = await startCluster()
  await other.createDatabase('archive')
  promoted = await startStandby(other)
  await promoted.promote()
})
afterAll(async () => {
  for (const server of [promoted, other]) await server.remove()
})

it('is never another archive’s, however often that was promoted, and nothing is made there', async () => {
  const url = await testDatabase()
  const stranger = promoted.url('archive')
  const { archiveId } = await preparePrimary([url, stranger])
  expect(await preparePrimary([url, stranger])).toEqual({ url, archiveId })
  expect(await promoted.sql("SELECT to_regclass('recordings_dashboard.meta') IS NULL", 'archive')).toBe('t')
  // Nor where that holds an archive.
  const own = await preparePrimary([stranger])
  expect(own.archiveId).not.toBe(archiveId)
  expect(await preparePrimary([url, stranger])).toEqual({ url, archiveId })
})

it('is missed in words where there is only a replica of another', async () => {
  const replica = await startStandby(other)
  await expect(preparePrimary([replica.url('archive')])).rejects.toThrow(/^No server of DATABASE_URL/)
  await replica.remove()
})

/** Stops or continues the server and all of its processes, as a machine that hangs. */
function signal(server: Cluster, name: 'STOP' | 'CONT'): void {
  const [postmaster = ''] = readFileSync(join(server.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ')
  for (const pid of [postmaster, ...children]) process.kill(Number(pid), `SIG${name}`)
}

it('answers at once that it cannot be reached, while it hangs, and goes on after that', async () => {
  const folder = temporaryFolder()
  const told: ServerNews[] = []
  const url = other.url('archive')
  const source = await openPostgresSource({
    url,
    mediaFolder: folder.dataDir,
    derive: deriveCheaply,
    watch: (one) => told.push(one),
  })
  const search = () => source.list({}, { page: 0, pageSize: 1 }, testManager, new AbortController().signal)
  expect((await search()).totalCount).toBe(0)
  signal(other, 'STOP')
  try {
    // This one waits until the server is known to hang.
    await expect(search()).rejects.toMatchObject({ code: 'storage_failed' })
    expect(told.at(-1)).toMatchObject({ part: 'unreachable' })
    expect(await source.ready()).toBe(false)
    // These do not ask it at all.
    for (let n = 0; n < 200; n += 1) await expect(search()).rejects.toMatchObject({ code: 'storage_failed' })
  } finally {
    signal(other, 'CONT')
  }
  await expect.poll(() => told.at(-1), { timeout: 60_000 }).toMatchObject({ part: 'primary' })
  expect((await search()).totalCount).toBe(0)
  await source.close()
  folder.remove()
}, 180_000)

it('keeps its counts whatever schema a statement is run from', async () => {
  const url = await testDatabase()
  await preparePrimary([url])
  await withConnection(url, async (client) => {
    await client.query('SET search_path = pg_catalog')
    await client.query('DELETE FROM recordings_dashboard.recordings')
  })
})
