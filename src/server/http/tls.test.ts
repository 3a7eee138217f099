/** The host's own TLS, over real connections: the limits of plain HTTP hold, and certificates can be renewed. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeAuthority,
  type CertificateAuthority,
  type KeyPair,
} from '../../testing/recorder/certificates.ts'
import { AUTH_LOGIN } from '../../contract/endpoints.ts'
import { knownHosts } from './known-hosts.ts'
import { listen, loginRequest, rawGet, testHost, type TestHost } from '../../testing/host.ts'
import { renewCertificate } from './tls.ts'

const lines: string[] = []
const log = { level: 'info', stream: { write: (line: string) => void lines.push(line) } } as const

const logged = () => lines.map((line) => JSON.parse(line) as { level: number; msg: string })

let authority: CertificateAuthority
let first: KeyPair
let host: TestHost
let port: number
beforeAll(async () => {
  authority = await makeAuthority()
  first = await authority.issue(['recordings.test'])
  host = await testHost({ dependencies: { tls: first, log } })
  port = await listen(host.app)
}, 60_000)
afterAll(async () => {
  await host.close()
  await authority.remove()
})

const open = (at = port): TLSSocket =>
  connect({ port: at, host: '127.0.0.1', ca: authority.ca, servername: 'recordings.test' })

/** Sends bytes as they are and reads until the host closes the connection. */
async function exchangeSecurely(bytes: string, at = port): Promise<string> {
  const socket = open(at)
  socket.setEncoding('utf8')
  let answer = ''
  socket.on('data', (text: string) => (answer += text))
  // A host that closes while bytes still arrive resets the connection. Only its answer counts.
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  socket.write(bytes)
  await once(socket, 'close')
  return answer
}

/** An RSA key with a self-signed certificate. */
function makeRsaPair(): KeyPair {
  const [certFile, keyFile] = [join(host.dataDir, 'rsa.crt'), join(host.dataDir, 'rsa.key')]
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '2']
  execFileSync('openssl', [...args, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' })
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
const headers = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '1']))
const serialOf = async (at = port): Promise<string> => {
  const socket = open(at)
  await once(socket, 'secureConnect')
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}
const expectServing = async (at = port): Promise<void> => {
  expect(statusOf(await exchangeSecurely(rawGet('/healthz'), at))).toBe(200)
}

