/** Demo accounts, whose passwords are public: open to this machine, and closed to clients of a proxy. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUTH_LOGOUT, AUTH_SESSION, RECORDINGS } from '../../contract/endpoints.ts'
import type { DemoAccount } from '../../contract/session.ts'
import type { Source } from '../sources/source.ts'
import { basic, loginRequest, ownPage, sessionOf, testHost, type TestHost } from '../../testing/host.ts'

const demoAccounts: readonly DemoAccount[] = [{ username: 'manager', password: 'demo', role: 'manager' }]

let host: TestHost
/** The answer to a wrong password. */
let wrong: LightMyRequestResponse
/** The cookie of the demo account, signed in on this machine. */
let cookie: { cookie: string }
const tried: string[][] = []
const wrap = (source: Source): Source => ({
  ...source,
  authenticate(username, password) {
    tried.push([username, password])
    return source.authenticate(username, password)
  },
})
beforeAll(async () => {
  const dependencies = { demoAccounts, trustProxy: ['10.0.0.0/8', 'loopback'] }
  host = await testHost({ recordings: [{}], dependencies, loginFailures: 1000, wrap })
  wrong = await host.app.inject(loginRequest('agent', 'wrong'))
  cookie = await sessionOf(host.app, 'manager')
})
afterAll(() => host.close())

interface From {
  readonly remoteAddress?: string
  readonly headers?: Record<string, string>
}

const ask = (options: InjectOptions, { remoteAddress = '127.0.0.1', headers = {} }: From) =>
  host.app.inject({ ...options, remoteAddress, headers: { ...options.headers, ...headers } })

const away: readonly (readonly [string, From])[] = [
  ['another machine', { remoteAddress: '203.0.113.9' }],
  [
    'another machine that says it is this one',
    { remoteAddress: '203.0.113.9', headers: { 'x-forwarded-for': '127.0.0.1' } },
  ],
  ['a trusted proxy', { remoteAddress: '10.1.2.3', headers: { 'x-forwarded-for': '127.0.0.1' } }],
  ['a silent trusted proxy', { remoteAddress: '10.1.2.3' }],
  ['a proxy here with X-Forwarded-For', { headers: { 'x-forwarded-for': '127.0.0.1' } }],
  ['a proxy here with X-Forwarded-Proto', { headers: { 'x-forwarded-proto': 'http' } }],
  ['a proxy here with X-Forwarded-Host', { headers: { 'x-forwarded-host': 'localhost' } }],
  ['a proxy here with X-Real-IP', { headers: { 'x-real-ip': '127.0.0.1' } }],
  ['a proxy here with Forwarded', { headers: { forwarded: 'for=127.0.0.1' } }],
  ['a proxy here with Via', { headers: { via: '1.1 proxy' } }],
]
const here: readonly (readonly [string, From])[] = [
  ['this machine', {}],
  ['another address of loopback', { remoteAddress: '127.9.9.9' }],
  ['this machine over IPv6', { remoteAddress: '::1' }],
  ['this machine over both', { remoteAddress: '::ffff:127.0.0.1' }],
]
const list = `${RECORDINGS}?page=0&pageSize=1`
const withoutId = (body: string): unknown => ({ ...(JSON.parse(body) as object), requestId: '' })

describe('a demo account', () => {
  it.each(here)('is open to %s', async (_, from) => {
    expect((await ask(loginRequest('manager'), from)).statusCode).toBe(200)
    expect((await ask({ url: list, headers: basic('manager') }, from)).statusCode).toBe(200)
    expect((await ask({ url: '/' }, from)).body).toContain('&quot;password&quot;:&quot;demo&quot;')
  })

  it.each(away)('answers %s as for a wrong password', async (_, from) => {
    for (const answer of [
      await ask(loginRequest('manager'), from),
      await ask({ url: list, headers: basic('manager') }, from),
    ]) {
      expect(answer.statusCode).toBe(401)
      expect(withoutId(answer.body)).toEqual(withoutId(wrong.body))
      expect(Object.keys(answer.headers).toSorted()).toEqual(Object.keys(wrong.headers).toSorted())
    }
  })

  it.each(['MANAGER', 'corp\\manager', 'manager@corp.test', 'manager.', 'ｍanager'])(
    'is recognized in another spelling: %s',
    async (name) => {
      const answer = await ask(loginRequest(name), { remoteAddress: '203.0.113.9' })
      expect(withoutId(answer.body)).toEqual(withoutId(wrong.body))
    },
  )

  it.each(away)('has no session for %s, and is not offered', async (_, from) => {
    const told = await ask({ url: AUTH_SESSION, headers: { ...cookie, ...ownPage } }, from)
    expect([told.statusCode, told.json<{ code: string }>().code]).toEqual([401, 'signed_out'])
    const { body } = await ask({ url: '/', headers: cookie }, from)
    expect(body).toContain('&quot;session&quot;:null,&quot;demoAccounts&quot;:[]')
  })

  it('keeps its session for this machine, even if its cookie is used elsewhere', async () => {
    expect((await ask({ url: list, headers: cookie }, { remoteAddress: '203.0.113.9' })).statusCode).toBe(401)
    expect((await ask({ url: list, headers: cookie }, {})).statusCode).toBe(200)
  })

  it('is judged at the source with a wrong password, a different one for each given password', async () => {
    const from = { remoteAddress: '203.0.113.9' }
    tried.length = 0
    await ask(loginRequest('manager', 'demo'), from)
    await ask(loginRequest('manager', 'other'), from)
    await ask({ url: list, headers: basic('manager', 'demo') }, from)
    expect(tried.map(([username]) => username)).toEqual(['manager', 'manager', 'manager'])
    expect(tried[0]?.[1]).toBe(tried[2]?.[1])
    expect(new Set(tried.map(([, secret]) => secret)).size).toBe(2)
    expect(tried.flat()).not.toContain('demo')
  })

  it('can sign out from anywhere', async () => {
    const headers = { ...(await sessionOf(host.app, 'manager')), ...ownPage }
    const out = await ask({ method: 'POST', url: AUTH_LOGOUT, headers }, { remoteAddress: '203.0.113.9' })
    expect(out.statusCode).toBe(204)
    expect((await ask({ url: AUTH_SESSION, headers }, {})).statusCode).toBe(401)
  })
})

it('opens other accounts to everybody', async () => {
  const from = { remoteAddress: '203.0.113.9', headers: { 'x-forwarded-for': '198.51.100.7' } }
  expect((await ask(loginRequest('agent'), from)).statusCode).toBe(200)
  expect((await ask({ url: list, headers: basic('supervisor') }, from)).statusCode).toBe(200)
})
