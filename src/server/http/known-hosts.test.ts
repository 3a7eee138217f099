/** The names under which the host answers. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, type CertificateAuthority } from '../../testing/recorder/certificates.ts'
import { AUTH_LOGIN, AUTH_SESSION, RECORDINGS } from '../../contract/endpoints.ts'
import { hostNames, readAuthority } from '../config/authorities.ts'
import { basic, exchange, listen, loginRequest, rawGet, testHost, type TestHost } from '../../testing/host.ts'
import { knownHosts, type KnowsHost } from './known-hosts.ts'

const standard = { host: '127.0.0.1', allowedHosts: [], trustProxy: [], tls: null }

const asked = (knows: KnowsHost | null, text: string): boolean => {
  const authority = readAuthority(text)
  return authority !== null && knows?.({ name: authority.name, port: authority.port ?? 80 }) === true
}

describe('a Host header', () => {
  it.each([
    ['recordings.test', 'recordings.test', null],
    ['RECORDINGS.Test.', 'recordings.test', null],
    ['recordings.test:8443', 'recordings.test', 8443],
    ['recordings.test:', 'recordings.test', null],
    ['XN--ZO-IJA.test', 'xn--zo-ija.test', null],
    ['127.1:80', '127.0.0.1', 80],
    ['[::1]:8080', '[::1]', 8080],
    ['[0:0:0:0:0:0:0:1]', '[::1]', null],
    ['my_host', 'my_host', null],
  ])('%s is the host %s', (text, name, port) => {
    expect(readAuthority(text)).toEqual({ name, port })
  })

  it.each([
    '',
    '.',
    'a b',
    'a/b',
    'a@b',
    'a:b',
    'a:65536',
    'a:80:80',
    '::1',
    '[::1',
    '[::g]',
    'zoë',
    'a%41',
    '*',
    '1.2.3.999',
  ])('%j names no host', (text) => {
    expect(readAuthority(text)).toBeNull()
  })

  it('is read without a throw, whatever it holds, and reads the same again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.domain(),
          fc.ipV4(),
          fc.ipV6().map((text) => `[${text}]`),
        ),
        (text) => {
          const read = readAuthority(text)
          if (read) expect(readAuthority(read.name)).toEqual({ ...read, port: null })
        },
      ),
    )
  })
})

describe('the known names are', () => {
  it('loopback names, on loopback, at any port', () => {
    const { knows } = knownHosts(standard)
    for (const name of [
      'localhost',
      'LOCALHOST.',
      'app.localhost:5173',
      '127.0.0.1:8080',
      '127.8.8.8',
      '[::1]:1',
    ]) {
      expect([name, asked(knows, name)]).toEqual([name, true])
    }
    for (const name of [
      'evil.test',
      'localhost.evil.test',
      '10.0.0.1',
      '0.0.0.0',
      '[::2]',
      'evillocalhost',
    ]) {
      expect([name, asked(knows, name)]).toEqual([name, false])
    }
  })

  it('all, if the host cannot know its own', () => {
    expect(knownHosts({ ...standard, host: '0.0.0.0' }).knows).toBeNull()
    expect(knownHosts({ ...standard, trustProxy: ['loopback'] }).knows).toBeNull()
  })

  it('only those of the configuration', () => {
    const allowedHosts = hostNames('recordings.example.com, zoë.test, 10.0.0.5:8443, [2001:db8::1]')
    const { knows } = knownHosts({ ...standard, allowedHosts })
    for (const name of [
      'Recordings.Example.com.:9',
      'xn--zo-ija.test',
      '10.0.0.5:8443',
      '[2001:DB8::1]:80',
    ]) {
      expect([name, asked(knows, name)]).toEqual([name, true])
    }
    for (const name of [
      'localhost',
      '127.0.0.1',
      'example.com',
      'a.recordings.example.com',
      '10.0.0.5',
      '10.0.0.5:8080',
    ]) {
      expect([name, asked(knows, name)]).toEqual([name, false])
    }
  })
})

describe('with its own TLS', () => {
  let authority: CertificateAuthority
  beforeAll(async () => {
    authority = await makeAuthority()
  }, 60_000)
  afterAll(() => authority.remove())

  it('the names of the certificate are known, also after a renewal', async () => {
    const tls = await authority.issue(['recordings.test', '*.wild.test', '10.0.0.5', '2001:db8::1'])
    const hosts = knownHosts({ ...standard, host: '0.0.0.0', tls })
    for (const name of [
      'recordings.test:8443',
      'RECORDINGS.test.',
      'a.wild.test',
      '10.0.0.5',
      '[2001:db8::1]',
      'localhost',
      '127.0.0.1',
    ]) {
      expect([name, asked(hosts.knows, name)]).toEqual([name, true])
    }
    for (const name of [
      'evil.test',
      'wild.test',
      'a.b.wild.test',
      'a.recordings.test',
      '10.0.0.6',
      '[2001:db8::2]',
    ]) {
      expect([name, asked(hosts.knows, name)]).toEqual([name, false])
    }
    hosts.renew(await authority.issue(['new.test']))
    expect(asked(hosts.knows, 'new.test')).toBe(true)
    expect(asked(hosts.knows, 'recordings.test')).toBe(false)
    expect(asked(hosts.knows, 'localhost')).toBe(true)
  })

  it('the configuration’s names come before the certificate’s', async () => {
    const tls = await authority.issue(['recordings.test'])
    const { knows } = knownHosts({ ...standard, tls, allowedHosts: hostNames('other.test') })
    expect(asked(knows, 'other.test')).toBe(true)
    expect(asked(knows, 'recordings.test')).toBe(false)
  })
})

describe('under an unknown name', () => {
  let host: TestHost
  let port: number
  beforeAll(async () => {
    host = await testHost({ recordings: [{}], dependencies: { knowsHost: knownHosts(standard).knows } })
    port = await listen(host.app)
  })
  afterAll(() => host.close())

  const refused = expect.stringMatching(/^HTTP\/1\.1 421 /)

  it.each([
    '/',
    '/recordings',
    '/recordings/',
    '/embed/v1/recordings',
    '/nowhere',
    '/%',
    '/favicon.svg',
    '/assets/x-abc123.js',
    AUTH_SESSION,
    `${RECORDINGS}?pageSize=1`,
    `${RECORDINGS}/1/Media`,
  ])('nothing looks at the request to %s', async (path) => {
    const answer = await exchange(port, rawGet(path, { host: 'evil.test', ...basic('manager') }))
    expect(answer).toEqual(refused)
    expect(answer).toMatch(/"code":"wrong_host","message":"[^"]*set ALLOWED_HOSTS/)
    expect(answer).toContain('cache-control: no-store\r\n')
    expect(answer).not.toContain('evil.test')
    expect(answer).not.toMatch(/\r\n(location|set-cookie|access-control)/i)
  })

  it('the length of the address is not checked', async () => {
    expect(await exchange(port, rawGet(`/${'x'.repeat(8200)}`, { host: 'evil.test' }))).toEqual(refused)
  })

  it('nobody signs in, and no failure is counted', async () => {
    for (let tries = 0; tries < 6; tries += 1) {
      const request = loginRequest('manager', 'wrong')
      const headers = { ...request.headers, host: 'evil.test' }
      expect((await host.app.inject({ ...request, headers })).statusCode).toBe(421)
    }
    expect((await host.app.inject(loginRequest('manager'))).statusCode).toBe(200)
    const cross = { method: 'PUT', url: AUTH_LOGIN, headers: { host: 'evil.test' } } as const
    expect((await host.app.inject(cross)).statusCode).toBe(421)
  })

  it('the name in the target replaces the Host', async () => {
    expect(await exchange(port, rawGet('http://evil.test/recordings'))).toEqual(refused)
    expect(await exchange(port, rawGet('http://localhost/recordings', { host: 'evil.test' }))).toContain(
      ' 200 OK',
    )
  })

  it('an older client that names no host is refused', async () => {
    expect(await exchange(port, 'GET / HTTP/1.0\r\n\r\n')).toEqual(refused)
  })

  it('a load balancer still gets the host’s health', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect(await exchange(port, rawGet(path, { host: '10.0.0.9' }))).toContain(' 200 OK')
    }
  })
})
