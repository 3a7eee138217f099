/** A user changes their own password, through the host. */
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { AUTH_PASSWORD, AUTH_SESSION, RECORDINGS } from '../../contract/endpoints.ts'
import { linesOf } from '../../testing/audit.ts'
import { openForWriting } from '../sources/sqlite/database.ts'
import { writeDemoMark } from '../sources/sqlite/demo-mark.ts'
import { relayHost } from '../../testing/relay.ts'
import {
  basic,
  loginRequest,
  ownPage,
  sessionOf,
  testHost,
  type TestHost,
  type TestHostOptions,
} from '../../testing/host.ts'

let host: TestHost
const open = async (options: TestHostOptions = {}): Promise<TestHost> => {
  host = await testHost({ recordings: [{}], ...options })
  return host
}
afterEach(() => host.close())

const GOOD = 'correct horse battery'
const change = (cookie: Record<string, string>, payload: object) =>
  host.app.inject({ method: 'POST', url: AUTH_PASSWORD, headers: { ...ownPage, ...cookie }, payload })
const statusOf = async (headers: Record<string, string>) =>
  (await host.app.inject({ url: AUTH_SESSION, headers })).statusCode
const logIn = async (username: string, password: string) =>
  (await host.app.inject(loginRequest(username, password))).statusCode
const lines = () => linesOf(join(host.dataDir, 'audit.log'))

