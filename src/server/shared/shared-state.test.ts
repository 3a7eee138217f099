/** Two hosts over one database: nobody can tell which of them answers a request. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  AUTH_LOGOUT,
  AUTH_SESSION,
  mediaEndpoint,
  RECORDINGS,
  SEARCH_PURPOSE_HEADER,
} from '../../contract/endpoints.ts'
import { emptyPostgres, storeInPostgres, withConnection } from '../../testing/archives.ts'
import { testMp3 } from '../../testing/audio.ts'
import { NOON_MS, type TestClock } from '../../testing/clock.ts'
import { loginRequest, ownPage, sessionOf, testUsers } from '../../testing/host.ts'
import { startRecorder } from '../../testing/recorder/recorder.ts'
import { recorderUsers } from '../../testing/relay.ts'
import { sharingFacts, sharingHost, type SharingHost, type SharingOptions } from '../../testing/hosts.ts'
import { cheapHash, newRecording, temporaryFolder, testGuid, type TestStore } from '../../testing/store.ts'
import { AudioShelf } from '../sources/archive/audio-files.ts'
import { connect } from '../sources/postgres/connecting.ts'
import { operatePostgres } from '../sources/postgres/operated-archive.ts'
import { openRecorderSource } from '../sources/recorder/recorder-source.ts'
import { forgetHostKey } from './fitting.ts'
import { endSharedSessions } from './sessions.ts'
import { openSharedState } from './shared-state.ts'
import { sweepShared } from './sweeping.ts'

const ROWS = 60
const MINUTE_MS = 60_000

let folder: TestStore
let url: string
let clock: TestClock
let hosts: SharingHost[]

/** The options of a host over this test's database. */
const sharing = (more: Partial<SharingOptions> = {}): SharingOptions => ({
  url,
  folder: folder.dataDir,
  clock,
  ...more,
})
const open = async (name: string, more: Partial<SharingOptions> = {}): Promise<SharingHost> => {
  const host = await sharingHost(name, sharing(more))
  hosts.push(host)
  return host
}

beforeAll(async () => {
  folder = temporaryFolder()
  url = await emptyPostgres()
  const shelf = new AudioShelf(folder.dataDir)
  const audioFile = join(folder.dataDir, 'call.mp3')
  writeFileSync(audioFile, testMp3(50))
  const rows = Array.from({ length: ROWS }, (_, index) =>
    newRecording({ id: testGuid(index + 1), ...(index === 0 ? { audioFile } : {}) }, index, shelf),
  )
  await storeInPostgres(url, rows)
  const archive = await operatePostgres({ url, mediaFolder: folder.dataDir, dataDir: folder.dataDir })
  for (const { role, leads = [], password, ...user } of testUsers) {
    await archive.saveAccount({ user, role, leads }, await cheapHash(password))
  }
  await archive.close()
})
afterAll(() => folder.remove())
beforeEach(async () => {
  clock = { nowMs: NOON_MS }
  hosts = []
  await withConnection(url, (client) =>
    client.query(`TRUNCATE hosts, sessions, attempts, audited_searches, shown_rows, listenings;
      DELETE FROM meta WHERE name = 'host_key'`),
  )
})
afterEach(async () => {
  for (const host of hosts) await host.stop()
})

type Headers = Readonly<Record<string, string>>
const get = ({ app }: SharingHost, path: string, headers: Headers) => app.inject({ url: path, headers })
const statusOf = async (host: SharingHost, headers: Headers) =>
  (await get(host, AUTH_SESSION, headers)).statusCode
const acts = (action: string) =>
  hosts.flatMap((host) => host.lines()).filter((line) => line.action === action)
const page = (host: SharingHost, headers: Headers, number: number, purpose?: string) =>
  get(host, `${RECORDINGS}?direction=1&page=${number}&pageSize=20`, {
    ...headers,
    ...(purpose === undefined ? {} : { [SEARCH_PURPOSE_HEADER]: purpose }),
  })

