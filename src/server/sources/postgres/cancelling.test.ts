/**
 * Searches that nobody waits for any more end on the server too. A lock on a month makes each search that reads it wait
 * for as long as the test likes.
 */
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WireRecording } from '../../../contract/recording.ts'
import type { Search } from '../../../contract/search.ts'
import {
  emptyPostgres,
  storeInPostgres,
  testManager,
  type TestConnection,
} from '../../../testing/archives.ts'
import {
  deriveCheaply,
  newRecording,
  temporaryFolder,
  testGuid,
  type TestStore,
} from '../../../testing/store.ts'
import { AudioShelf } from '../archive/audio-files.ts'
import { connect, inSnapshot, openPool } from './connecting.ts'
import { openPostgresSource, type PostgresSource } from './postgres-source.ts'

const MONTH = 'recordings_2026_01'
const ROWS = 2500
const page = { page: 0, pageSize: 5 }
const scan: Search = { remotePartyNumber: { op: 'contains', text: '1' } }

let folder: TestStore
let url: string
let source: PostgresSource
/** Holds the lock. */
let holder: TestConnection
/** Watches the server. Within a transaction it would always see the same. */
let watcher: TestConnection

beforeEach(async () => {
  folder = temporaryFolder()
  url = await emptyPostgres()
  const shelf = new AudioShelf(folder.dataDir)
  const rows = Array.from({ length: ROWS }, (_, index) =>
    newRecording({ remotePartyNumber: '1' }, index, shelf),
  )
  await storeInPostgres(url, rows)
  source = await openPostgresSource({ url, mediaFolder: folder.dataDir, derive: deriveCheaply })
  holder = await connect(url)
  watcher = await connect(url)
})
afterEach(async () => {
  await unlock()
  await source.close()
  await Promise.all([holder.end(), watcher.end()])
  folder.remove()
})

const LOCK = `LOCK TABLE ${MONTH} IN ACCESS EXCLUSIVE MODE`
const lock = () => holder.query(`BEGIN; ${LOCK}`)
const unlock = () => holder.query('ROLLBACK')
const isLocked = async (): Promise<boolean> => {
  const { rowCount } = await watcher.query(
    `SELECT FROM pg_locks WHERE relation = '${MONTH}'::regclass AND mode = 'AccessExclusiveLock' AND granted`,
  )
  return rowCount === 1
}

