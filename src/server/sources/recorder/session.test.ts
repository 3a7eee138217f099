/** A session in front of the recorder: what it stores, and how it ends when the password changes at the recorder. */
import Database from 'better-sqlite3'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault } from '../../../testing/recorder/faults.ts'
import { AUTH_SESSION, recordingEndpoint } from '../../../contract/endpoints.ts'
import { basic, loginRequest, sessionOf } from '../../../testing/host.ts'
import { PROVEN_MS, REFUSED_MS } from './credentials.ts'
import { ask, askFirstPage, outcome, relayHost, type Relay } from '../../../testing/relay.ts'

const password = 'correct horse: battery'
const recordings = makeCalls({}, {}, {})
const users = [
  { username: 'ada', password, may: 'all' },
  { username: 'boss', password: 'demo', may: 'all' },
] as const

let relay: Relay
beforeEach(async () => {
  relay = await relayHost({ recorder: { users, recordings } })
})
afterEach(() => relay.close())

const enter = (): Promise<{ cookie: string }> => relay.enter('ada', password)
const list = async (headers: Record<string, string>): Promise<string> =>
  outcome(await askFirstPage(relay, headers))
const many = (count: number, headers: Record<string, string>): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => list(headers)))
const rows = (): number => {
  const db = new Database(join(relay.dataDir, 'sessions.db'), { readonly: true })
  const count = db.prepare('SELECT count(*) FROM session').pluck().get() as number
  db.close()
  return count
}

