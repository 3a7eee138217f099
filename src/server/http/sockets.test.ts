/** Limits and hostile bytes, over real connections. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUTH_LOGIN, RECORDINGS } from '../../contract/endpoints.ts'
import { standardLimits } from './limits.ts'
import { basic, bigAsset, exchange, listen, rawGet, testHost, type TestHost } from '../../testing/host.ts'

let host: TestHost
let port: number
beforeAll(async () => {
  host = await testHost({ recordings: [{}] })
  port = await listen(host.app)
})
afterAll(() => host.close())

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
const bodyOf = (answer: string): unknown =>
  JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as unknown
const headers = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '1']))

/** Another client is served meanwhile. */
const expectServing = async (): Promise<void> => {
  expect(statusOf(await exchange(port, rawGet('/healthz')))).toBe(200)
}

describe('the size of a request', () => {
  it.each([
    ['100 headers', rawGet('/healthz', headers(98)), 200],
    ['101 headers', rawGet('/healthz', headers(99)), 431],
    ['150 headers', rawGet('/healthz', headers(148)), 431],
    ['2,000 headers', rawGet('/healthz', headers(1998)), 431],
    ['15 KB of headers', rawGet('/healthz', { x: 'x'.repeat(15_000) }), 200],
    ['17 KB of headers', rawGet('/healthz', { x: 'x'.repeat(17_408) }), 431],
    ['an address of 8 KB', rawGet(`/healthz?${'x'.repeat(8100)}`), 200],
    ['a longer address', rawGet(`/healthz?${'x'.repeat(8200)}`), 414],
    ['a longer address to a recording', rawGet(`${RECORDINGS}/${'x'.repeat(8200)}`, basic('manager')), 414],
    ['an address longer than all headers may be', rawGet(`/${'x'.repeat(17_000)}`), 431],
  ])('%s', async (_, request, status) => {
    const answer = await exchange(port, request)
    expect(statusOf(answer)).toBe(status)
    if (status !== 200)
      expect(bodyOf(answer)).toMatchObject({ code: 'too_large', message: expect.any(String) })
    await expectServing()
  })

  it('a body over 16 KB, announced or not', async () => {
    const head = `POST ${AUTH_LOGIN} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\n`
    const told = await exchange(port, `${head}content-length: 16385\r\n\r\n`)
    expect(statusOf(told)).toBe(413)
    const chunk = `4001\r\n"${'x'.repeat(16_384)}\r\n0\r\n\r\n`
    expect(statusOf(await exchange(port, `${head}transfer-encoding: chunked\r\n\r\n${chunk}`))).toBe(413)
  })
})

