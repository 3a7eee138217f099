/** Every line of the audit log, through the host. */
import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  AUTH_ACTIVITY,
  AUTH_LOGIN,
  AUTH_LOGOUT,
  PEOPLE,
  mediaEndpoint,
  recordingEndpoint,
  RECORDINGS,
} from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import { linesOf } from '../../testing/audit.ts'
import { verifyLog } from '../audit/verify.ts'
import { createMetrics } from '../process/metrics.ts'
import type { Source } from '../sources/source.ts'
import { testGuid, type TestRecording } from '../../testing/store.ts'
import {
  basic,
  deferred,
  listen,
  loginRequest,
  ownPage,
  rawGet,
  sessionOf,
  testHost,
  type TestHost,
  type TestHostOptions,
} from '../../testing/host.ts'

const MINUTE_MS = 60_000
const audioFile = join(tmpdir(), `audit-test-${process.pid}.mp3`)
beforeAll(() => writeFileSync(audioFile, Buffer.alloc(1000, 1)))
afterAll(() => rmSync(audioFile))

const number = '+390551234567'
const recordings: TestRecording[] = [
  { id: testGuid(1), remotePartyNumber: number, owner: { username: 'mrossi' }, audioFile },
  { id: testGuid(2), remotePartyNumber: '+39069', owner: { username: 'agent' }, audioFile },
  { id: testGuid(3), owner: { username: 'mrossi' } },
]

let host: TestHost
const open = async (options: TestHostOptions = {}): Promise<TestHost> => {
  host = await testHost({ recordings, ...options })
  return host
}
afterEach(() => host.close())

type Headers = Record<string, string>
const file = () => join(host.dataDir, 'audit.log')
const lines = () => linesOf(file())
/** Reads the lines written from now on. */
const since = () => {
  const from = lines().length
  return () => lines().slice(from)
}
const get = (url: string, headers: Headers) => host.app.inject({ url, headers })
const find = (query: string, headers: Headers) => get(`${RECORDINGS}?${query}`, headers)
const post = (url: string, headers: Headers) => host.app.inject({ method: 'POST', url, headers })
const play = (n: number, headers: Headers, query = '') =>
  get(`${mediaEndpoint(testGuid(n))}${query}`, headers)
const range = (text: string) => ({ range: `bytes=${text}` })
const session = /^[0-9a-f]{16}$/

/** The source, with its requests counted, and failures on demand. */
function watched() {
  const asked: string[] = []
  const fail: { with: unknown } = { with: null }
  const ask = (what: string): void => {
    asked.push(what)
    if (fail.with !== null) throw fail.with
  }
  const wrap = (source: Source): Source => ({
    ...source,
    async authenticate(...args) {
      ask('password')
      return source.authenticate(...args)
    },
    async list(...args) {
      ask('list')
      return source.list(...args)
    },
    async detail(...args) {
      ask('detail')
      return source.detail(...args)
    },
    async media(...args) {
      ask('media')
      return source.media(...args)
    },
  })
  return { asked, fail, wrap }
}

const down = new Problem({ code: 'recorder_down', message: 'Down.' })

