/** Only a trusted proxy is believed about the client and TLS. */
import type { InjectOptions } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { AUTH_LOGIN } from '../../contract/endpoints.ts'
import type { AppDependencies } from '../app.ts'
import { hostNames } from '../config/authorities.ts'
import { knownHosts } from './known-hosts.ts'
import { loginRequest, testHost, type TestHost } from '../../testing/host.ts'

const PROXY = '10.1.2.3'
const STRANGER = '203.0.113.9'

let host: TestHost
afterEach(() => host.close())

const open = async (
  trustProxy: readonly string[] = ['loopback', '10.0.0.0/8'],
  dependencies: Partial<AppDependencies> = {},
): Promise<TestHost> => {
  host = await testHost({ dependencies: { trustProxy, ...dependencies } })
  return host
}

const ask = (options: InjectOptions, from: string, headers: Record<string, string>) =>
  host.app.inject({ ...options, remoteAddress: from, headers: { ...options.headers, ...headers } })

const overTls = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'recordings.test' }

/** Signs in like a browser that sends only its origin. */
const loginAt = (origin: string, from = PROXY) =>
  ask({ ...loginRequest('agent'), headers: { origin } }, from, { ...overTls, host: '127.0.0.1:8080' })

/** A failed attempt. @returns the status. */
const fail = async (forwarded: string, from = PROXY) =>
  (await ask(loginRequest('agent', 'wrong'), from, { 'x-forwarded-for': forwarded })).statusCode

describe('a trusted proxy', () => {
  it('says that the browser speaks TLS: the cookie is strict, and TLS stays', async () => {
    await open()
    const login = await ask(loginRequest('agent'), PROXY, overTls)
    expect(login.headers['set-cookie']).toMatch(/^__Host-rc=.*; Secure;/)
    expect(login.headers['strict-transport-security']).toBe('max-age=31536000')
    const plain = await ask(loginRequest('agent'), PROXY, { 'x-forwarded-proto': 'http' })
    expect(plain.headers['set-cookie']).toMatch(/^rc=/)
    expect(plain.headers['strict-transport-security']).toBeUndefined()
  })

  it('says which host the browser asked, for a browser that sends only its origin', async () => {
    await open()
    expect((await loginAt('https://recordings.test')).statusCode).toBe(200)
    expect((await loginAt('http://recordings.test')).statusCode).toBe(403)
    expect((await loginAt('https://evil.test')).statusCode).toBe(403)
    expect((await loginAt('https://recordings.test', STRANGER)).statusCode).toBe(403)
  })

  it('says whose failures are counted; what the client wrote before it counts for nothing', async () => {
    await open()
    const signedIn = await ask(loginRequest('agent'), PROXY, { 'x-forwarded-for': '9.9.9.9, 198.51.100.7' })
    expect(signedIn.statusCode).toBe(200)
    for (const invented of ['1.1.1.1', '2.2.2.2', '127.0.0.1', '198.51.100.7']) {
      expect(await fail(`${invented}, 198.51.100.8`)).toBe(401)
    }
    // Another client, which invents the address at which the user is known.
    expect(await fail('198.51.100.7, 198.51.100.8')).toBe(429)
    // The user's own address, known and not refused, whatever the headers invent, also through two trusted proxies.
    expect(await fail('3.3.3.3, 198.51.100.7')).toBe(401)
    expect(await fail('198.51.100.7, 10.5.5.5')).toBe(401)
  })
})

