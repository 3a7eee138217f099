/** Sessions, passwords and proofs of origin, through the host. */
import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { AUTH_ACTIVITY, AUTH_LOGIN, AUTH_LOGOUT, AUTH_SESSION, RECORDINGS } from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import type { Session } from '../../contract/session.ts'
import { openForWriting } from '../sources/sqlite/database.ts'
import { Directory } from '../sources/sqlite/directory.ts'
import type { Source } from '../sources/source.ts'
import { NOON_MS } from '../../testing/clock.ts'
import {
  basic,
  loginRequest,
  ownPage,
  sessionOf,
  testHost,
  type TestHost,
  type TestHostOptions,
} from '../../testing/host.ts'
import { cheapHash } from '../../testing/store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

let host: TestHost
const open = async (options: TestHostOptions = {}): Promise<TestHost> => {
  host = await testHost({ recordings: [{ owner: { username: 'x', group: 'Sales' } }], ...options })
  return host
}
afterEach(() => host.close())

const session = (headers: Record<string, string>) => host.app.inject({ url: AUTH_SESSION, headers })
const post = (url: string, headers: Record<string, string>) =>
  host.app.inject({ method: 'POST', url, headers: { ...ownPage, ...headers } })
const statusOf = async (headers: Record<string, string>) => (await session(headers)).statusCode
const listAs = (headers: Record<string, string>, from?: string) =>
  host.app.inject({
    url: `${RECORDINGS}?page=0&pageSize=1`,
    headers,
    ...(from === undefined ? {} : { remoteAddress: from }),
  })
const logIn = (username: string, password?: string, from?: string) =>
  host.app.inject({
    ...loginRequest(username, password),
    ...(from === undefined ? {} : { remoteAddress: from }),
  })

/** Changes the directory through another connection, as `npm run user` does. */
function change(work: (directory: Directory) => void): void {
  const db = openForWriting(host.dataDir)
  work(new Directory(db))
  db.close()
}

/** The source, with a record of every password that reaches it. */
function watched(): { tried: string[]; wrap: (source: Source) => Source } {
  const tried: string[] = []
  const wrap = (source: Source): Source => ({
    ...source,
    authenticate(username, password) {
      tried.push(`${username}:${password}`)
      return source.authenticate(username, password)
    },
  })
  return { tried, wrap }
}