describe('signing in and out', () => {
  it('has a line each, in the session that they open and end', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    await host.app.inject({ method: 'POST', url: AUTH_LOGOUT, headers: { ...ownPage, ...cookie } })
    await host.app.inject({ method: 'POST', url: AUTH_LOGOUT, headers: { ...ownPage, ...cookie } })
    const [login, logout, ...more] = lines()
    expect(login).toMatchObject({
      n: 1,
      user: 'manager',
      address: '127.0.0.1',
      action: 'login',
      outcome: 'ok',
    })
    expect(login?.session).toMatch(session)
    expect(logout).toMatchObject({
      user: 'manager',
      session: login?.session,
      action: 'logout',
      outcome: 'ok',
    })
    expect(more).toEqual([])
    // The file holds neither half of the cookie.
    const token = cookie.cookie.slice('rc='.length)
    const text = readFileSync(file(), 'utf8')
    expect(text).not.toContain(token.slice(0, 12))
    expect(text).not.toContain(token.slice(-12))
  })

  it('has a line for a wrong password, with the name as typed and cut', async () => {
    await open()
    await host.app.inject(loginRequest('manager', 'wrong'))
    await host.app.inject(loginRequest(`x\n${'y'.repeat(100)}`, 'wrong'))
    await find('page=0&pageSize=1', basic('agent', 'wrong'))
    expect(lines()).toMatchObject([
      { user: 'manager', session: null, action: 'failed_login', outcome: 'wrong_credentials' },
      { user: `x\n${'y'.repeat(62)}`, action: 'failed_login' },
      { user: 'agent', via: 'basic', action: 'failed_login' },
    ])
  })

  it('has one line for the calls of a script that share one try', async () => {
    const source = watched()
    await open({ wrap: source.wrap })
    const same = Array.from({ length: 5 }, () => find('page=0&pageSize=1', basic('agent', 'wrong')))
    for (const { statusCode } of await Promise.all(same)) expect(statusCode).toBe(401)
    expect(source.asked).toEqual(['password'])
    expect(lines()).toHaveLength(1)
  })

  it('has one line for a throttled user and address in 15 minutes', async () => {
    await open({ loginFailures: 1 })
    for (let n = 0; n < 4; n += 1) await host.app.inject(loginRequest('agent', 'wrong'))
    await find('page=0&pageSize=1', basic('AGENT', 'wrong'))
    expect(lines()).toMatchObject([
      { action: 'failed_login' },
      { user: 'agent', action: 'refusal', attempt: 'login', outcome: 'too_many_attempts' },
    ])
    host.nowMs += 14 * MINUTE_MS
    await host.app.inject({ ...loginRequest('agent', 'wrong'), remoteAddress: '10.0.0.9' })
    await host.app.inject({ ...loginRequest('agent', 'wrong'), remoteAddress: '10.0.0.9' })
    expect(lines().slice(2)).toMatchObject([
      { action: 'failed_login', address: '10.0.0.9' },
      { action: 'refusal', address: '10.0.0.9' },
    ])
    host.nowMs += MINUTE_MS
    for (let n = 0; n < 2; n += 1) await host.app.inject(loginRequest('agent', 'wrong'))
    expect(lines().slice(4)).toMatchObject([{ action: 'failed_login' }, { action: 'refusal' }])
  })

  it('cannot be made to fill the disk with names or with passwords too long to be tried', async () => {
    await open({ loginFailures: 1 })
    for (let n = 0; n < 300; n += 1) await host.app.inject(loginRequest(`user${n}`, 'wrong'))
    for (let n = 0; n < 300; n += 1) await host.app.inject(loginRequest(`u${n}`, 'x'.repeat(300)))
    // 10 passwords were tried, and 40 were not.
    expect(lines()).toHaveLength(50)
  })

  it('is no failed login while the recorder is down', async () => {
    const source = watched()
    await open({ wrap: source.wrap })
    source.fail.with = down
    await host.app.inject(loginRequest('manager'))
    await host.app.inject(loginRequest('manager'))
    await find('page=0&pageSize=1', basic('agent'))
    source.fail.with = new Error('a fault')
    await host.app.inject(loginRequest('manager'))
    expect(lines()).toMatchObject([
      { user: 'manager', action: 'login', outcome: 'recorder_down' },
      { user: 'agent', via: 'basic', action: 'login', outcome: 'recorder_down' },
      { user: 'manager', action: 'login', outcome: 'internal' },
    ])
  })

  it('has no line without a session', async () => {
    await open()
    const told = since()
    await find('page=0&pageSize=1', {})
    await find('page=0&pageSize=1', { cookie: 'rc=nonsense' })
    await find('page=0&pageSize=1', { authorization: 'Bearer x' })
    expect(told()).toEqual([])
  })
})