describe('over its own TLS', () => {
  it('a sign-in gets the strict cookie, and every answer says that TLS stays', async () => {
    const { payload } = loginRequest('manager')
    const login = httpsRequest({
      port,
      ca: authority.ca,
      servername: 'recordings.test',
      method: 'POST',
      path: AUTH_LOGIN,
      headers: {
        host: 'recordings.test',
        origin: 'https://recordings.test',
        'content-type': 'application/json',
      },
    })
    login.end(JSON.stringify(payload))
    const [answer] = (await once(login, 'response')) as [import('node:http').IncomingMessage]
    answer.resume()
    expect(answer.statusCode).toBe(200)
    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-rc=.*; Secure;/)
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
  })

  it.each([
    ['100 headers', rawGet('/healthz', headers(98)), 200],
    ['101 headers', rawGet('/healthz', headers(99)), 431],
    ['17 KB of headers', rawGet('/healthz', { x: 'x'.repeat(17_408) }), 431],
    ['a longer address', rawGet(`/healthz?${'x'.repeat(8200)}`), 414],
    ['no HTTP', 'BREW / HTTP/1.1\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('the limits are the same: %s', async (_, bytes, status) => {
    expect(statusOf(await exchangeSecurely(bytes))).toBe(status)
    await expectServing()
  })

  it('has the same times for a slow client, and as many for the handshake', () => {
    expect(host.app.server).toMatchObject({ headersTimeout: 15_000, requestTimeout: 30_000 })
  })

  it('drops clients that are slow with headers, a body or the handshake', async () => {
    const limits = { headersMs: 300, requestMs: 600, checkEveryMs: 25 }
    const strict = await testHost({ dependencies: { tls: first, limits } })
    const strictPort = await listen(strict.app)
    const drip = async (start: string): Promise<string> => {
      const socket = open(strictPort)
      let answer = ''
      socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
      socket.on('error', () => {})
      await once(socket, 'secureConnect')
      socket.write(start)
      const drop = setInterval(() => socket.write('x'), 10)
      await once(socket, 'close')
      clearInterval(drop)
      return answer
    }
    const silent = connectPlain(strictPort, '127.0.0.1')
    silent.on('error', () => {})
    const [slowHead, slowBody] = await Promise.all([
      drip('GET / HTTP/1.1\r\nhost: x\r\nx: '),
      drip(
        'POST /auth/login HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n',
      ),
      once(silent.resume(), 'close'),
      expectServing(strictPort),
    ])
    expect([statusOf(slowHead), statusOf(slowBody)]).toEqual([408, 408])
    await strict.close()
  })

  it.each([
    ['plain HTTP', rawGet('/healthz')],
    ['nonsense', 'x'.repeat(2000)],
    ['an alert', '\x15\x03\x01\x00\x02\x02\x00'],
  ])('%s on its port is hung up on, and nothing else happens', async (_, bytes) => {
    const socket = connectPlain(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket.on('error', () => {})
    let answer = ''
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
    await once(socket, 'close')
    expect(answer).not.toContain('200')
    await expectServing()
  })

  it('does not speak TLS 1.1', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...old })
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error]
    expect(String(error)).toMatch(/protocol|version/i)
    await expectServing()
  })
})