/** The server's processes that work for the source. */
async function backends(condition = 'TRUE'): Promise<readonly number[]> {
  const { rows } = await watcher.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
      AND pid <> pg_backend_pid() AND query NOT LIKE '%${LOCK}' AND ${condition} ORDER BY pid`,
  )
  return rows.map(({ pid }) => pid)
}
const waiting = () => backends(`wait_event_type = 'Lock'`)
const busy = () => backends(`state <> 'idle'`)

/** Hears how it ended, without waiting for it. */
function watch(work: Promise<unknown>): { said: string | null } {
  const watched: { said: string | null } = { said: null }
  work.then(
    () => (watched.said = 'answered'),
    (error: unknown) => (watched.said = String(error)),
  )
  return watched
}

const often = { interval: 2 }

/** While the lock is held, the search has ended here and on the server. */
async function expectEnded(...watched: { said: string | null }[]): Promise<void> {
  await expect.poll(() => watched.map(({ said }) => said), often).toEqual(watched.map(() => 'Error: left'))
  await expect.poll(busy, often).toEqual([])
  expect(await isLocked()).toBe(true)
}

const walk = async (signal: AbortSignal) => {
  const { recordings } = await source.listAll({}, testManager, signal)
  return (recordings as AsyncIterable<WireRecording>)[Symbol.asyncIterator]()
}

describe('a search that nobody waits for', () => {
  it('is cancelled on the server, and its connection is used again', async () => {
    await source.list({}, page, testManager, new AbortController().signal)
    await lock()
    const leaving = new AbortController()
    const watched = watch(source.list(scan, page, testManager, leaving.signal))
    await expect.poll(waiting).toHaveLength(1)
    const [pid] = await waiting()
    expect(watched.said).toBeNull()
    leaving.abort(new Error('left'))
    await expectEnded(watched)
    expect(await backends()).toContain(pid)
    await unlock()
    const { signal } = new AbortController()
    expect(await source.list(scan, page, testManager, signal)).toMatchObject({ totalCount: ROWS })
    await lock()
    const again = new AbortController()
    const second = watch(source.list(scan, page, testManager, again.signal))
    await expect.poll(waiting).toEqual([pid])
    again.abort(new Error('left'))
    await expectEnded(second)
  })

  it('is cancelled beside others, which go on', async () => {
    await lock()
    const [leaving, staying] = [new AbortController(), new AbortController()]
    const left = watch(source.list({ direction: 1, ...scan }, page, testManager, leaving.signal))
    const stays = source.list(scan, page, { ...testManager, username: 'other' }, staying.signal)
    await expect.poll(waiting).toHaveLength(2)
    leaving.abort(new Error('left'))
    await expect.poll(() => left.said).toBe('Error: left')
    await expect.poll(busy).toHaveLength(1)
    expect(await waiting()).toHaveLength(1)
    await unlock()
    expect(await stays).toMatchObject({ totalCount: ROWS })
  })

  it('is cancelled with all that its user asked for, however many those are', async () => {
    await lock()
    const leaving: AbortController[] = []
    const next = (): AbortSignal => {
      const controller = new AbortController()
      leaving.push(controller)
      return controller.signal
    }
    const ids = Array.from({ length: 8 }, (_, index) => testGuid(index + 1))
    const watched = [
      ...ids.map(() => watch(source.list({}, page, testManager, next()))),
      ...ids.map(() => watch(source.list(scan, page, testManager, next()))),
      ...ids.map(() => watch(source.listAll(scan, testManager, next()))),
      ...ids.slice(0, 4).map((id) => watch(source.detail(id, testManager, next()))),
    ]
    // Six quick searches, two scans, eight walks and four details run at once, and the others wait for them.
    await expect.poll(waiting).toHaveLength(20)
    for (const controller of leaving) controller.abort(new Error('left'))
    await expectEnded(...watched)
    await unlock()
    const { signal } = new AbortController()
    expect(await source.list(scan, page, testManager, signal)).toMatchObject({ totalCount: ROWS })
  })

  it('begins no further statement where it is left between two', async () => {
    const pools = { work: openPool(url, 1), control: openPool(url, 1) }
    await lock()
    const leaving = new AbortController()
    const reading = inSnapshot(pools, leaving.signal, async (client) => {
      leaving.abort(new Error('left'))
      // The one connection for it has asked the server to cancel by then, and there was nothing to cancel.
      await pools.control.query('SELECT')
      return client.query('SELECT count(*) FROM recordings')
    })
    await expectEnded(watch(reading))
    await unlock()
    const { signal } = new AbortController()
    const read = inSnapshot(pools, signal, (client) =>
      client.query('SELECT count(*)::integer FROM recordings'),
    )
    expect((await read).rows).toEqual([{ count: ROWS }])
    await Promise.all([pools.work.end(), pools.control.end()])
  })

  it('ends whenever it is left', async () => {
    // The connections are open, so that requests to cancel are as quick as statements.
    const first = [source.list({}, page, testManager, new AbortController().signal), source.ready()]
    await Promise.all(first)
    await lock()
    for (let turns = 0; turns < 60; turns += 1) {
      const leaving = new AbortController()
      const watched = watch(source.list(scan, page, testManager, leaving.signal))
      for (let turn = 0; turn < turns / 4; turn += 1) await setImmediate()
      leaving.abort(new Error('left'))
      await expectEnded(watched)
    }
  })
})

describe('a walk that nobody waits for', () => {
  it('is cancelled on the server while it is counted', async () => {
    await lock()
    const leaving = new AbortController()
    const watched = watch(source.listAll(scan, testManager, leaving.signal))
    await expect.poll(waiting).toHaveLength(1)
    leaving.abort(new Error('left'))
    await expectEnded(watched)
  })

  it('is cancelled on the server before its first row, and its connection is used again', async () => {
    const leaving = new AbortController()
    const rows = await walk(leaving.signal)
    const [pid] = await backends(`state = 'idle in transaction'`)
    await lock()
    const watched = watch(rows.next())
    await expect.poll(waiting).toEqual([pid])
    leaving.abort(new Error('left'))
    await expectEnded(watched)
    expect(await backends()).toContain(pid)
    await unlock()
    const { signal } = new AbortController()
    expect(await source.list({}, page, testManager, signal)).toMatchObject({ totalCount: ROWS })
  })

  it('lets its connection go at once where it has not been read', async () => {
    const leaving = new AbortController()
    await walk(leaving.signal)
    expect(await busy()).toHaveLength(1)
    leaving.abort(new Error('left'))
    await expect.poll(busy).toEqual([])
  })
})