describe('a search', () => {
  it('has one line with how many match', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    await find('page=1&pageSize=1', cookie)
    await find('page=0&pageSize=50&direction=2', basic('agent'))
    expect(told()).toMatchObject([
      { user: 'manager', action: 'search', filters: {}, page: 1, pageSize: 1, count: 3, outcome: 'ok' },
      { user: 'agent', session: null, via: 'basic', action: 'search', page: 0, pageSize: 50, count: 0 },
    ])
    expect(told()[0]?.session).toMatch(session)
  })

  it('has equal digests for equal values, however they are written', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    await find('page=0&pageSize=9&ownerUsername=MRossi&startTime=after:2026-01-01', cookie)
    await find('page=0&pageSize=9&ownerUsername=mrossi&startTime=after:2026-01-01T01:00:00%2B01:00', cookie)
    await find(`page=0&pageSize=9&remotePartyNumber=${number.replace('+', ' ')}`, cookie)
    await find(`page=0&pageSize=9&remoteParty=contains:${encodeURIComponent(number)}`, cookie)
    await find(`page=0&pageSize=9&localPartyNumber=${encodeURIComponent(number)}`, cookie)
    const [first, second, equals, contains, local] = told().map(({ filters }) => filters as Headers)
    expect(second).toEqual(first)
    expect(first?.startTime).toMatch(/^after:[\w-]{22}$/)
    expect(contains?.remotePartyNumber).toBe(equals?.remotePartyNumber?.replace('equals:', 'contains:'))
    expect(local?.localPartyNumber).not.toBe(equals?.remotePartyNumber)
  })

  it('leaves no number and no name that was looked for in the file', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const digits = '0551234567'
    await find(`page=0&pageSize=9&remotePartyNumber=contains:${digits}&ownerUsername=MRossi`, cookie)
    await find(`remotePartyNumber=${digits}&ownerUsername=mrossi`, basic('manager'))
    await find(`page=0&pageSize=9&localPartyNumber=between:${digits}&ownerUsername=mrossi`, cookie)
    await find(`page=x&pageSize=9&localPartyNumber=${digits}&ownerUsername=mrossi`, cookie)
    await get(recordingEndpoint(testGuid(1)), cookie)
    await play(1, cookie)
    const text = readFileSync(file(), 'latin1').toLowerCase()
    expect(lines()).toHaveLength(7)
    expect(text).not.toContain(digits)
    expect(text).not.toContain('mrossi')
  })

  it('that fails says how, and counts nothing', async () => {
    const source = watched()
    await open({ wrap: source.wrap })
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    await find('page=0&pageSize=1&direction=7', cookie)
    source.fail.with = down
    await find('page=0&pageSize=1', cookie)
    source.fail.with = new Error(number)
    await find('page=0&pageSize=1', cookie)
    expect(told().map(({ action, outcome, count }) => [action, outcome, count])).toEqual([
      ['search', 'invalid_query', undefined],
      ['search', 'recorder_down', undefined],
      ['search', 'internal', undefined],
    ])
  })

  it('that signs in a client that has left is logged as left, and opens no session', async () => {
    const [there, held] = [deferred(), deferred()]
    await open({
      wrap: (source) => ({
        ...source,
        async authenticate(username, password) {
          there.resolve()
          await held.promise
          return source.authenticate(username, password)
        },
      }),
    })
    const port = await listen(host.app)
    const body = JSON.stringify({ username: 'manager', password: 'demo' })
    const headers = { ...ownPage, host: 'localhost', 'content-type': 'application/json' }
    const told = Object.entries({ ...headers, 'content-length': String(body.length) })
    const request = [
      `POST ${AUTH_LOGIN} HTTP/1.1`,
      ...told.map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ]
    const socket = connect(port, '127.0.0.1', () => socket.write(request.join('\r\n')))
    await there.promise
    socket.destroy()
    const connections = () =>
      new Promise((resolve) => host.app.server.getConnections((_, count) => resolve(count)))
    await expect.poll(connections).toBe(0)
    held.resolve()
    await expect.poll(() => lines()).toMatchObject([{ action: 'login', outcome: 'left', user: 'manager' }])
    expect(await host.sessions.count()).toBe(0)
  })

  it('whose client left is logged as left', async () => {
    const there = deferred()
    await open({
      wrap: (source) => ({
        ...source,
        async list(_search, _paging, _viewer, signal) {
          there.resolve()
          await once(signal, 'abort')
          throw signal.reason
        },
      }),
    })
    const port = await listen(host.app)
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(rawGet(`${RECORDINGS}?page=0&pageSize=1`, basic('manager'))),
    )
    await there.promise
    socket.destroy()
    while (lines().length === 0) await new Promise((done) => setImmediate(done))
    expect(lines()).toMatchObject([{ action: 'search', outcome: 'left', page: 0 }])
  })

  it('for everything at once is an export', async () => {
    await open()
    const told = since()
    await get(RECORDINGS, basic('manager'))
    await find('page=5&pageSize=2000', basic('manager'))
    expect(told()).toMatchObject([
      { action: 'export', count: 3, outcome: 'ok' },
      { action: 'export', count: 3, page: 5, pageSize: 2000 },
    ])
  })
})