describe('signing in', () => {
  it('answers with the user, their rights, the host’s clock and the end of the session', async () => {
    await open()
    const expected: Session = {
      username: 'manager',
      displayName: 'Ada Neri',
      role: 'manager',
      scope: { kind: 'all' },
      canChangePassword: true,
      nowMs: NOON_MS,
      idleExpiresMs: NOON_MS + 30 * MINUTE_MS,
      expiresMs: NOON_MS + 10 * HOUR_MS,
    }
    const answer = await logIn('MANAGER')
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual(expected)
    host.nowMs += MINUTE_MS
    const later = await session(await sessionOf(host.app, 'manager'))
    expect(later.json()).toMatchObject({ nowMs: NOON_MS + MINUTE_MS })
  })

  it.each([
    ['supervisor', { kind: 'groups', groups: ['Sales'] }],
    ['agent', { kind: 'own' }],
    ['guest', { kind: 'none' }],
  ])('tells the scope of %s', async (user, scope) => {
    await open()
    expect((await logIn(user)).json()).toMatchObject({ role: expect.any(String), scope })
  })

  it('gives plain loopback a cookie for this browser session, and TLS a stricter one', async () => {
    await open({ dependencies: { trustProxy: ['127.0.0.1'] } })
    const plain = String((await logIn('agent')).headers['set-cookie'])
    expect(plain).toMatch(/^rc=[\w-]{64}; Path=\/; HttpOnly; SameSite=Lax$/)
    const request = loginRequest('agent')
    const secure = await host.app.inject({
      ...request,
      headers: { ...request.headers, 'x-forwarded-proto': 'https' },
    })
    expect(secure.headers['set-cookie']).toMatch(
      /^__Host-rc=[\w-]{64}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    const value = String(secure.headers['set-cookie']).split(';')[0]
    const over = { cookie: `${value}`, 'x-forwarded-proto': 'https' }
    expect(await statusOf(over)).toBe(200)
    // The prefix makes the cookie safe: over TLS, the same value under the plain name is worth nothing.
    expect(await statusOf({ ...over, cookie: `${value}`.replace('__Host-', '') })).toBe(401)
  })

  it.each([
    ['a wrong password', 'manager', 'Demo'],
    ['an unknown user', 'nobody', 'demo'],
    ['more than anyone’s password', 'manager', 'x'.repeat(300)],
  ])('refuses %s in the same words', async (_, username, password) => {
    await open()
    const answer = await logIn(username, password)
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toEqual({
      code: 'wrong_credentials',
      message: 'The username or the password is wrong.',
      requestId: expect.any(String),
    })
    expect(answer.headers['www-authenticate']).toBe('Session realm="recordings"')
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  it.each([
    ['nothing', undefined, 'application/json', 400],
    ['an empty body', '', 'application/json', 400],
    ['broken JSON', '{"username":', 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['no password', '{"username":"manager"}', 'application/json', 400],
    ['a number', '{"username":"manager","password":1}', 'application/json', 400],
    ['an empty name', '{"username":" ","password":"x"}', 'application/json', 400],
    ['a prototype', '{"__proto__":{},"username":"manager","password":"demo"}', 'application/json', 400],
    ['a form', 'username=manager&password=demo', 'application/x-www-form-urlencoded', 415],
    ['plain text', '{"username":"manager","password":"demo"}', 'text/plain', 415],
    ['too much', JSON.stringify({ username: 'x'.repeat(17_000) }), 'application/json', 413],
  ])('refuses %s', async (_, payload, type, status) => {
    await open()
    const answer = await host.app.inject({
      method: 'POST',
      url: AUTH_LOGIN,
      headers: { ...ownPage, 'content-type': type },
      ...(payload === undefined ? {} : { payload }),
    })
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toEqual({
      code: expect.stringMatching(/^(invalid_request|too_large)$/),
      message: expect.any(String),
      requestId: expect.any(String),
    })
  })

  it('makes a new session each time and ends the one before', async () => {
    await open()
    const first = await sessionOf(host.app, 'agent')
    const again = loginRequest('manager')
    const answer = await host.app.inject({ ...again, headers: { ...again.headers, ...first } })
    expect(answer.statusCode).toBe(200)
    expect(String(answer.headers['set-cookie'])).not.toContain(first.cookie)
    expect(await statusOf(first)).toBe(401)
  })
})

describe('a session', () => {
  it('ends 30 minutes after the last input, not the last look', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    host.nowMs += 29 * MINUTE_MS
    expect(await statusOf(cookie)).toBe(200)
    expect((await listAs(cookie)).statusCode).toBe(200)
    host.nowMs += MINUTE_MS
    expect(await statusOf(cookie)).toBe(401)
    expect((await listAs(cookie)).json()).toMatchObject({ code: 'signed_out' })
    host.nowMs = NOON_MS
    expect(await statusOf(cookie)).toBe(401)
  })

  it('lives on with input, but no longer than 10 hours', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    for (let minutes = 20; minutes < 600; minutes += 20) {
      host.nowMs = NOON_MS + minutes * MINUTE_MS
      const extended = await post(AUTH_ACTIVITY, cookie)
      expect(extended.json()).toMatchObject({
        idleExpiresMs: Math.min(host.nowMs + 30 * MINUTE_MS, NOON_MS + 10 * HOUR_MS),
        expiresMs: NOON_MS + 10 * HOUR_MS,
      })
    }
    host.nowMs = NOON_MS + 10 * HOUR_MS
    expect((await post(AUTH_ACTIVITY, cookie)).statusCode).toBe(401)
  })

  it('is worth nothing when any part of its cookie is changed', async () => {
    await open()
    const { cookie } = await sessionOf(host.app, 'manager')
    const flip = (index: number): string => {
      const other = cookie[index] === 'A' ? 'B' : 'A'
      return cookie.slice(0, index) + other + cookie.slice(index + 1)
    }
    for (const wrong of [
      flip(4),
      flip(30),
      flip(60),
      cookie.slice(0, -4),
      `${cookie}AAAA`,
      'rc=',
      'rc=%00',
    ]) {
      expect(await statusOf({ cookie: wrong })).toBe(401)
    }
    expect(await statusOf({ cookie })).toBe(200)
  })

  it('survives a restart of the host', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    await host.restart()
    expect(await statusOf(cookie)).toBe(200)
  })

  it('holds under the host’s own key alone', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    await host.restart(Buffer.alloc(32, 9))
    expect(await statusOf(cookie)).toBe(401)
  })

  it('is one of 20 that its user may have: the oldest go', async () => {
    await open()
    const other = await sessionOf(host.app, 'agent')
    const cookies: { cookie: string }[] = []
    for (let count = 0; count < 22; count += 1) {
      cookies.push(await sessionOf(host.app, count % 2 === 0 ? 'manager' : 'MANAGER'))
      host.nowMs += 1
    }
    const statuses: number[] = []
    for (const cookie of cookies) statuses.push(await statusOf(cookie))
    expect(statuses).toEqual([401, 401, ...Array.from({ length: 20 }, () => 200)])
    expect(await statusOf(other)).toBe(200)
  })

  it('does not count among the 20 of an account with a similar name', async () => {
    await open()
    const stored = await cheapHash('demo')
    change((directory) =>
      directory.saveAccount({ user: { username: 'agent@other' }, role: 'base', leads: [] }, stored),
    )
    const cookie = await sessionOf(host.app, 'agent')
    for (let count = 0; count < 20; count += 1) await sessionOf(host.app, 'agent@other')
    expect(await statusOf(cookie)).toBe(200)
  })

  it('leaves nothing in its file that could be made into a cookie', async () => {
    await open()
    const { cookie } = await sessionOf(host.app, 'manager')
    const token = Buffer.from(cookie.replace('rc=', ''), 'base64url')
    const files = ['sessions.db', 'sessions.db-wal'].map((name) => readFileSync(join(host.dataDir, name)))
    const stored = Buffer.concat(files)
    expect(stored.includes('manager')).toBe(true)
    expect(stored.includes(token.subarray(0, 16))).toBe(false)
    expect(stored.includes(token.subarray(16))).toBe(false)
  })

  it('is cleared away once it has ended', async () => {
    await open()
    await sessionOf(host.app, 'agent')
    host.nowMs += HOUR_MS
    await sessionOf(host.app, 'manager')
    const db = new Database(join(host.dataDir, 'sessions.db'), { readonly: true })
    expect(db.prepare('SELECT username FROM session').pluck().all()).toEqual(['manager'])
    db.close()
  })

  it('starts fresh if its file is of another version', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const db = new Database(join(host.dataDir, 'sessions.db'))
    db.pragma('user_version = 99')
    db.close()
    await host.restart()
    expect(await statusOf(cookie)).toBe(401)
    expect(await statusOf(await sessionOf(host.app, 'manager'))).toBe(200)
  })

  it('ends at once when its user is removed', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'agent')
    change((directory) => directory.removeAccount('agent'))
    expect(await statusOf(cookie)).toBe(401)
  })

  it('ends at once when its user’s password changes', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'agent')
    const script = basic('agent')
    expect((await listAs(script)).statusCode).toBe(200)
    const secret = await cheapHash('new')
    change((directory) => directory.savePassword('agent', secret))
    expect(await statusOf(cookie)).toBe(401)
    expect((await listAs(script)).statusCode).toBe(401)
    expect((await listAs(basic('agent', 'new'))).statusCode).toBe(200)
  })

  it('has its user’s new role at once', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    expect((await listAs(cookie)).json()).toMatchObject({ totalCount: 1 })
    change((directory) => {
      const account = directory.account('manager')
      const secret = directory.credentials('manager')?.password
      if (account && secret !== undefined) directory.saveAccount({ ...account, role: 'none' }, secret)
    })
    expect((await session(cookie)).json()).toMatchObject({ role: 'none', scope: { kind: 'none' } })
    expect((await listAs(cookie)).statusCode).toBe(403)
  })
})