describe('a session', () => {
  it('is known at every host, and ends at every host', async () => {
    const [a, b] = [await open('a'), await open('b')]
    const cookie = await sessionOf(a.app, 'manager')
    expect([await statusOf(a, cookie), await statusOf(b, cookie)]).toEqual([200, 200])
    await b.app.inject({ method: 'POST', url: AUTH_LOGOUT, headers: { ...cookie, ...ownPage } })
    expect([await statusOf(a, cookie), await statusOf(b, cookie)]).toEqual([401, 401])
    expect(acts('login').map(({ host }) => host)).toEqual(['a'])
    expect(acts('logout').map(({ host }) => host)).toEqual(['b'])
  })

  it('goes on while its user is active at any host, and is cleared away after its end', async () => {
    const [a, b] = [await open('a'), await open('b')]
    const cookie = await sessionOf(a.app, 'manager')
    clock.nowMs += 20 * MINUTE_MS
    await b.app.inject({ method: 'POST', url: '/auth/activity', headers: { ...cookie, ...ownPage } })
    clock.nowMs += 20 * MINUTE_MS
    await sweepShared(a.shared.servers, clock.nowMs)
    expect(await statusOf(a, cookie)).toBe(200)
    clock.nowMs += 20 * MINUTE_MS
    await sweepShared(a.shared.servers, clock.nowMs)
    expect(await a.shared.sessions.count(0, 0)).toBe(0)
    expect(await statusOf(b, cookie)).toBe(401)
  })
})

const logIn = async ({ app }: SharingHost, password: string, remoteAddress: string, username = 'agent') =>
  (await app.inject({ ...loginRequest(username, password), remoteAddress })).statusCode

it('wrong passwords count together, and the place of a right one is known at every host', async () => {
  const [a, b] = [await open('a'), await open('b')]
  expect(await logIn(a, 'demo', '192.0.2.1')).toBe(200)
  const guesses = [a, b, a, b].map((host, n) => logIn(host, 'wrong', `10.0.${n}.1`))
  expect(await Promise.all(guesses)).toEqual([401, 401, 401, 401])
  expect([await logIn(a, 'demo', '10.0.9.1'), await logIn(b, 'demo', '10.0.9.1')]).toEqual([429, 429])
  expect(await logIn(b, 'demo', '192.0.2.1')).toBe(200)
})

it('a flood of strangers makes nobody wait who signed in from there before', async () => {
  const [a, b] = [await open('a'), await open('b')]
  expect(await logIn(a, 'demo', '192.0.2.1')).toBe(200)
  expect(await logIn(b, 'demo', '192.0.2.1')).toBe(200)
  const { pools } = await b.shared.servers.read(async (server) => server)
  const held = await Promise.all(
    Array.from({ length: pools.attempts.options.max }, () => pools.attempts.connect()),
  )
  const strangers = Array.from({ length: 120 }, (_, n) => logIn(b, 'demo', `10.1.${n}.1`, `stranger${n}`))
  try {
    await expect.poll(() => pools.attempts.waitingCount).toBe(100)
    expect(await logIn(b, 'demo', '192.0.2.1')).toBe(200)
  } finally {
    for (const client of held) client.release()
  }
  const statuses = await Promise.all(strangers)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20)
})

it('signing out one user leaves those of other domains alone, in an archive', async () => {
  const a = await open('a')
  const cookie = await sessionOf(a.app, 'agent')
  expect(await withConnection(url, (client) => endSharedSessions(client, 'agent@corp.test'))).toEqual([])
  expect(await statusOf(a, cookie)).toBe(200)
  expect(await withConnection(url, (client) => endSharedSessions(client, 'AGENT'))).toEqual(['agent'])
  expect(await statusOf(a, cookie)).toBe(401)
})