const from = (iso: string) => `startTime=after:${iso}`

async function testHostWith(rows: readonly TestRecording[]): Promise<void> {
  host = await testHost({ recordings: rows })
}

/** A source that counts more after a while. */
async function growing(held: Promise<void> = Promise.resolve()) {
  const wrapped = { more: 0, asked: 0 }
  await open({
    wrap: (source) => ({
      ...source,
      async list(...args) {
        const page = await source.list(...args)
        wrapped.asked += 1
        await held
        return { ...page, totalCount: page.totalCount + wrapped.more }
      },
    }),
  })
  return { cookie: await sessionOf(host.app, 'manager'), wrapped }
}

describe('a request that only serves a search', () => {
  const main = `remotePartyNumber=contains:39&${from('2026-11-01T10:00:00Z')}`

  async function searched() {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    await find(`page=0&pageSize=50&${main}`, cookie)
    const told = since()
    const serve = async (query: string, purpose: string, headers: Headers = cookie) => {
      await find(query, { ...headers, 'search-purpose': purpose })
      return told()
    }
    return { cookie, serve }
  }

  it.each([
    ['paging', `page=1&pageSize=50&${main}`],
    ['prefetch', `page=1&pageSize=25&remoteParty=contains:39&${from('2026-11-01T10:14:59Z')}`],
    ['neighbour', `page=3&pageSize=1&remotePartyNumber=contains:39&${from('2026-11-01T10:00:01Z')}`],
    ['paging', 'page=0&pageSize=50&remotePartyNumber=contains:39&startTime=between:2026-11-05;2026-11-06'],
    ['bars', 'page=0&pageSize=1&remotePartyNumber=contains:39&startTime=between:2020-01-01;2020-01-02'],
    ['count', 'page=0&pageSize=1&startTime=after:2020-01-01'],
    ['count', 'page=0&pageSize=1'],
  ])('is part of it: %s %s', async (purpose, query) => {
    const { serve } = await searched()
    expect(await serve(query, purpose)).toEqual([])
  })

  it.each([
    ['paging', `page=0&pageSize=50&remotePartyNumber=contains:390&${from('2026-11-01T10:00:00Z')}`],
    ['paging', `page=0&pageSize=50&remotePartyNumber=39&${from('2026-11-01T10:00:00Z')}`],
    ['prefetch', `page=0&pageSize=50&${main}&ownerUsername=mrossi`],
    ['count', `page=0&pageSize=1&${main}&ownerUsername=mrossi`],
    ['bars', 'page=0&pageSize=1&remotePartyNumber=contains:3906'],
    ['neighbour', `page=0&pageSize=50&remotePartyNumber=contains:39&${from('2026-11-01T09:59:59Z')}`],
    ['suggestion', 'page=0&pageSize=50&remotePartyNumber=contains:39'],
    ['suggestion', `page=0&pageSize=50&${from('2026-11-01T10:00:00Z')}`],
    ['count', 'page=1&pageSize=1'],
    ['count', 'page=0&pageSize=2'],
  ])('hides nothing that is not: %s %s', async (purpose, query) => {
    const { serve } = await searched()
    expect(await serve(query, purpose)).toMatchObject([{ action: 'search', purpose, outcome: 'ok' }])
  })

  it('has its own line under an unknown purpose, from a script, or from another session', async () => {
    const { serve } = await searched()
    const query = `page=1&pageSize=50&${main}`
    expect(await serve(query, 'secret')).toMatchObject([{ action: 'search' }])
    expect((await serve(query, 'paging', basic('manager'))).slice(1)).toMatchObject([{ via: 'basic' }])
    const other = await sessionOf(host.app, 'manager')
    const [, , login, search, ...more] = await serve(query, 'paging', other)
    expect([login, search]).toMatchObject([{ action: 'login' }, { action: 'search', purpose: 'paging' }])
    expect(more).toEqual([])
  })

  it('shows no recording where it counts', async () => {
    const { cookie } = await searched()
    const asks = [
      ['count', 'page=0&pageSize=1'],
      ['suggestion', `page=0&pageSize=1&${main}`],
      ['bars', 'page=0&pageSize=1&ownerUsername=mrossi'],
      ['count', 'page=1&pageSize=1'],
    ] as const
    for (const [purpose, query] of asks) {
      const answer = await find(query, { ...cookie, 'search-purpose': purpose })
      expect(answer.json()).toMatchObject({ totalCount: expect.any(Number), recordings: [], owners: {} })
    }
  })

  it('has its own line where it shows more than was there when the search was answered', async () => {
    const later: TestRecording = {
      id: testGuid(9),
      startTime: '2026-11-23T12:05:00.0000000Z',
      duration: 'PT1M',
    }
    const rows: TestRecording[] = [{ startTime: '2026-11-23T10:00:00.0000000Z' }, later]
    await testHostWith(rows)
    const cookie = await sessionOf(host.app, 'manager')
    await find(`page=0&pageSize=1&startTime=before:2026-11-23T12:00:00Z`, cookie)
    await find(`page=0&pageSize=1&${from('2026-11-23T11:00:00Z')}`, cookie)
    const told = since()
    const paging = { ...cookie, 'search-purpose': 'paging' }
    // One match then and now, but not the same recording: this one ended after the search was answered.
    await find(`page=0&pageSize=1&${from('2026-11-23T11:30:00Z')}`, paging)
    expect(told()).toMatchObject([{ action: 'search', purpose: 'paging', count: 1 }])
    host.nowMs += 10 * MINUTE_MS
    await find(`page=0&pageSize=1&${from('2026-11-23T11:30:00Z')}`, cookie)
    const after = since()
    await find(`page=0&pageSize=1&${from('2026-11-23T11:30:00Z')}`, paging)
    expect(after()).toEqual([])
  })

  it('has its own line where nobody received the search that it would be part of', async () => {
    const held = deferred()
    const { cookie, wrapped } = await growing(held.promise)
    const port = await listen(host.app)
    const request = rawGet(`${RECORDINGS}?page=0&pageSize=50`, { cookie: cookie.cookie })
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    await expect.poll(() => wrapped.asked).toBe(1)
    socket.destroy()
    const connections = () =>
      new Promise((resolve) => host.app.server.getConnections((_, count) => resolve(count)))
    await expect.poll(connections).toBe(0)
    held.resolve()
    await expect.poll(() => lines().at(-1)).toMatchObject({ action: 'search', outcome: 'left' })
    const told = since()
    await find('page=0&pageSize=50', { ...cookie, 'search-purpose': 'paging' })
    expect(told()).toMatchObject([{ action: 'search', purpose: 'paging', outcome: 'ok' }])
  })

  it('has its own line where more match than the search’s line says', async () => {
    const { cookie, wrapped } = await growing()
    await find('page=0&pageSize=50', cookie)
    const told = since()
    await find('page=1&pageSize=50', { ...cookie, 'search-purpose': 'paging' })
    expect(told()).toEqual([])
    wrapped.more = 1
    await find('page=1&pageSize=50', { ...cookie, 'search-purpose': 'paging' })
    expect(told()).toMatchObject([{ action: 'search', page: 1, count: 4 }])
  })

  it('is part of the last eight searches, and of those that had lines of their own', async () => {
    const { cookie, serve } = await searched()
    for (let n = 1; n <= 7; n += 1) await find(`page=0&pageSize=50&localPartyNumber=${n}`, cookie)
    expect(await serve(`page=1&pageSize=50&${main}`, 'paging')).toHaveLength(7)
    expect(await serve('page=1&pageSize=50&localPartyNumber=8', 'paging')).toHaveLength(8)
    expect(await serve('page=2&pageSize=50&localPartyNumber=8', 'paging')).toHaveLength(8)
    expect(await serve(`page=1&pageSize=50&${main}`, 'paging')).toHaveLength(9)
  })
})

