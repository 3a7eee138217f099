/** The page, its files, and the headers of every kind of answer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUTH_LOGIN, AUTH_LOGOUT, AUTH_SESSION, RECORDINGS } from '../../contract/endpoints.ts'
import type { Boot } from '../../contract/session.ts'
import { readDocument } from './document.ts'
import { basic, ownPage, script, sessionOf, testHost, type TestHost } from '../../testing/host.ts'

const portals = ['https://portal.test', 'https://other.test:8443']
const demoAccounts = [{ username: 'manager', password: 'demo', role: 'manager' }] as const

let host: TestHost
let closed: TestHost
beforeAll(async () => {
  const dependencies = {
    embedOrigins: portals,
    demoAccounts,
    contact: 'Tom & "Ann" <desk>',
    trustProxy: ['127.0.0.1'],
  }
  host = await testHost({ recordings: [{}], dependencies })
  closed = await testHost()
})
afterAll(() => Promise.all([host.close(), closed.close()]))

const get = (url: string, headers: Record<string, string> = {}) => host.app.inject({ url, headers })
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

function bootOf(document: string): Boot {
  const content = /<meta name="boot" content="([^"]*)">/.exec(document)?.[1] ?? ''
  const text = content
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
  return JSON.parse(text) as Boot
}

describe('the document', () => {
  it.each([
    '/',
    '/?startTime=on:today',
    '/recordings',
    '/recordings?remotePartyNumber=+39',
    '/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?page=2',
    '/recordings/nonsense',
    '/embed/v1',
    '/embed/v1/',
    '/embed/v1/recordings?parentOrigin=https://portal.test',
    '/embed/v1/recordings/1',
  ])('is at %s', async (url) => {
    const answer = await get(url)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.body).toContain('<div id="root">')
  })

  it('tells the page what it starts with, and nothing can break out of it', async () => {
    const { body } = await get('/')
    expect(bootOf(body)).toEqual({
      nowMs: host.nowMs,
      session: null,
      demoAccounts,
      contact: 'Tom & "Ann" <desk>',
    })
    expect(body).not.toContain('<desk>')
  })

  it('tells the page who is signed in', async () => {
    const cookie = await sessionOf(host.app, 'manager')
    const told = (await get(AUTH_SESSION, { ...cookie, ...ownPage })).json<unknown>()
    expect(bootOf((await get('/recordings', cookie)).body).session).toEqual(told)
    expect(bootOf((await get('/embed/v1/recordings', cookie)).body).session).toEqual(told)
  })

  it('opens signed out where the source cannot say who this is', async () => {
    const broken = await testHost({
      wrap: (source) => ({
        ...source,
        async principal() {
          throw new Error('the disk is gone')
        },
      }),
    })
    const cookie = await sessionOf(broken.app, 'manager')
    const answer = await broken.app.inject({ url: '/', headers: cookie })
    expect([answer.statusCode, bootOf(answer.body).session]).toEqual([200, null])
    await broken.close()
  })

  it.each([
    ['/recordings/', '/recordings'],
    ['/recordings/?remotePartyNumber=+39&a=b;c', '/recordings?remotePartyNumber=+39&a=b;c'],
    ['/embed/v1/recordings/?page=2', '/embed/v1/recordings?page=2'],
  ])('is not at %s but at %s', async (url, location) => {
    const answer = await get(url)
    expect([answer.statusCode, answer.headers.location]).toEqual([302, location])
  })

  it.each([
    '/nowhere',
    '/recordings/1/2',
    '/index.html',
    '/embed/v2/',
    '/embed/v2/recordings',
    '/embed/v1/other',
  ])('says itself that nothing is at %s', async (url) => {
    const answer = await get(url, html)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect((await get(url)).json()).toMatchObject({ code: 'not_found' })
  })

  it('answers nothing but reading', async () => {
    for (const url of ['/', '/recordings', '/recordings/1', '/embed/v1/recordings']) {
      const answer = await host.app.inject({ method: 'POST', url })
      expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
      const head = await host.app.inject({ method: 'HEAD', url })
      expect([head.statusCode, head.body]).toEqual([200, ''])
    }
  })

  it.each([
    ['none', '<title>x</title>'],
    ['two', '<meta name="boot" content="{}"><meta name="boot" content="{}">'],
  ])('needs one place for what it tells, not %s', (_, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'document-'))
    writeFileSync(join(folder, 'index.html'), text)
    expect(() => readDocument(join(folder, 'index.html'))).toThrow('exactly one <meta name="boot"')
    rmSync(folder, { recursive: true })
  })
})

describe('files', () => {
  it.each([
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['br;q=0.0', undefined, null],
    ['identity', undefined, null],
    ['', undefined, null],
  ])('come as they were compressed: %s', async (accepted, encoding, expand) => {
    const answer = await get('/assets/x-abc123.js', { 'accept-encoding': accepted })
    expect(answer.headers['content-encoding']).toBe(encoding)
    expect(answer.headers.vary?.toString().toLowerCase()).toBe('accept-encoding')
    expect(String(expand ? expand(answer.rawPayload) : answer.rawPayload)).toBe(script)
    expect(answer.headers['content-length']).toBe(String(answer.rawPayload.length))
  })

  it('come plain where the build compressed none', async () => {
    const answer = await get('/assets/plain-abc123.css', { 'accept-encoding': 'br' })
    expect([answer.body, answer.headers['content-type']]).toEqual(['body{}', 'text/css; charset=utf-8'])
  })

  it('need not come again unchanged', async () => {
    const { etag } = (await get('/favicon.svg')).headers
    const answer = await get('/favicon.svg', { 'if-none-match': String(etag) })
    expect([answer.statusCode, answer.body]).toEqual([304, ''])
  })

  it.each([
    '/assets/missing.js',
    '/assets/x-abc123.js/',
    '/assets/x-abc123.js.br',
    '/assets/x-abc123.js%00',
    '/assets/%2e%2e/index.html',
    '/assets/../index.html',
    '/assets/',
    '/../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '//evil.test/',
    '//evil.test/%2f..',
    '/favicon.svg%20',
  ])('are no others: %s', async (url) => {
    const answer = await get(url)
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ code: 'not_found' })
    expect(answer.headers).not.toHaveProperty('location')
  })

  it('that are missing are never the page', async () => {
    const answer = await get('/assets/missing.js', html)
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'not_found'])
  })
})

describe('compression', () => {
  it('is for pages and data, not for audio or what is small', async () => {
    const accepting = { 'accept-encoding': 'gzip, br', ...basic('manager') }
    const small = await get(`${RECORDINGS}?pageSize=1`, accepting)
    expect(small.headers).not.toHaveProperty('content-encoding')
    const page = await get('/', accepting)
    expect(page.headers['content-encoding']).toBe('br')
    expect(String(brotliDecompressSync(page.rawPayload))).toContain('<div id="root">')
  })

  it('is for long answers, streamed ones too', async () => {
    const many = await testHost({ recordings: Array.from({ length: 300 }, () => ({})) })
    for (const [encoding, expand] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      for (const query of ['', '?pageSize=300']) {
        const answer = await many.app.inject({
          url: `${RECORDINGS}${query}`,
          headers: { ...basic('manager'), 'accept-encoding': encoding },
        })
        expect(answer.headers['content-encoding']).toBe(encoding)
        expect(JSON.parse(String(expand(answer.rawPayload)))).toMatchObject({ totalCount: 300 })
      }
    }
    await many.close()
  })
})

const csp = (ancestors: string) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; media-src 'self' blob:; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors ${ancestors}; require-trusted-types-for 'script'; trusted-types 'none'`

describe('headers', () => {
  const page = {
    'cache-control': 'no-store',
    'content-security-policy': csp("'none'"),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringMatching(/^(?:[a-z-]+=\((?:self)?\)(?:, |$))+$/),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
  const { 'x-frame-options': _, ...framable } = page
  const data = {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }

  it.each([
    ['/', page],
    ['/recordings', page],
    ['/recordings/1', page],
    ['/nowhere', page],
    ['/embed/v1/recordings', { ...framable, 'content-security-policy': csp(portals.join(' ')) }],
    ['/embed/v2/recordings', { ...framable, 'content-security-policy': csp(portals.join(' ')) }],
    [RECORDINGS, data],
    [`${RECORDINGS}?pageSize=1`, data],
    [`${RECORDINGS}/1`, data],
    [`${RECORDINGS}/1/Media`, data],
    [AUTH_SESSION, data],
    [AUTH_LOGIN, data],
    [AUTH_LOGOUT, data],
    ['/auth/none', data],
    ['/healthz', data],
    ['/readyz', data],
    ['/assets/none.js', data],
    [
      '/assets/x-abc123.js',
      { 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' },
    ],
    [
      '/assets/plain-abc123.css',
      {
        'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-resource-policy': 'same-origin',
      },
    ],
    ['/favicon.svg', { 'cache-control': 'public, max-age=3600', 'x-content-type-options': 'nosniff' }],
    [
      '/embed/v1/rc-embed.js',
      { 'cache-control': 'public, max-age=3600', 'cross-origin-resource-policy': 'cross-origin' },
    ],
  ])('of %s', async (url, expected) => {
    const answer = await get(url, html)
    expect(answer.headers).toMatchObject(expected)
    expect(answer.headers).not.toHaveProperty('strict-transport-security')
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    const secure = await get(url, { ...html, 'x-forwarded-proto': 'https' })
    expect(secure.headers).toMatchObject({ ...expected, 'strict-transport-security': expect.any(String) })
  })

  it('let a portal frame its page and nothing else, and without a list nobody', async () => {
    expect((await get('/embed/v1/recordings')).headers).not.toHaveProperty('x-frame-options')
    const answer = await closed.app.inject('/embed/v1/recordings')
    expect(answer.headers['content-security-policy']).toBe(csp("'none'"))
  })

  it.each(['/%', '/recordings/%E0%A4%A', '/fw/%zz'])(
    'of the address %s, which cannot be read',
    async (url) => {
      const answer = await get(url)
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ code: 'invalid_request', requestId: expect.any(String) })
      expect(answer.headers).toMatchObject(data)
    },
  )
})