it('a statement that an administrator stops is a failure of the storage, and signing out works all the same', async () => {
  const a = await open('a')
  const cookie = await sessionOf(a.app, 'agent')
  await withConnection(url, async (client) => {
    await client.query('BEGIN; LOCK TABLE sessions')
    // A transaction would always see the same statements.
    const watcher = await connect(url)
    const stop = async (): Promise<void> => {
      const { rowCount } = await watcher.query(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%sessions%'",
      )
      expect(rowCount).toBeGreaterThan(0)
    }
    const asked = statusOf(a, cookie)
    await vi.waitFor(stop, { timeout: 10_000, interval: 20 })
    expect(await asked).toBe(503)
    const left = a.app.inject({ method: 'POST', url: AUTH_LOGOUT, headers: { ...cookie, ...ownPage } })
    const stopping = setInterval(() => void stop().catch(() => undefined), 20)
    await left
    clearInterval(stopping)
    expect((await left).statusCode).toBe(204)
    await Promise.all([client.query('ROLLBACK'), watcher.end()])
  })
  expect(await statusOf(a, cookie)).toBe(401)
})

describe('an act', () => {
  it('has one line, whichever hosts its pages come from', async () => {
    const [a, b] = [await open('a'), await open('b')]
    const cookie = await sessionOf(a.app, 'manager')
    expect((await page(a, cookie, 0)).statusCode).toBe(200)
    for (const host of [b, a, b]) await page(host, cookie, 1, 'paging')
    expect(acts('search')).toHaveLength(1)
    const other = await sessionOf(b.app, 'manager')
    await page(a, other, 1, 'paging')
    expect(acts('search')).toHaveLength(2)
  })

  it('of listening has one line, whichever hosts its pieces come from', async () => {
    const [a, b] = [await open('a'), await open('b')]
    const cookie = await sessionOf(a.app, 'manager')
    const piece = (host: SharingHost, range: string) =>
      get(host, mediaEndpoint(testGuid(1)), { ...cookie, range })
    const first = await Promise.all([a, b, a, b].map((host) => piece(host, 'bytes=0-99')))
    expect(first.map(({ statusCode }) => statusCode)).toEqual([206, 206, 206, 206])
    clock.nowMs += 9 * MINUTE_MS
    await piece(b, 'bytes=100-199')
    clock.nowMs += 9 * MINUTE_MS
    await piece(a, 'bytes=200-299')
    expect(acts('play')).toHaveLength(1)
    clock.nowMs += 11 * MINUTE_MS
    await piece(b, 'bytes=300-399')
    expect(acts('play')).toHaveLength(2)
  })

  it('that looks like copying is told once, whichever hosts showed the rows', async () => {
    const [a, b] = [await open('a', { copyAlert: 90 }), await open('b', { copyAlert: 90 })]
    const cookie = await sessionOf(a.app, 'manager')
    for (const host of [a, b, a, b]) await page(host, cookie, 0)
    expect(acts('copy_alert')).toEqual([])
    await page(a, cookie, 0)
    expect(acts('copy_alert')).toMatchObject([{ count: 100, host: 'a' }])
    await page(b, cookie, 0)
    expect(acts('copy_alert')).toHaveLength(1)
  })

  it('keeps no number, name or recording in the clear beside the archive', async () => {
    const a = await open('a')
    const cookie = await sessionOf(a.app, 'manager')
    await get(a, `${RECORDINGS}?remotePartyNumber=%2B390559876&page=0&pageSize=20`, cookie)
    await get(a, mediaEndpoint(testGuid(1)), { ...cookie, range: 'bytes=0-9' })
    const tables = ['attempts', 'audited_searches', 'shown_rows', 'listenings']
    const rows = await withConnection(url, async (client) => {
      const read: Record<string, unknown>[][] = []
      for (const table of tables) read.push((await client.query(`SELECT * FROM ${table}`)).rows)
      return read
    })
    expect(rows.map((some) => some.length > 0)).toEqual([true, true, true, true])
    const values = rows.flat().flatMap((row) => Object.values(row))
    const text = values.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))
    expect(text.join(' ')).not.toMatch(new RegExp(`9876|manager|127\\.0\\.0\\.1|${testGuid(1)}`, 'i'))
  })
})

const refusal = async (name: string, more: Partial<SharingOptions>): Promise<string> => {
  const opening = openSharedState(sharingFacts(name, sharing(more)))
  const joined = opening.then((shared) => shared.close().then(() => 'joined'))
  return joined.catch((error: unknown) => (error as Error).message)
}

