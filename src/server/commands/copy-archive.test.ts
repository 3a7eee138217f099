/** Moves a real store into a real database. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { emptyPostgres, testManager, withConnection } from '../../testing/archives.ts'
import { linesOf } from '../../testing/audit.ts'
import { testMp3 } from '../../testing/audio.ts'
import { call } from '../../testing/call-command.ts'
import {
  deriveCheaply,
  temporaryFolder,
  testGuid,
  testStore,
  writeStore,
  type TestRecording,
  type TestStore,
} from '../../testing/store.ts'
import { openPostgresSource, type PostgresSource } from '../sources/postgres/postgres-source.ts'
import { openForWriting } from '../sources/sqlite/database.ts'
import { writeDemoMark } from '../sources/sqlite/demo-mark.ts'
import { openSqliteSource } from '../sources/sqlite/sqlite-source.ts'
import { recordingsCommand } from './recordings.ts'

const { signal } = new AbortController()
const paging = { page: 0, pageSize: 1000 }

let folder: TestStore
let mediaFolder: string
let url: string

/** Recordings of three months, some of which start in the same ms. */
const recordings: readonly TestRecording[] = Array.from({ length: 300 }, (_, index) => ({
  startTime: new Date(Date.UTC(2026, 8 + (index % 3), 5, 10, 0, Math.floor(index / 30))).toISOString(),
  ownerUsername: index % 2 === 0 ? 'Ada' : null,
  remotePartyNumber: `+39055${index}`,
  localPartyNumber: '225',
}))

let inputs: TestStore

beforeEach(async () => {
  inputs = temporaryFolder()
  const audioFile = join(inputs.dataDir, 'call.mp3')
  writeFileSync(audioFile, testMp3(20))
  folder = await testStore(
    [
      {
        owner: { username: 'ada', firstName: 'Ada', group: 'Sales' },
        audioFile,
        note: { text: 'Called back', author: 'ada', updatedAt: '2026-11-23T09:00:00Z' },
        pbxCallId: 'c1',
        preservingUser: { username: 'chief' },
        startTime: '2026-11-23T08:30:00.1234567+01:00',
      },
      ...recordings.map((row, index) => ({ ...row, id: testGuid(1000 + index).toUpperCase() })),
    ],
    [{ username: 'boss', role: 'supervisor', password: 'secret', leads: ['Sales', 'Support'] }],
  )
  mediaFolder = join(folder.dataDir, 'shared-media')
  url = await emptyPostgres()
})
afterEach(() => {
  folder.remove()
  inputs.remove()
})

const copy = (...args: string[]) =>
  call(recordingsCommand, ['copy', '--to', url, '--media', mediaFolder, ...args], {
    env: { DATA_DIR: folder.dataDir },
  })

async function withBoth<T>(
  work: (store: Awaited<ReturnType<typeof openSqliteSource>>, archive: PostgresSource) => Promise<T>,
): Promise<T> {
  const store = await openSqliteSource({ dataDir: folder.dataDir, workers: 0, derive: deriveCheaply })
  const archive = await openPostgresSource({ url, mediaFolder, derive: deriveCheaply })
  try {
    return await work(store, archive)
  } finally {
    await store.close()
    await archive.close()
  }
}

it('moves recordings, audio, people and accounts, in the same order', async () => {
  const { code, out } = await copy()
  expect(out).toMatch(
    /^Copied 1 audio files to .*shared-media: set MEDIA_DIR to it\. The database holds 301 recordings, the same as the store\.\n$/,
  )
  expect(code).toBe(0)
  await withBoth(async (store, archive) => {
    expect(await archive.list({}, paging, testManager, signal)).toEqual(
      await store.list({}, paging, testManager, signal),
    )
    for (const id of [testGuid(1), testGuid(1000), testGuid(1299)]) {
      const detail = await archive.detail(id, testManager, signal)
      expect(detail).toEqual(await store.detail(id, testManager, signal))
      expect(detail).not.toBeNull()
    }
    expect(await archive.media(testGuid(1), testManager, signal, 'first')).not.toBeNull()
    const boss = await archive.authenticate('boss', 'secret')
    expect(boss).toEqual(await store.authenticate('boss', 'secret'))
    expect(boss?.scope).toEqual({ kind: 'groups', groups: ['Sales', 'Support'] })
  })
  const line = linesOf(join(folder.dataDir, 'audit.log')).at(-1)
  expect(line).toMatchObject({ action: 'recordings_copied', count: 301, outcome: 'ok' })
})