describe('one recording', () => {
  it('has a line when it is opened', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    await get(recordingEndpoint(testGuid(1).toUpperCase()), cookie)
    expect(told()).toMatchObject([{ action: 'open', recording: testGuid(1), outcome: 'ok' }])
  })

  it('has one line for all the pieces of a listening', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    await play(1, { ...cookie, ...range('0-') })
    await play(1, { ...cookie, ...range('500-') })
    host.nowMs += 9 * MINUTE_MS
    await play(1, cookie)
    host.nowMs += 9 * MINUTE_MS
    await play(1, cookie)
    await host.app.inject({ method: 'HEAD', url: mediaEndpoint(testGuid(1)), headers: cookie })
    expect(told()).toMatchObject([{ action: 'play', recording: testGuid(1), outcome: 'ok' }])
    await play(2, cookie)
    host.nowMs += 11 * MINUTE_MS
    await play(1, cookie)
    await play(1, await sessionOf(host.app, 'manager'))
    await play(1, basic('manager'))
    await play(1, basic('MANAGER'))
    expect(told().map(({ action, recording, via }) => [action, recording, via])).toEqual([
      ['play', testGuid(1), undefined],
      ['play', testGuid(2), undefined],
      ['play', testGuid(1), undefined],
      ['login', undefined, undefined],
      ['play', testGuid(1), undefined],
      ['play', testGuid(1), 'basic'],
    ])
  })

  it('has one line for pieces that are asked for side by side', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    const pieces = ['0-99', '100-199', '200-'].map((piece) => play(1, { ...cookie, ...range(piece) }))
    for (const { statusCode } of await Promise.all(pieces)) expect(statusCode).toBe(206)
    expect(told()).toHaveLength(1)
  })

  it('has a line for each address that a session listens at', async () => {
    await open({ dependencies: { trustProxy: ['loopback'] } })
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.1']) {
      await play(1, { ...cookie, 'x-forwarded-for': address })
    }
    expect(told().map(({ action, address }) => [action, address])).toEqual([
      ['play', '192.0.2.1'],
      ['play', '192.0.2.2'],
    ])
  })

  it('has a line for each time it is saved, resumed or not', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    await play(1, cookie)
    await play(1, { ...cookie, ...range('900-') }, '?download=1')
    await play(1, cookie, '?download=1')
    await play(1, { ...cookie, ...range('500-') }, '?download=1')
    await play(1, { ...cookie, ...range('0-') }, '?download=1')
    expect(told().map(({ action }) => action)).toEqual(['play', 'download', 'download', 'download'])
  })

  it('has one line for a download that goes on with its last bytes', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    await play(1, cookie, '?download=1')
    const { statusCode, headers } = await play(1, { ...cookie, ...range('-100') }, '?download=1')
    expect([statusCode, headers['content-range']]).toEqual([206, 'bytes 900-999/1000'])
    expect(told().map(({ action }) => action)).toEqual(['download'])
  })

  it.each(['bytes=9-5', 'bytes=9-10,20-30', 'bytes=abc'])(
    'has a line of its own for a download by “%s”, which gets the whole',
    async (odd) => {
      await open()
      const cookie = await sessionOf(host.app, 'manager')
      const told = since()
      await play(1, cookie, '?download=1')
      const { statusCode, rawPayload } = await play(1, { ...cookie, range: odd }, '?download=1')
      expect([statusCode, rawPayload.length]).toEqual([200, 1000])
      expect(told().map(({ action }) => action)).toEqual(['download', 'download'])
    },
  )

  it('has no line for a request of the headers alone', async () => {
    await open()
    const told = since()
    const { statusCode } = await host.app.inject({
      method: 'HEAD',
      url: mediaEndpoint(testGuid(1)),
      headers: basic('manager'),
    })
    expect([statusCode, told()]).toEqual([200, []])
  })
})