it('a relay keeps its sessions in a database too, and opens their passwords at any host', async () => {
  const recorder = await startRecorder({ users: recorderUsers })
  const at = (name: string) =>
    open(name, {
      source: recorder.url,
      openSource: (tries) =>
        openRecorderSource({
          url: recorder.url,
          ca: null,
          remoteParameter: 'auto',
          tries,
          spoolFolder: join(folder.dataDir, name, 'spool'),
        }),
    })
  const [a, b] = [await at('a'), await at('b')]
  const cookie = await sessionOf(a.app, 'ada')
  expect((await page(b, cookie, 0)).statusCode).toBe(200)
  // A directory locks an account after a few wrong passwords, whichever host sends them.
  const guesses: number[] = []
  for (let n = 0; n < 5; n += 1)
    guesses.push(await logIn(n % 2 === 0 ? a : b, `wrong ${n}`, `10.0.${n}.1`, 'boss'))
  expect(guesses).toEqual([401, 401, 401, 429, 429])
  for (const host of hosts.splice(0)) await host.stop()
  await recorder.stop()
})

describe('a host is refused', () => {
  it('with another key, until the old one is forgotten', async () => {
    const a = await open('a')
    const hostKey = Buffer.alloc(32, 9)
    expect(await refusal('b', { hostKey })).toMatch(
      /^The host b has another key than the hosts that share DATABASE_URL, of which a runs now\. Set HOST_KEY_FILE/,
    )
    await expect(withConnection(url, forgetHostKey)).rejects.toThrow('Stop the hosts first: a.')
    const cookie = await sessionOf(a.app, 'manager')
    await a.stop()
    hosts = []
    expect(await refusal('b', { hostKey })).toMatch(/none of which runs now/)
    await withConnection(url, forgetHostKey)
    const b = await open('b', { hostKey })
    expect(await statusOf(b, cookie)).toBe(401)
  })

  it('with a wrong clock', async () => {
    expect(await refusal('a', { maxSkewMs: 30_000, nowMs: () => Date.now() + 1_860_000 })).toMatch(
      /^The clock of the host a is 18(59|60) seconds ahead of that of DATABASE_URL\./,
    )
    expect(await refusal('a', { maxSkewMs: 30_000, nowMs: Date.now })).toBe('joined')
  })

  it('with another source', async () => {
    await open('a')
    expect(await refusal('b', { source: 'https://recorder.test' })).toBe(
      'The host b would serve https://recorder.test, and a, which shares DATABASE_URL, serves the recordings in the database. Give one of them another database.',
    )
  })

  it('under the name of another one that runs, and not under that of one that was killed', async () => {
    await open('a')
    expect(await refusal('a', {})).toMatch(
      /^Another host named a shares DATABASE_URL and runs\. Give each a HOST_NAME/,
    )
    const killed = await openSharedState(sharingFacts('b', sharing()))
    await killed.servers.close()
    expect(await refusal('b', {})).toBe('joined')
  })
})

const setVersion = (change: string) =>
  withConnection(url, (client) =>
    client.query(`UPDATE meta SET value = value::integer ${change} WHERE name = 'schema_version'`),
  )

const ready = async ({ app }: SharingHost) => (await app.inject('/readyz')).statusCode

describe('a host is not ready', () => {
  it('while a newer release has changed the database', async () => {
    const why: string[] = []
    const a = await open('a', { unfit: (told) => why.push(told) })
    expect(await ready(a)).toBe(200)
    await setVersion('+ 1')
    try {
      await expect.poll(() => ready(a), { timeout: 10_000 }).toBe(503)
      expect(why).toEqual(['outgrown'])
    } finally {
      await setVersion('- 1')
    }
  })

  it('once another one runs under its name', async () => {
    const why: string[] = []
    const a = await open('a', { unfit: (told) => why.push(told) })
    await withConnection(url, (client) => client.query('UPDATE hosts SET instance = gen_random_uuid()'))
    await expect.poll(() => ready(a), { timeout: 10_000 }).toBe(503)
    expect(why).toEqual(['replaced'])
  })
})