describe('signing out', () => {
  it('ends the session, clears the cookie and what the browser kept', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const answer = await post(AUTH_LOGOUT, cookie)
    expect(answer.statusCode).toBe(204)
    expect(answer.headers['clear-site-data']).toBe('"cache"')
    expect(answer.headers['set-cookie']).toMatch(/^rc=; .*(Max-Age=0|Expires=Thu, 01 Jan 1970)/)
    expect(await statusOf(cookie)).toBe(401)
  })

  it.each([
    ['without a body', {}],
    ['with an empty body', { 'content-type': 'application/json' }],
    ['without a session', { cookie: 'rc=unknown' }],
  ])('works %s', async (_, headers) => {
    await open()
    expect((await post(AUTH_LOGOUT, headers)).statusCode).toBe(204)
  })

  it('leaves the user’s other sessions open', async () => {
    await open()
    const [mine, theirs] = [await sessionOf(host.app, 'manager'), await sessionOf(host.app, 'manager')]
    await post(AUTH_LOGOUT, mine)
    expect(await statusOf(theirs)).toBe(200)
  })
})

describe('too many failures', () => {
  it('are answered after a moment, which holds up nobody else', async () => {
    await open({ dependencies: { refusalMs: 3_600_000 } })
    for (let count = 0; count < 4; count += 1) expect((await logIn('manager', 'wrong')).statusCode).toBe(401)
    let isTold = false
    void logIn('manager').then(() => (isTold = true))
    expect((await logIn('agent')).statusCode).toBe(200)
    expect(isTold).toBe(false)
  })

  it('are not forwarded, and the next try waits longer each time', async () => {
    const { tried, wrap } = watched()
    await open({ wrap })
    for (let count = 0; count < 4; count += 1) expect((await logIn('manager', 'wrong')).statusCode).toBe(401)
    const refused = await logIn('Manager')
    expect(refused.statusCode).toBe(429)
    expect(refused.headers['retry-after']).toBe('15')
    expect(refused.json()).toMatchObject({
      code: 'too_many_attempts',
      message: expect.stringContaining('15 seconds'),
    })
    expect((await listAs(basic('manager'))).statusCode).toBe(429)
    expect(tried).toHaveLength(4)
    host.nowMs += 15_000
    expect((await logIn('manager', 'wrong')).statusCode).toBe(401)
    expect((await logIn('manager')).headers['retry-after']).toBe('30')
    host.nowMs += 30_000
    expect((await logIn('manager')).statusCode).toBe(200)
  })

  it('are counted for a user wherever they come from, not for others', async () => {
    await open()
    for (let count = 0; count < 4; count += 1) await logIn('manager', 'wrong', `10.0.0.${count}`)
    expect((await logIn('manager', 'demo', '10.0.0.9')).statusCode).toBe(429)
    expect((await logIn('agent', 'demo', '10.0.0.1')).statusCode).toBe(200)
  })

  it('of others never keep out a user who has signed in from there before, by page or script', async () => {
    await open()
    expect((await logIn('manager', 'demo', '10.9.0.1')).statusCode).toBe(200)
    for (let count = 0; count < 8; count += 1) await logIn('manager', 'wrong', `10.0.0.${count}`)
    await host.restart()
    expect((await logIn('manager', 'demo', '10.9.0.2')).statusCode).toBe(429)
    expect((await logIn('manager', 'demo', '10.9.0.1')).statusCode).toBe(200)
    expect((await listAs(basic('manager'), '10.9.0.1')).statusCode).toBe(200)
  })

  it('from 10 addresses lock nobody else out', async () => {
    await open()
    const users = ['agent', 'solo', 'guest', 'supervisor']
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, n) => logIn(users[n % 4] ?? '', 'wrong', `10.0.0.${n % 10}`)),
    )
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBeLessThanOrEqual(16)
    expect(answers.every(({ statusCode }) => [401, 429, 503].includes(statusCode))).toBe(true)
    expect((await logIn('manager', 'demo', '10.9.0.1')).statusCode).toBe(200)
  })

  it('slow a user down who has signed in from there, and are judged in the end', async () => {
    const slept: number[] = []
    await open({ dependencies: { slowDown: async (ms) => void slept.push(ms) } })
    expect((await logIn('manager')).statusCode).toBe(200)
    for (let count = 0; count < 10; count += 1) expect((await logIn('manager', 'wrong')).statusCode).toBe(401)
    expect((await listAs(basic('manager'))).statusCode).toBe(200)
    expect(slept).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000])
  })

  it('are forgotten with the first success', async () => {
    await open()
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 3; count += 1)
        expect((await logIn('manager', 'wrong')).statusCode).toBe(401)
      expect((await logIn('manager')).statusCode).toBe(200)
    }
  })

  it('count the same in Basic', async () => {
    const { tried, wrap } = watched()
    await open({ wrap, loginFailures: 2 })
    expect((await listAs(basic('manager', 'a'))).statusCode).toBe(401)
    expect((await logIn('manager', 'b')).statusCode).toBe(401)
    const refused = await listAs(basic('manager', 'c'))
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '15'])
    expect(tried).toEqual(['manager:a', 'manager:b'])
  })

  it('cannot be outrun by trying many at once', async () => {
    const { tried, wrap } = watched()
    await open({ wrap })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => logIn('manager', `guess ${index}`)),
    )
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(4)
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(16)
    expect(tried).toHaveLength(4)
  })

  it('do not count if the source could not judge', async () => {
    const down = new Problem({
      code: 'recorder_down',
      message: 'The recording service is down.',
    })
    const broken: Error[] = [down, down, down, down, down, new Error('secret inside')]
    await open({
      wrap: (source) => ({
        ...source,
        async authenticate(username, password) {
          const error = broken.shift()
          if (error) throw error
          return source.authenticate(username, password)
        },
      }),
    })
    for (let count = 0; count < 5; count += 1) {
      const answer = await logIn('manager')
      expect(answer.statusCode).toBe(504)
      expect(answer.json()).toMatchObject({ code: 'recorder_down' })
    }
    const unexpected = await logIn('manager')
    expect(unexpected.statusCode).toBe(500)
    expect(unexpected.body).not.toContain('secret')
    expect(unexpected.json()).toEqual({
      code: 'internal',
      message: expect.any(String),
      requestId: expect.any(String),
    })
    expect((await logIn('manager')).statusCode).toBe(200)
  })
})