it('goes on where it was stopped, and can be run again', async () => {
  // As a copy leaves it that was stopped after its first month.
  await copy()
  await withConnection(url, async (client) => {
    await client.query(
      `DELETE FROM recording_ids USING recordings WHERE recordings.id = recording_ids.id
        AND recordings.key >= ${BigInt(Date.UTC(2026, 9, 1)) << 15n}`,
    )
    await client.query(`DELETE FROM recordings WHERE key >= ${BigInt(Date.UTC(2026, 9, 1)) << 15n}`)
    await client.query(`INSERT INTO meta VALUES ('copied_before', '${BigInt(Date.UTC(2026, 9, 1)) << 15n}')`)
  })
  const again = await copy()
  expect(again.err).toContain('Copied 100 recordings')
  expect(again.err).not.toContain('Copied 301')
  expect(again.out).toContain('The database holds 301 recordings')
  await writeStore(folder.dataDir, [{ id: testGuid(7), startTime: '2026-09-05T10:00:00Z' }])
  expect((await copy()).out).toContain('The database holds 302 recordings')
})

it('says on which days the database differs', async () => {
  await copy()
  await withConnection(url, (client) =>
    client.query(
      `UPDATE recordings SET remote_number = 'another' WHERE key = (SELECT min(key) FROM recordings);
       INSERT INTO recording_ids VALUES ('${testGuid(9)}', ${BigInt(Date.UTC(2026, 8, 6)) << 15n});
       INSERT INTO recordings (key, id, id_case, reference_number, sub_ms_ticks, offset_minutes, end_ms, direction)
       VALUES (${BigInt(Date.UTC(2026, 8, 6)) << 15n}, '${testGuid(9)}', 0, '1', 0, 0, ${Date.UTC(2026, 8, 6)}, 1)`,
    ),
  )
  const { code, err } = await copy()
  expect(err).toContain(
    'The copy differs from the store on 2026-09-06. Where the store was changed meanwhile',
  )
  expect(code).toBe(1)
})

it('tells of audio that the store lacks, and leaves the audio where no folder is named', async () => {
  rmSync(join(folder.dataDir, 'media'), { recursive: true })
  const { out } = await copy()
  expect(out).toContain('Copied 0 audio files')
  expect(out).toContain('1 that the store lacks could not be copied')
  expect(existsSync(mediaFolder)).toBe(false)
  const bare = await call(recordingsCommand, ['copy', '--to', url], { env: { DATA_DIR: folder.dataDir } })
  expect(bare.out).toMatch(/^The audio stays in .*media: set MEDIA_DIR to it, or to a copy/)
})

it.each([
  ['no address', ['copy'], {}, 2, /^Say with --to where to/],
  ['no database’s address', ['copy', '--to', 'db.test'], {}, 2, /^--to takes the address of a PostgreSQL/],
  [
    'DATABASE_URL beside it',
    ['copy', '--to', 'postgres://a:b@c/d'],
    { DATABASE_URL: 'postgres://a:b@c/d' },
    1,
    /leave DATABASE_URL out/,
  ],
])('refuses %s', async (_, args, env, code, message) => {
  const end = await call(recordingsCommand, args, { env: { DATA_DIR: folder.dataDir, ...env } })
  expect(end.err).toMatch(message)
  expect(end.code).toBe(code)
})

it('refuses a folder without a store, and demo data', async () => {
  const empty = temporaryFolder()
  const end = await call(recordingsCommand, ['copy', '--to', url], { env: { DATA_DIR: empty.dataDir } })
  expect(end.err).toMatch(/^There is no store in /)
  expect(readdirSync(empty.dataDir)).toEqual([])
  empty.remove()
  const db = openForWriting(folder.dataDir)
  writeDemoMark(db, { edition: 1, madeForMs: 0, accounts: [] })
  db.close()
  expect((await copy()).err).toMatch(/holds demo data, which is not copied/)
})
