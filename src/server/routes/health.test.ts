/** The health of the host, how it stops, and what it logs. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { RECORDINGS } from '../../contract/endpoints.ts'
import {
  basic,
  deferred,
  exchange,
  listen,
  loginRequest,
  rawGet,
  testHost,
  type TestHost,
} from '../../testing/host.ts'

let host: TestHost
afterEach(() => host.close())

const statusOf = async (url: string) => (await host.app.inject(url)).statusCode

describe('health', () => {
  it('is one word, for anybody', async () => {
    host = await testHost()
    for (const url of ['/healthz', '/readyz']) {
      const answer = await host.app.inject(url)
      expect([answer.statusCode, answer.body]).toEqual([200, '{"status":"ok"}'])
    }
  })

  it.each([
    ['says no', async () => false],
    ['fails', () => Promise.reject(new Error('/secret/path'))],
  ])('is not ready where its source %s, and lives on', async (_, ready) => {
    host = await testHost({ wrap: (source) => ({ ...source, ready }) })
    const answer = await host.app.inject('/readyz')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toEqual({
      code: 'not_ready',
      message: 'The host is not ready.',
      requestId: expect.any(String),
    })
    expect(await statusOf('/healthz')).toBe(200)
  })

  it('finishes what runs when it stops, and takes on nothing new', async () => {
    const [asked, answer] = [deferred(), deferred()]
    host = await testHost({
      recordings: [{}],
      wrap: (source) => ({
        ...source,
        async list(...search) {
          asked.resolve()
          await answer.promise
          return source.list(...search)
        },
      }),
    })
    const running = exchange(await listen(host.app), rawGet(`${RECORDINGS}?pageSize=1`, basic('manager')))
    await asked.promise
    const drained = host.drain.begin()
    expect(await statusOf('/readyz')).toBe(503)
    expect(await statusOf('/healthz')).toBe(200)
    const refused = await host.app.inject(loginRequest('manager'))
    expect(refused.statusCode).toBe(503)
    expect(refused.headers).toMatchObject({ 'retry-after': '5', connection: 'close' })
    expect(refused.json()).toMatchObject({ code: 'not_ready' })
    answer.resolve()
    expect(await running).toContain('"totalCount":1')
    await drained
  })

  it('waits for nothing if nothing runs', async () => {
    host = await testHost()
    await statusOf('/healthz')
    await expect(host.drain.begin()).resolves.toBeUndefined()
  })
})

describe('the log', () => {
  const lines: string[] = []
  const log = { level: 'debug', stream: { write: (line: string) => void lines.push(line) } } as const

  it('names the route and never what was asked, by whom, or for what', async () => {
    lines.length = 0
    host = await testHost({
      recordings: [{}],
      dependencies: { log },
      wrap: (source) => ({
        ...source,
        async detail() {
          throw new Error('no such number +390551234567 of mrossi')
        },
      }),
    })
    const port = await listen(host.app)
    const query = 'remotePartyNumber=contains:%2B390551234567&ownerUsername=mrossi&pageSize=1'
    await exchange(port, rawGet(`${RECORDINGS}?${query}`, basic('manager')))
    await exchange(port, rawGet(`${RECORDINGS}/00000000-0000-4000-8000-000000000001`, basic('manager')))
    await exchange(port, rawGet('/nowhere/mrossi?x=390551234567'))
    await exchange(port, rawGet('/%zz390551234567'))
    await host.app.inject(loginRequest('manager', 'a wrong password'))
    const all = lines.join('')
    expect(all).not.toMatch(/390551234567|mrossi|manager|password|contains|00000000-0000/)
    const answered = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'answered')
      .map(({ method, route, status }) => [method, route, status])
    expect(answered).toEqual([
      ['GET', RECORDINGS, 200],
      ['GET', `${RECORDINGS}/:id`, 500],
      ['GET', '/*', 404],
      ['GET', '/*', 400],
      ['POST', '/auth/login', 401],
    ])
  })

  it('finds a failed request by the id in its answer', async () => {
    lines.length = 0
    host = await testHost({
      dependencies: { log },
      wrap: (source) => ({ ...source, list: () => Promise.reject(new TypeError('x is undefined')) }),
    })
    const answer = await host.app.inject({ url: `${RECORDINGS}?pageSize=1`, headers: basic('manager') })
    const { requestId } = answer.json<{ requestId: string }>()
    const line = lines.map((text) => JSON.parse(text) as Record<string, unknown>).find(({ err }) => err)
    expect(line).toMatchObject({
      reqId: requestId,
      err: { type: 'TypeError', stack: expect.stringContaining('at ') },
    })
  })

  it('does not report a client that left as a failure', async () => {
    lines.length = 0
    const asked = deferred()
    host = await testHost({
      dependencies: { log },
      wrap: (source) => ({
        ...source,
        list: (_search, _paging, _viewer, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason), { once: true })
            asked.resolve()
          }),
      }),
    })
    const port = await listen(host.app)
    const request = rawGet(`${RECORDINGS}?pageSize=1`, basic('manager'))
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    await asked.promise
    socket.destroy()
    await once(socket, 'close')
    await host.drain.begin()
    await new Promise(setImmediate)
    expect(lines.join('')).not.toContain('unexpected')
    const left = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ msg }) => msg === 'client left')
    expect(left).toMatchObject({
      method: 'GET',
      route: RECORDINGS,
      reqId: expect.any(String),
      ms: expect.any(Number),
    })
  })
})