describe('Basic', () => {
  it('asks the source once a minute for a right password', async () => {
    const { tried, wrap } = watched()
    await open({ wrap })
    for (let count = 0; count < 5; count += 1) expect((await listAs(basic('manager'))).statusCode).toBe(200)
    expect(tried).toHaveLength(1)
    host.nowMs += MINUTE_MS
    await listAs(basic('manager'))
    expect(tried).toHaveLength(2)
  })

  it('asks once for calls side by side', async () => {
    const { tried, wrap } = watched()
    await open({ wrap })
    const answers = await Promise.all(Array.from({ length: 12 }, () => listAs(basic('manager'))))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 12 }, () => 200))
    expect(tried).toHaveLength(1)
  })

  it('remembers no wrong password', async () => {
    await open()
    expect((await listAs(basic('manager'))).statusCode).toBe(200)
    expect((await listAs(basic('manager', 'wrong'))).statusCode).toBe(401)
    expect((await listAs(basic('agent', 'wrong'))).statusCode).toBe(401)
  })

  it('ends at once when the user is removed', async () => {
    await open()
    expect((await listAs(basic('agent'))).statusCode).toBe(200)
    change((directory) => directory.removeAccount('agent'))
    expect((await listAs(basic('agent'))).statusCode).toBe(401)
  })

  it('counts before a cookie, and opens no session', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const answer = await listAs({ ...cookie, ...basic('guest') })
    expect(answer.statusCode).toBe(403)
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(await statusOf(basic('manager'))).toBe(401)
  })

  it('reads passwords with colons and letters of any kind', async () => {
    await open()
    const secret = await cheapHash('a:b:ü')
    change((directory) => directory.savePassword('agent', secret))
    expect((await listAs(basic('agent', 'a:b:ü'))).statusCode).toBe(200)
  })
})