/** The contents of all files of the host. */
const stored = (): Buffer =>
  Buffer.concat(
    readdirSync(relay.dataDir, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  )

describe('what the host stores', () => {
  it('contains the password in no known form', async () => {
    const answer = await relay.app.inject(loginRequest('ada', password))
    const token = answer.cookies[0]?.value ?? ''
    expect(await list({ cookie: `rc=${token}` })).toBe('200')
    expect(await list(basic('ada', password))).toBe('200')
    const bytes = stored()
    expect(bytes.length).toBeGreaterThan(1000)
    const pair = `ada:${password}`
    const cookieKey = Buffer.from(token, 'base64url').subarray(16)
    const forms = [Buffer.from(password), Buffer.from(password, 'utf16le'), cookieKey]
    const texts = [token, ...[pair, password].map((text) => Buffer.from(text).toString('base64'))]
    for (const form of [...forms, ...texts]) expect(bytes.includes(form)).toBe(false)
    for (const [name, text] of Object.entries(answer.headers))
      expect(`${name} ${String(text)}`).not.toContain(password)
    expect(answer.body).not.toContain(password)
  })

  it('opens again for the same host, and for no other', async () => {
    const cookie = await enter()
    await relay.restart()
    expect(await list(cookie)).toBe('200')
    await relay.restart(Buffer.alloc(32, 9))
    const asked = relay.recorder.requests.length
    expect(await list(cookie)).toBe('401 signed_out')
    expect(relay.recorder.requests).toHaveLength(asked)
  })

  it('opens neither with another cookie nor in another row', async () => {
    const [mine, theirs] = [await enter(), await relay.enter('boss')]
    const db = new Database(join(relay.dataDir, 'sessions.db'))
    const sealed = db.prepare('SELECT sealed FROM session ORDER BY username').pluck().all()
    const swap = db.prepare('UPDATE session SET sealed = ? WHERE username = ?')
    swap.run(sealed[1], 'ada')
    swap.run(sealed[0], 'boss')
    db.close()
    expect(await list(mine)).toBe('401 signed_out')
    expect(await list(theirs)).toBe('401 signed_out')
    expect(relay.recorder.requests).toEqual([])
  })
})

describe('an account that signs in by several names', () => {
  const own = ['CORP\\ada', 'ada@corp.example', 'ada', 'ADA']
  const others = ['ada@elsewhere.example', 'boss']
  let spelled: Relay
  beforeEach(async () => {
    const names = [...own.slice(0, 3), ...others]
    const people = names.map((username) => ({ username, password, may: 'all' }) as const)
    spelled = await relayHost({ recorder: { users: people, recordings } })
  })
  afterEach(() => spelled.close())

  const signInAs = async (username: string): Promise<{ cookie: string }> => {
    spelled.nowMs += 1
    const answer = await spelled.app.inject(loginRequest(username, password))
    expect(answer.statusCode).toBe(200)
    return { cookie: `rc=${answer.cookies[0]?.value}` }
  }
  const isIn = async (headers: { cookie: string }): Promise<boolean> =>
    (await ask(spelled, AUTH_SESSION, headers)).status === 200

  it('has 20 sessions in all, and does not displace another name that has fewer', async () => {
    const [stranger, boss] = [await signInAs(others[0] ?? ''), await signInAs('boss')]
    const cookies: { cookie: string }[] = []
    for (let count = 0; count < 30; count += 1) cookies.push(await signInAs(own[count % 4] ?? ''))
    const open = await Promise.all(cookies.map(isIn))
    expect(open.filter(Boolean)).toHaveLength(19)
    expect(open.slice(-8).every(Boolean)).toBe(true)
    expect(await Promise.all([stranger, boss].map(isIn))).toEqual([true, true])
  })
})

describe('a password that changes at the recorder', () => {
  it('ends the session and the user’s older ones, but not a newer one with the new password', async () => {
    const older = await enter()
    relay.nowMs += 1000
    const current = await enter()
    relay.nowMs += 1000
    relay.recorder.setPassword('ada', 'new')
    const newer = await relay.enter('ada', 'new')
    const other = await relay.enter('boss')
    expect(rows()).toBe(4)
    expect(await list(current)).toBe('401 signed_out')
    expect(rows()).toBe(2)
    expect((await ask(relay, AUTH_SESSION, older)).status).toBe(401)
    expect((await ask(relay, AUTH_SESSION, current)).status).toBe(401)
    expect(await list(newer)).toBe('200')
    expect(await list(other)).toBe('200')
    expect(relay.recorder.requests.filter(({ user }) => user === 'ada')).toHaveLength(2)
  })

  it.each(['list', 'detail', 'media'] as const)('is noticed by the %s', async (route) => {
    const cookie = await enter()
    expect(await list(cookie)).toBe('200')
    relay.recorder.setPassword('ada', 'new')
    const address = recordingEndpoint(recordings[0]?.id ?? '')
    const answer = await (route === 'list'
      ? askFirstPage(relay, cookie)
      : ask(relay, route === 'media' ? `${address}/Media` : address, cookie))
    expect(outcome(answer)).toBe('401 signed_out')
    expect(answer.headers).toMatchObject({ 'www-authenticate': 'Session realm="recordings"' })
    expect(rows()).toBe(0)
  })

  it('costs one refused request, however many the page sends at once', async () => {
    const cookie = await enter()
    expect(await list(cookie)).toBe('200')
    relay.steadyMs += PROVEN_MS
    relay.recorder.setPassword('ada', 'new')
    expect(new Set(await many(10, cookie))).toEqual(new Set(['401 signed_out']))
    expect(relay.recorder.requests).toHaveLength(2)
  })

  it('costs one refused request for all of the user’s sessions', async () => {
    const cookies = [await enter(), await enter(), await enter()]
    relay.recorder.setPassword('ada', 'new')
    for (const cookie of cookies) expect(await list(cookie)).toBe('401 signed_out')
    expect(relay.recorder.requests).toHaveLength(1)
    expect(rows()).toBe(0)
  })

  it('ends the running requests too', async () => {
    const cookie = await enter()
    expect(await list(cookie)).toBe('200')
    relay.recorder.on('list', recorderFault.hold, 3)
    const running = many(3, cookie)
    await expect.poll(() => relay.recorder.held()).toBe(3)
    relay.recorder.setPassword('ada', 'new')
    expect(await list(cookie)).toBe('401 signed_out')
    expect(new Set(await running)).toEqual(new Set(['401 signed_out']))
    await expect.poll(() => relay.recorder.active()).toBe(0)
    expect(relay.recorder.requests).toHaveLength(5)
  })

  it('does not queue requests with a proven password', async () => {
    const cookie = await enter()
    expect(await list(cookie)).toBe('200')
    relay.recorder.on('list', recorderFault.hold)
    const running = many(6, cookie)
    await expect.poll(() => relay.recorder.held()).toBe(6)
    relay.recorder.heal()
    expect(new Set(await running)).toEqual(new Set(['200']))
  })

  it('is sent by one request until its answer has proven it', async () => {
    const cookie = await enter()
    relay.recorder.on('list', recorderFault.hold, 1)
    const running = many(5, cookie)
    await expect.poll(() => relay.recorder.held()).toBe(1)
    expect(relay.recorder.requests).toHaveLength(1)
    relay.recorder.release()
    expect(new Set(await running)).toEqual(new Set(['200']))
    expect(relay.recorder.requests).toHaveLength(5)
  })

  it('lets the user sign in at once with the new one', async () => {
    const cookie = await enter()
    relay.recorder.setPassword('ada', 'new')
    expect(await list(cookie)).toBe('401 signed_out')
    const answer = await relay.app.inject(loginRequest('ada', 'new'))
    expect(answer.statusCode).toBe(200)
  })
})

describe('a recorder that fails', () => {
  it('ends no session', async () => {
    const cookie = await sessionOf(relay.app, 'boss')
    for (const status of [500, 502, 503, 504, 403, 404]) {
      relay.recorder.on('list', recorderFault.status(status), 1)
      expect(await list(cookie)).not.toMatch(/^401|^200/)
    }
    expect((await ask(relay, AUTH_SESSION, cookie)).status).toBe(200)
    expect(await list(cookie)).toBe('200')
  })
})

describe('a script', () => {
  it('tries its password once a minute, and sends it with each call', async () => {
    for (let count = 0; count < 3; count += 1) expect(await list(basic('ada', password))).toBe('200')
    expect(relay.recorder.requests.map(({ params }) => params.get('pageSize'))).toEqual(['1', '5', '5', '5'])
  })

  it('whose password changes is refused from then on, after one more request and one more try', async () => {
    const script = basic('ada', password)
    expect(await list(script)).toBe('200')
    relay.recorder.setPassword('ada', 'new')
    const asked = relay.recorder.requests.length
    expect(await list(script)).toBe('401 signed_out')
    relay.steadyMs += PROVEN_MS
    for (let count = 0; count < 3; count += 1) expect(await list(script)).toBe('401 refused_by_recorder')
    expect(relay.recorder.requests).toHaveLength(asked + 2)
    relay.steadyMs += REFUSED_MS
    relay.recorder.setPassword('ada', password)
    expect(await list(script)).toBe('200')
  })

  it('with ten concurrent calls after a change causes no more requests', async () => {
    const script = basic('ada', password)
    expect(await list(script)).toBe('200')
    relay.steadyMs += PROVEN_MS
    relay.recorder.setPassword('ada', 'new')
    const asked = relay.recorder.requests.length
    for (const told of await many(10, script)) expect(told).toMatch(/^4(01|29) /)
    expect(relay.recorder.requests.length - asked).toBeLessThanOrEqual(2)
  })

  it('ends no session of the page that holds another password', async () => {
    relay.recorder.setPassword('ada', 'new')
    const cookie = await relay.enter('ada', 'new')
    expect(await list(basic('ada', password))).toBe('401 refused_by_recorder')
    expect(await list(cookie)).toBe('200')
  })
})