describe('a suite without forward secrecy or without AEAD is refused', () => {
  let rsa: TestHost
  let rsaPort: number
  beforeAll(async () => {
    // The old suites need an RSA key: they do not work with an elliptic one.
    rsa = await testHost({ dependencies: { tls: makeRsaPair() } })
    rsaPort = await listen(rsa.app)
  })
  afterAll(() => rsa.close())

  const shake = async (options: ConnectionOptions, at = rsaPort): Promise<string> => {
    const socket = connect({ port: at, host: '127.0.0.1', rejectUnauthorized: false, ...options })
    const settled = once(socket, 'secureConnect').then(
      () => `${socket.getProtocol()} ${socket.getCipher().standardName}`,
      (error: unknown) => `refused: ${(error as { code?: string }).code}`,
    )
    return settled.finally(() => socket.destroy())
  }
  const v12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const

  it.each([
    'AES128-GCM-SHA256',
    'AES256-GCM-SHA384',
    'AES128-SHA',
    'ECDHE-RSA-AES128-SHA256',
    'ECDHE-RSA-AES256-SHA384',
    'ECDHE-RSA-AES128-SHA',
    'ECDHE-RSA-AES256-SHA',
    'DHE-RSA-AES128-GCM-SHA256',
  ])('%s', async (ciphers) => {
    expect(await shake({ ...v12, ciphers: `${ciphers}:@SECLEVEL=0` })).toMatch(
      /^refused: .*HANDSHAKE_FAILURE/,
    )
  })

  it.each([
    ['ECDHE-RSA-AES128-GCM-SHA256', 'TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
    ['ECDHE-RSA-AES256-GCM-SHA384', 'TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
    ['ECDHE-RSA-CHACHA20-POLY1305', 'TLSv1.2 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'],
  ])('%s is spoken', async (ciphers, spoken) => {
    expect(await shake({ ...v12, ciphers })).toBe(spoken)
  })

  it('so are TLS 1.3, and either version with an elliptic key, also after a renewal', async () => {
    expect(await shake({})).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384')
    const elliptic = { servername: 'recordings.test' }
    expect(await shake(elliptic, port)).toMatch(/^TLSv1\.3 /)
    expect(await shake({ ...elliptic, ...v12 }, port)).toBe('TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384')
    renewCertificate(rsa.app, write(makeRsaPair()))
    expect(await shake({ ...v12, ciphers: 'AES128-GCM-SHA256' })).toMatch(/^refused/)
  })
})

describe('TLS stays, as every answer says', () => {
  const early: [string, string, number][] = [
    ['a page', rawGet('/'), 200],
    ['a method that is none', 'BREW / HTTP/1.1\r\n\r\n', 400],
    ['17 KB of headers', rawGet('/', { x: 'x'.repeat(17_408) }), 431],
    ['no host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['another host', rawGet('/', { host: 'evil.test' }), 421],
    ['a broken address', rawGet('/%'), 400],
    ['a long address', rawGet(`/?${'x'.repeat(8200)}`), 414],
    ['an expectation', rawGet('/', { expect: 'more' }), 417],
  ]

  it.each([
    [false, 'max-age=31536000'],
    [true, 'max-age=31536000; includeSubDomains'],
  ])('with its subdomains: %s', async (hstsSubdomains, told) => {
    const { knows } = knownHosts({ host: '0.0.0.0', allowedHosts: [], trustProxy: [], tls: first })
    const limits = { headersMs: 150, checkEveryMs: 25 }
    const dependencies = { tls: first, knowsHost: knows, hstsSubdomains, limits }
    const strict = await testHost({ dependencies })
    const strictPort = await listen(strict.app)
    for (const [what, bytes, status] of [...early, ['slow headers', 'GET / HTTP/1.1\r\n', 408] as const]) {
      const answer = await exchangeSecurely(bytes, strictPort)
      expect([what, statusOf(answer)]).toEqual([what, status])
      expect(answer).toContain(`strict-transport-security: ${told}\r\n`)
      expect(answer).toContain('x-content-type-options: nosniff\r\n')
    }
    await strict.close()
  })
})

const write = ({ cert, key }: KeyPair) => {
  const files = { certFile: join(host.dataDir, 'tls.crt'), keyFile: join(host.dataDir, 'tls.key') }
  writeFileSync(files.certFile, cert)
  writeFileSync(files.keyFile, key)
  return files
}

describe('a certificate', () => {
  it('is renewed for new connections, while open ones go on', async () => {
    const before = await serialOf()
    const kept = open()
    await once(kept, 'secureConnect')
    renewCertificate(host.app, write(await authority.issue(['recordings.test'])))
    expect(await serialOf()).not.toBe(before)
    kept.write(rawGet('/healthz'))
    const [answer] = (await once(kept, 'data')) as [Buffer]
    expect(String(answer)).toContain('200')
    kept.destroy()
    await expectServing()
  })

  it('stays where the new one cannot be used, and the log says why', async () => {
    const before = await serialOf()
    const [one, other] = [
      await authority.issue(['recordings.test']),
      await authority.issue(['recordings.test']),
    ]
    const bad: [KeyPair, string][] = [
      [{ cert: one.cert, key: other.key }, 'TLS_KEY names a key that does not belong'],
      [{ cert: 'nothing', key: one.key }, 'TLS_CERT names a file that holds no certificate'],
      [{ cert: one.cert, key: '' }, 'TLS_KEY names a file that holds no private key'],
    ]
    for (const [pair, reason] of bad) {
      lines.length = 0
      renewCertificate(host.app, write(pair))
      expect(logged()).toEqual([expect.objectContaining({ level: 50, msg: expect.stringContaining(reason) })])
      expect(await serialOf()).toBe(before)
    }
  })

  it('that has expired is used, and the log warns', async () => {
    lines.length = 0
    renewCertificate(host.app, write(await authority.issue(['recordings.test'], -1)))
    expect(logged()).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringMatching(/TLS_CERT ended on \d{4}-\d\d-\d\d/) }),
    )
    renewCertificate(host.app, write(first))
  })
})