describe('a stranger', () => {
  it.each([
    ['beside a trusted proxy', ['loopback', '10.0.0.0/8'], STRANGER],
    ['where none is trusted', [], '127.0.0.1'],
  ])('%s changes nothing by the same headers', async (_, trusted, from) => {
    await open(trusted)
    const login = await ask(loginRequest('agent'), from, overTls)
    expect(login.headers['set-cookie']).toMatch(/^rc=/)
    expect(login.headers['strict-transport-security']).toBeUndefined()
    // The user is known at their own address and not refused. At the invented addresses they would be.
    for (const forwarded of ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4', '5.5.5.5'])
      expect(await fail(forwarded, from)).toBe(401)
  })

  it('has no say in its own origin by X-Forwarded-Host', async () => {
    await open()
    const answer = await ask({ method: 'POST', url: AUTH_LOGIN, payload: {} }, STRANGER, {
      origin: 'http://evil.test',
      'x-forwarded-host': 'evil.test',
    })
    expect(answer.json()).toMatchObject({ code: 'cross_origin' })
  })
})

const statusOf = async (from: string, headers: Record<string, string>) =>
  (await ask({ url: '/recordings' }, from, headers)).statusCode

describe('the name that is compared with the known ones', () => {
  const trustProxy = ['loopback', '10.0.0.0/8']
  const known = (names: string) =>
    knownHosts({ host: '127.0.0.1', allowedHosts: hostNames(names), trustProxy, tls: null }).knows

  it('is what a trusted proxy says, and from anybody else the Host', async () => {
    await open(trustProxy, { knowsHost: known('recordings.test') })
    expect(await statusOf(PROXY, { ...overTls, host: '127.0.0.1:8080' })).toBe(200)
    expect(
      await statusOf(PROXY, { ...overTls, 'x-forwarded-host': 'evil.test', host: 'recordings.test' }),
    ).toBe(421)
    expect(await statusOf(PROXY, { host: 'recordings.test' })).toBe(200)
    expect(await statusOf(STRANGER, { ...overTls, host: 'evil.test' })).toBe(421)
    expect(await statusOf(STRANGER, { 'x-forwarded-host': 'evil.test', host: 'recordings.test' })).toBe(200)
  })

  it('has the port of its scheme where it says none', async () => {
    await open(trustProxy, { knowsHost: known('recordings.test:443') })
    expect(await statusOf(PROXY, overTls)).toBe(200)
    expect(await statusOf(PROXY, { ...overTls, 'x-forwarded-host': 'recordings.test:443' })).toBe(200)
    expect(await statusOf(PROXY, { ...overTls, 'x-forwarded-proto': 'http' })).toBe(421)
  })

  it('is told to stay on TLS with its subdomains, even in a refusal of the address', async () => {
    await open(trustProxy, { hstsSubdomains: true })
    for (const url of ['/', '/%', '/nowhere']) {
      const { headers } = await ask({ url }, PROXY, overTls)
      expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
      expect((await ask({ url }, STRANGER, overTls)).headers).not.toHaveProperty('strict-transport-security')
    }
  })
})

describe('a proxy that nobody trusts', () => {
  const lines: string[] = []
  const log = { level: 'warn', stream: { write: (line: string) => void lines.push(line) } } as const
  const forwarded = { 'x-forwarded-for': '198.51.100.7' }

  it.each([
    ['x-forwarded-for', '198.51.100.7'],
    ['x-forwarded-proto', 'https'],
    ['forwarded', 'for=198.51.100.7'],
  ])('causes one warning, by %s, that TRUST_PROXY is not set', async (name, value) => {
    lines.length = 0
    await open([], { log })
    await ask({ url: '/' }, '127.0.0.1', {})
    expect(lines).toEqual([])
    for (const url of ['/', '/healthz', '/']) await ask({ url }, '127.0.0.1', { [name]: value })
    expect(lines).toEqual([expect.stringMatching(/"level":40.*Set TRUST_PROXY to/)])
    expect(lines[0]).not.toContain(value)
  })

  it('causes no warning if another proxy is trusted', async () => {
    lines.length = 0
    await open(['10.0.0.0/8'], { log })
    await ask({ url: '/' }, STRANGER, forwarded)
    await ask({ url: '/' }, PROXY, forwarded)
    expect(lines).toEqual([])
  })
})