describe('changing one’s own password', () => {
  it('ends every other session, goes on in this one, and has its line', async () => {
    await open()
    const [here, elsewhere] = [await sessionOf(host.app, 'agent'), await sessionOf(host.app, 'agent')]
    const other = await sessionOf(host.app, 'manager')
    expect(await host.app.inject({ url: `${RECORDINGS}?pageSize=1`, headers: basic('agent') })).toMatchObject(
      {
        statusCode: 200,
      },
    )
    const answer = await change(here, { old: 'demo', new: GOOD })
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ username: 'agent', canChangePassword: true })
    const [set] = answer.cookies
    const next = { cookie: `${set?.name}=${set?.value}` }
    expect(next).not.toEqual(here)
    expect(await statusOf(next)).toBe(200)
    for (const ended of [here, elsewhere]) expect(await statusOf(ended)).toBe(401)
    expect(await statusOf(other)).toBe(200)
    expect(await logIn('agent', 'demo')).toBe(401)
    expect(await logIn('agent', GOOD)).toBe(200)
    expect(await host.app.inject({ url: `${RECORDINGS}?pageSize=1`, headers: basic('agent') })).toMatchObject(
      { statusCode: 401 },
    )
    const told = lines().filter(({ action }) => action === 'password_changed')
    expect(told).toMatchObject([{ user: 'agent', address: '127.0.0.1', outcome: 'ok' }])
    expect(JSON.stringify(lines())).not.toContain(GOOD)
  })

  it('asks for the old one, ends no session without it, and counts it as a sign-in', async () => {
    const slept: number[] = []
    await open({ dependencies: { slowDown: async (ms) => void slept.push(ms) } })
    const cookie = await sessionOf(host.app, 'agent')
    for (let count = 0; count < 6; count += 1) {
      const refused = await change(cookie, { old: 'wrong', new: GOOD })
      expect([refused.statusCode, refused.json()]).toMatchObject([401, { code: 'wrong_credentials' }])
    }
    expect(slept).toEqual([500, 1000])
    expect(lines().filter(({ action }) => action === 'failed_login')).toHaveLength(6)
    expect(await statusOf(cookie)).toBe(200)
    expect(await logIn('agent', 'demo')).toBe(200)
  })

  it.each([
    ['seven77', /at least 8 characters/],
    ['ｓｅｖｅｎ７７', /at least 8 characters/],
    ['demo', /not the current one/],
    ['password', /commonest/],
    ['Password1', /commonest/],
    ['QWERTYUIOP', /commonest/],
    ['x'.repeat(257), /at most 256/],
  ])('does not take %s', async (weak, message) => {
    await open()
    const cookie = await sessionOf(host.app, 'agent')
    const answer = await change(cookie, { old: 'demo', new: weak })
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 'weak_password' }])
    expect(answer.json<{ message: string }>().message).toMatch(message)
    expect(await statusOf(cookie)).toBe(200)
  })

  it('does not take the username, however it is written', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'supervisor')
    for (const name of ['supervisor', 'SUPERVISOR', ' Supervisor ']) {
      const answer = await change(cookie, { old: 'demo', new: name })
      expect(answer.json<{ message: string }>().message).toMatch(/not the username/)
    }
  })

  it.each([
    [undefined, 400],
    [{ old: 'demo' }, 400],
    [{ old: 'demo', new: '' }, 400],
    [{ old: 1, new: GOOD }, 400],
  ])('with %j is refused', async (payload, status) => {
    await open()
    const cookie = await sessionOf(host.app, 'agent')
    const answer = await change(cookie, payload ?? {})
    expect(answer.statusCode).toBe(status)
  })

  it('needs a session, and the own page', async () => {
    await open()
    expect((await change({}, { old: 'demo', new: GOOD })).json()).toMatchObject({ code: 'signed_out' })
    expect((await change({ ...basic('agent') }, { old: 'demo', new: GOOD })).statusCode).toBe(401)
    const cookie = await sessionOf(host.app, 'agent')
    const strange = await change({ ...cookie, 'sec-fetch-site': 'cross-site' }, { old: 'demo', new: GOOD })
    expect(strange.json()).toMatchObject({ code: 'cross_origin' })
    expect(await logIn('agent', 'demo')).toBe(200)
  })

  it('is not for demo accounts, as the page knows', async () => {
    await open()
    const db = openForWriting(host.dataDir)
    writeDemoMark(db, { edition: 1, madeForMs: 0, accounts: ['agent'] })
    db.close()
    const cookie = await sessionOf(host.app, 'agent')
    const told = await host.app.inject({ url: AUTH_SESSION, headers: cookie })
    expect(told.json()).toMatchObject({ canChangePassword: false })
    const answer = await change(cookie, { old: 'demo', new: GOOD })
    expect([answer.statusCode, answer.json()]).toMatchObject([403, { code: 'forbidden' }])
    expect(await logIn('agent', 'demo')).toBe(200)
  })

  it('is 503 where the store is locked, and nothing is changed', async () => {
    await open()
    const cookie = await sessionOf(host.app, 'agent')
    const other = new Database(join(host.dataDir, 'recordings.db'))
    other.exec('BEGIN IMMEDIATE')
    const answer = await change(cookie, { old: 'demo', new: GOOD })
    expect([answer.statusCode, answer.json()]).toMatchObject([503, { code: 'storage_failed' }])
    expect(answer.headers['retry-after']).toBe('5')
    other.close()
    expect(await statusOf(cookie)).toBe(200)
    expect(await logIn('agent', 'demo')).toBe(200)
    expect((await change(cookie, { old: 'demo', new: GOOD })).statusCode).toBe(200)
  })
})

it('a recorder keeps passwords itself, as the page knows', async () => {
  await open()
  const relay = await relayHost()
  const cookie = await sessionOf(relay.app, 'ada')
  const session = await relay.app.inject({ url: AUTH_SESSION, headers: cookie })
  expect(session.json()).toMatchObject({ canChangePassword: false })
  const answer = await relay.app.inject({
    method: 'POST',
    url: AUTH_PASSWORD,
    headers: { ...ownPage, ...cookie },
    payload: { old: 'demo', new: GOOD },
  })
  expect([answer.statusCode, answer.json()]).toMatchObject([
    403,
    { code: 'forbidden', message: expect.stringContaining('Change yours there') as string },
  ])
  expect(relay.recorder.requests).toHaveLength(1)
  await relay.close()
})