describe('copying', () => {
  it('is a line and a metric once a session was shown more rows in an hour than COPY_ALERT', async () => {
    const metrics = createMetrics()
    await open({ dependencies: { copyAlert: 8, metrics } })
    const cookie = await sessionOf(host.app, 'manager')
    const other = await sessionOf(host.app, 'manager')
    const told = since()
    const copied = async () => {
      const alerts = told().filter(({ action }) => action === 'copy_alert')
      const counter = /^recordings_copy_alerts_total (\d+)$/m.exec(await metrics.write())?.[1]
      return [alerts.map(({ user, session: of, count }) => [user, typeof of, count]), counter]
    }
    for (const headers of [cookie, other, cookie]) await find('page=0&pageSize=50', headers)
    for (let waited = 0; waited <= 60; waited += 21) {
      host.nowMs += 21 * MINUTE_MS
      await post(AUTH_ACTIVITY, { ...ownPage, ...cookie })
    }
    await find('page=0&pageSize=50', cookie)
    await find('page=0&pageSize=50', { ...cookie, 'search-purpose': 'paging' })
    expect(await copied()).toEqual([[], '0'])
    // Paging has no line of its own, but its rows count.
    await find('page=0&pageSize=50', { ...cookie, 'search-purpose': 'paging' })
    expect(await copied()).toEqual([[['manager', 'string', 9]], '1'])
    await find('page=0&pageSize=50', cookie)
    expect(await copied()).toEqual([[['manager', 'string', 9]], '1'])
  })
})