describe('a request that changes something', () => {
  const origin = 'http://localhost:80'
  it.each([
    ['of the page', { 'sec-fetch-site': 'same-origin' }, true],
    ['of the page in an older browser', { origin }, true],
    ['of a portal on the same site', { 'sec-fetch-site': 'same-site', origin }, false],
    ['of another site', { 'sec-fetch-site': 'cross-site', origin }, false],
    ['typed by hand', { 'sec-fetch-site': 'none' }, false],
    ['of another origin in an older browser', { origin: 'http://evil.test' }, false],
    ['of an origin that begins like ours', { origin: `${origin}.evil.test` }, false],
    ['of another scheme', { origin: 'https://localhost:80' }, false],
    ['of a hidden origin', { origin: 'null' }, false],
    ['without a word', {}, false],
    ['of several words', { 'sec-fetch-site': 'same-origin, cross-site' }, false],
  ])('%s', async (_, headers, allowed) => {
    await open()
    const cookie = await sessionOf(host.app, 'manager')
    const payload = { username: 'agent', password: 'demo' }
    for (const url of [AUTH_ACTIVITY, AUTH_LOGIN, AUTH_LOGOUT]) {
      const answer = await host.app.inject({
        method: 'POST',
        url,
        headers: { ...headers, ...cookie },
        payload,
      })
      expect(answer.statusCode === 403, url).toBe(!allowed)
      if (!allowed) expect(answer.json()).toMatchObject({ code: 'cross_origin' })
    }
    expect((await statusOf(cookie)) === 200).toBe(!allowed)
  })

  it.each([AUTH_LOGIN, AUTH_LOGOUT, AUTH_ACTIVITY])('is a POST to %s and nothing else', async (url) => {
    await open()
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'] as const) {
      const answer = await host.app.inject({ method, url, headers: ownPage })
      expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST'])
    }
  })
})

describe('a request that reads with credentials', () => {
  it.each([
    ['same-origin', 200],
    ['none', 200],
    [undefined, 200],
    ['same-site', 403],
    ['cross-site', 403],
    ['junk', 403],
  ])('from %s', async (site, status) => {
    await open()
    const from = site === undefined ? {} : { 'sec-fetch-site': site }
    const cookie = await sessionOf(host.app, 'manager')
    expect(await statusOf({ ...cookie, ...from })).toBe(status)
    expect((await listAs({ ...cookie, ...from })).statusCode).toBe(status)
    expect((await listAs({ ...basic('manager'), ...from })).statusCode).toBe(status)
    // The page itself opens from anywhere, such as a link in a mail or a portal's frame.
    for (const url of ['/', '/recordings', '/embed/v1/recordings']) {
      expect((await host.app.inject({ url, headers: { ...cookie, ...from } })).statusCode).toBe(200)
    }
  })

  it('is only asked to sign in where it has none', async () => {
    await open()
    expect((await listAs({ 'sec-fetch-site': 'cross-site' })).statusCode).toBe(401)
  })
})