describe('what is no request', () => {
  it.each([
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /',
    ],
    [
      'chunks and a length',
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\nGET /',
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\n1234'],
    ['an unknown coding', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['a bare line feed', 'GET /healthz HTTP/1.1\nhost: x\n\n'],
    ['a header folded over lines', 'GET /healthz HTTP/1.1\r\nhost: x\r\nx: 1\r\n 2\r\n\r\n'],
    ['a space before the colon', 'GET /healthz HTTP/1.1\r\nhost: x\r\nx : 1\r\n\r\n'],
    ['a NUL', 'GET /healthz HTTP/1.1\r\nhost: x\r\nx: \0\r\n\r\n'],
    ['an unknown method', 'BREW / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s', async (_, bytes) => {
    const answer = await exchange(port, bytes)
    expect(statusOf(answer)).toBe(400)
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
    await expectServing()
  })

  it('answers in the one shape of errors, with the headers of data', async () => {
    const answer = await exchange(port, 'BREW / HTTP/1.1\r\n\r\n')
    expect(bodyOf(answer)).toEqual({ code: 'invalid_request', message: 'Bad Request.' })
    expect(answer).toContain(
      "content-security-policy: default-src 'none'; sandbox; frame-ancestors 'none'\r\n",
    )
    expect(answer).toContain('cache-control: no-store\r\n')
  })
})

describe('addresses that lead elsewhere', () => {
  it.each([
    '/../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/%2e%2e/etc/passwd',
    '/assets/../index.html',
    '/assets/../../../../etc/passwd',
    '/assets/x.js%00',
    '/assets\\..\\index.html',
    '//evil.test/',
    '//evil.test/..;/recordings',
    'http://evil.test/nowhere',
    'http://evil.test//evil.test/recordings/',
  ])('%s', async (path) => {
    const answer = await exchange(port, rawGet(path))
    expect(statusOf(answer)).toBe(404)
    expect(answer.toLowerCase()).not.toContain('\r\nlocation:')
    expect(bodyOf(answer)).toMatchObject({ code: 'not_found' })
  })

  it('a redirect stays on this host', async () => {
    const answer = await exchange(port, rawGet('/recordings/?next=//evil.test/'))
    expect(answer).toContain('location: /recordings?next=//evil.test/\r\n')
    expect(statusOf(await exchange(port, rawGet('//evil.test/recordings/')))).toBe(404)
  })
})

describe('a target that names a host, as for a proxy,', () => {
  it.each([
    ['http://evil.test/recordings/', 302, '/recordings'],
    ['HTTP://evil.test/recordings/?page=2', 302, '/recordings?page=2'],
    ['http://localhost/recordings/', 302, '/recordings'],
    ['https://evil.test:8443/embed/v1/recordings/', 302, '/embed/v1/recordings'],
    ['ftp://evil.test/recordings/?next=//evil.test/', 302, '/recordings?next=//evil.test/'],
    ['http://evil.test', 200, undefined],
    ['http://evil.test?x', 200, undefined],
    ['http://evil.test/recordings', 200, undefined],
    ['http://evil.test/healthz', 200, undefined],
    ['//evil.test/recordings/', 404, undefined],
    ['http:////evil.test/recordings/', 400, undefined],
    ['http:///recordings/', 400, undefined],
    ['http://evil.test/%', 400, undefined],
    ['http://me@evil.test/recordings/', 400, undefined],
    ['*', 400, undefined],
    ['*//evil.test/recordings/', 400, undefined],
  ])('is answered as its path: %s', async (target, status, location) => {
    const answer = await exchange(port, rawGet(target))
    expect([statusOf(answer), /^location: (.*)\r$/im.exec(answer)?.[1]]).toEqual([status, location])
  })

  it('means what it says to every route', async () => {
    const query = `http://evil.test${RECORDINGS}?page=0&pageSize=1`
    expect(bodyOf(await exchange(port, rawGet(query, basic('manager'))))).toMatchObject({ totalCount: 1 })
    const asset = await exchange(port, rawGet('http://evil.test/favicon.svg'))
    expect(asset).toContain('content-type: image/svg+xml')
  })
})

/** Every answer of the host says at least this. */
const dataLines = [
  'cache-control: no-store\r\n',
  "content-security-policy: default-src 'none'; sandbox; frame-ancestors 'none'\r\n",
  'x-content-type-options: nosniff\r\n',
]

describe('a refusal before any route carries the headers of data', () => {
  it.each([
    ['no host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['two hosts', 'GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n', 400],
    ['one host twice', 'GET /healthz HTTP/1.1\r\nhost: a\r\nHost: a\r\nconnection: close\r\n\r\n', 400],
    ['two words for a host', rawGet('/', { host: 'a b' }), 400],
    ['a host with a path', rawGet('/', { host: 'a/b' }), 400],
    ['a host with a user', rawGet('/', { host: 'a@b' }), 400],
    ['a host that is no ASCII', rawGet('/', { host: 'zoë' }), 400],
    ['an expectation', rawGet('/', { expect: 'more' }), 417],
    ['a broken address', rawGet('/%'), 400],
    ['a broken address to a recording', rawGet('/recordings/%E0%A4%A'), 400],
    ['a method that is none', 'BREW / HTTP/1.1\r\n\r\n', 400],
    ['17 KB of headers', rawGet('/', { x: 'x'.repeat(17_408) }), 431],
    ['101 headers', rawGet('/', headers(99)), 431],
    ['a long address', rawGet(`/?${'x'.repeat(8200)}`), 414],
    ['a long address that is broken', rawGet(`/%${'x'.repeat(8200)}`), 414],
  ])('%s', async (_, request, status) => {
    const answer = await exchange(port, request)
    expect(statusOf(answer)).toBe(status)
    for (const line of dataLines) expect(answer.toLowerCase()).toContain(line)
    expect(bodyOf(answer)).toMatchObject({ code: expect.any(String), message: expect.any(String) })
  })

  it('HTTP/1.0 need not name a host', async () => {
    expect(statusOf(await exchange(port, 'GET /recordings HTTP/1.0\r\n\r\n'))).toBe(200)
  })

  it('what a client may expect, it gets', async () => {
    const body = JSON.stringify({ username: 'manager', password: 'demo' })
    const head = `POST ${AUTH_LOGIN} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nsec-fetch-site: same-origin\r\n`
    const rest = `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    const answer = await exchange(port, `${head}expect: 100-continue\r\n${rest}`)
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  })
})

describe('slow clients', () => {
  it('have 15 s for headers and 30 s for a request, looked at every second', () => {
    expect(standardLimits).toMatchObject({ headersMs: 15_000, requestMs: 30_000, checkEveryMs: 1000 })
    expect(host.app.server).toMatchObject({ headersTimeout: 15_000, requestTimeout: 30_000 })
  })

  it('are let go when their time is over, while others are served', async () => {
    const limits = { headersMs: 150, requestMs: 300, checkEveryMs: 25 }
    const strict = await testHost({ dependencies: { limits } })
    const strictPort = await listen(strict.app)
    const drip = async (start: string): Promise<string> => {
      const socket: Socket = connect(strictPort, '127.0.0.1')
      socket.setEncoding('utf8')
      let answer = ''
      socket.on('data', (text: string) => (answer += text))
      socket.on('error', () => {})
      socket.write(start)
      const drop = setInterval(() => socket.write('x'), 10)
      await once(socket, 'close')
      clearInterval(drop)
      return answer
    }
    const [slowHead, slowBody] = await Promise.all([
      drip('GET / HTTP/1.1\r\nhost: x\r\nx: '),
      drip(
        'POST /auth/login HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n',
      ),
      exchange(strictPort, rawGet('/healthz')).then((answer) => expect(statusOf(answer)).toBe(200)),
    ])
    expect(statusOf(slowHead)).toBe(408)
    expect(statusOf(slowBody)).toBe(408)
    await strict.close()
  })
})

it('an invalid request is not answered in the middle of another answer', async () => {
  const assets = bigAsset(Buffer.alloc(16 * 1_048_576, 'x'))
  const big = await testHost({ dependencies: { assets } })
  const socket = connect(await listen(big.app), '127.0.0.1', () => socket.write(rawGet('/assets/big.bin')))
  socket.on('error', () => undefined)
  const [first] = (await once(socket, 'data')) as [Buffer]
  socket.write('BAD\r\n\r\n')
  const seen = [first]
  socket.on('data', (chunk: Buffer) => seen.push(chunk))
  await once(socket, 'close')
  expect(
    Buffer.concat(seen)
      .toString('latin1')
      .match(/HTTP\/1\.1 \d{3} /g),
  ).toEqual(['HTTP/1.1 200 '])
  await big.close()
})