describe('a refusal', () => {
  it.each([
    ['guest', `${RECORDINGS}?page=0&pageSize=1`, 403, 'search', 'forbidden'],
    ['guest', recordingEndpoint(testGuid(1)), 403, 'open', 'forbidden'],
    ['guest', mediaEndpoint(testGuid(1)), 403, 'play', 'forbidden'],
    ['agent', recordingEndpoint(testGuid(1)), 404, 'open', 'not_found'],
    ['agent', mediaEndpoint(testGuid(1)), 404, 'play', 'not_found'],
    ['agent', `${mediaEndpoint(testGuid(1))}?download=1`, 404, 'download', 'not_found'],
    ['manager', mediaEndpoint(testGuid(3)), 404, 'play', 'not_found'],
    ['agent', '/fw/Apps/Recorder/WebAPI/LiveRecordings', 403, 'live', 'forbidden'],
    ['guest', PEOPLE, 403, 'people', 'forbidden'],
  ])('of %s at %s has one line', async (user, url, status, attempt, outcome) => {
    await open()
    const cookie = await sessionOf(host.app, user)
    const told = since()
    expect((await get(url, cookie)).statusCode).toBe(status)
    expect(told()).toMatchObject([{ user, action: 'refusal', attempt, outcome }])
    expect((await get(url, cookie)).statusCode).toBe(status)
    expect(told()).toHaveLength(2)
  })

  it('of one search too many has a line, and those that wait have theirs in the end', async () => {
    const held = deferred()
    await open({
      wrap: (source) => ({
        ...source,
        async list(...args) {
          await held.promise
          return source.list(...args)
        },
      }),
    })
    const all = Array.from({ length: 57 }, () => find('page=0&pageSize=1', basic('manager')))
    expect((await Promise.race(all)).statusCode).toBe(429)
    expect(lines()).toMatchObject([{ action: 'refusal', attempt: 'search', outcome: 'too_many_searches' }])
    held.resolve()
    await Promise.all(all)
    expect(lines()).toHaveLength(57)
  })

  it('is not what a failing recorder answers', async () => {
    const source = watched()
    await open({ wrap: source.wrap })
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    source.fail.with = down
    await get(recordingEndpoint(testGuid(1)), cookie)
    await play(1, cookie)
    source.fail.with = null
    await play(1, cookie)
    expect(told()).toMatchObject([
      { action: 'open', recording: testGuid(1), outcome: 'recorder_down' },
      { action: 'play', recording: testGuid(1), outcome: 'recorder_down' },
      { action: 'play', outcome: 'ok' },
    ])
  })
})

/** Makes the log unwritable from now on. */
function fill(): () => void {
  const kept = `${file()}.kept`
  renameSync(file(), kept)
  symlinkSync('/dev/null', file())
  return () => renameSync(kept, file())
}

describe('a request of another site’s page', () => {
  const strange = { 'sec-fetch-site': 'cross-site' }
  it('is a refusal, with a line of its own where it carries somebody’s cookie or password', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const told = since()
    await find('page=0&pageSize=1', { ...cookie, ...strange })
    await get(recordingEndpoint(testGuid(1)), { ...cookie, 'sec-fetch-site': 'same-site' })
    await find('page=0&pageSize=1', { ...basic('agent', 'wrong'), ...strange })
    await post('/auth/login', strange)
    await post(AUTH_LOGOUT, { ...cookie, ...strange })
    expect(told().map(({ user, attempt, outcome }) => [user, attempt, outcome])).toEqual([
      ['manager', 'search', 'cross_origin'],
      ['manager', 'open', 'cross_origin'],
      ['agent', 'search', 'cross_origin'],
      ['', 'login', 'cross_origin'],
      ['manager', 'logout', 'cross_origin'],
    ])
    expect(told().every(({ action }) => action === 'refusal')).toBe(true)
  })

  it('cannot be made to fill the disk', async () => {
    await open()
    const told = since()
    for (let n = 0; n < 60; n += 1) await find('page=0&pageSize=1', { ...basic(`user${n}`, 'x'), ...strange })
    expect(told()).toHaveLength(40)
  })
})

describe('where no line can be written', () => {
  it('nothing is played, saved or exported, and nothing is asked for', async () => {
    const source = watched()
    await open({ wrap: source.wrap })
    const cookie = await sessionOf(host.app, 'manager')
    const mend = fill()
    for (const answer of [
      await play(1, cookie),
      await play(1, cookie, '?download=1'),
      await play(2, basic('manager')),
      await get(RECORDINGS, basic('manager')),
    ]) {
      expect(answer.statusCode).toBe(503)
      expect(answer.json()).toMatchObject({
        code: 'audit_unavailable',
        message: expect.stringContaining('AUDIT_LOG') as string,
      })
    }
    expect(source.asked.filter((what) => what === 'media')).toEqual([])
    mend()
    expect((await play(1, cookie)).statusCode).toBe(200)
    expect((await get(RECORDINGS, basic('manager'))).json()).toMatchObject({ totalCount: 3 })
    expect(lines().slice(1)).toMatchObject([{ action: 'play', lost: 4 }, { action: 'export' }])
    expect((await verifyLog(file())).fault).toBeNull()
  })

  it('the rest is answered, and the log names each outage once, without values', async () => {
    const logged: string[] = []
    const stream = { write: (line: string) => void logged.push(line) }
    await open({ dependencies: { log: { level: 'error', stream } } })
    const cookie = await sessionOf(host.app, 'manager')
    for (let outage = 1; outage <= 2; outage += 1) {
      const mend = fill()
      const answers = [
        await find(`page=0&pageSize=1&localPartyNumber=${outage}49891234567890`, cookie),
        await get(recordingEndpoint(testGuid(1)), cookie),
        await host.app.inject(loginRequest('agent')),
      ]
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
      expect(logged).toHaveLength(outage)
      expect(logged.at(-1)).toMatch(/not_a_file/)
      expect(logged.at(-1)).not.toMatch(/49891234567890|manager|agent/)
      mend()
      await find('page=0&pageSize=1', cookie)
    }
    expect(lines().filter(({ lost }) => lost === 3)).toHaveLength(2)
  })

  it('a path that is no longer a file stops the same', async () => {
    const source = watched()
    await open({ wrap: source.wrap })
    const cookie = await sessionOf(host.app, 'manager')
    rmSync(file())
    mkdirSync(file())
    expect((await play(1, cookie)).json()).toMatchObject({ code: 'audit_unavailable' })
    expect(source.asked).toEqual(['password'])
  })

  it('a listening that has its line goes on', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    await play(1, { ...cookie, ...range('0-499') })
    fill()
    expect((await play(1, { ...cookie, ...range('500-') })).statusCode).toBe(206)
  })
})

it('holds a chain over everything that a host does, and over its restart', async () => {
  await open()
  const cookie = await sessionOf(host.app, 'manager')
  await Promise.all(Array.from({ length: 30 }, (_, n) => find(`page=${n}&pageSize=1`, cookie)))
  await host.restart()
  await get(recordingEndpoint(testGuid(2)), cookie)
  expect(await verifyLog(file())).toMatchObject({ count: 32, fault: null })
})
