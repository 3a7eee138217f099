/** How many searches run at once, and what happens to those whose client left. */
import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { mediaEndpoint, recordingEndpoint, RECORDINGS } from '../../contract/endpoints.ts'
import type { WireRecording } from '../../contract/recording.ts'
import { linesOf } from '../../testing/audit.ts'
import { createLanes, standardLanes, type LaneOptions } from './lanes.ts'
import { createMetrics } from '../process/metrics.ts'
import type { Source } from '../sources/source.ts'
import { testGuid } from '../../testing/store.ts'
import {
  basic,
  bigAsset,
  deferred,
  exchange,
  listen,
  rawGet,
  testHost,
  type TestHost,
} from '../../testing/host.ts'

const { running: MAX_RUNNING, waiting: MAX_WAITING } = standardLanes.searches

/** The source, which answers lists only on demand. */
function held() {
  const waiting: (() => void)[] = []
  const signals: AbortSignal[] = []
  const events = new EventEmitter()
  const wrap = (source: Source): Source => ({
    ...source,
    async list(search, paging, viewer, signal) {
      signals.push(signal)
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve)
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        events.emit('arrived')
      })
      return source.list(search, paging, viewer, signal)
    },
  })
  /** Resolves once `count` searches have reached the source. */
  const reached = async (count: number): Promise<void> => {
    while (signals.length < count) await once(events, 'arrived')
  }
  const releaseAll = (): void => waiting.splice(0).forEach((release) => release())
  return { wrap, signals, waiting, reached, releaseAll }
}

let host: TestHost
afterEach(() => host.close())

const path = `${RECORDINGS}?page=0&pageSize=1`
const ask = (user = 'manager') => host.app.inject({ url: path, headers: basic(user) })

describe('searches of one user', () => {
  it('run six at once; the others wait their turn, and others’ searches do not', async () => {
    const source = held()
    host = await testHost({ recordings: [{}], wrap: source.wrap })
    const first = Array.from({ length: MAX_RUNNING + 2 }, () => ask())
    await source.reached(MAX_RUNNING)
    const other = ask('agent')
    await source.reached(MAX_RUNNING + 1)
    expect(source.waiting).toHaveLength(MAX_RUNNING + 1)
    source.releaseAll()
    await source.reached(MAX_RUNNING + 3)
    source.releaseAll()
    const answers = await Promise.all([...first, other])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200))
  })

  it('are refused where fifty wait already', async () => {
    const source = held()
    host = await testHost({ recordings: [{}], wrap: source.wrap })
    const all = Array.from({ length: MAX_RUNNING + MAX_WAITING + 1 }, () => ask())
    const refused = await Promise.race(all)
    expect(refused.statusCode).toBe(429)
    expect(refused.headers['retry-after']).toBe('1')
    expect(refused.json()).toMatchObject({ code: 'too_many_searches' })
    for (let round = 1; round <= 10; round += 1) {
      source.releaseAll()
      await source.reached(Math.min(round * MAX_RUNNING + MAX_RUNNING, MAX_RUNNING + MAX_WAITING))
    }
    source.releaseAll()
    const answers = await Promise.all(all)
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(MAX_RUNNING + MAX_WAITING)
  })

  it('give their place back when they fail', async () => {
    let count = 0
    host = await testHost({
      wrap: (source) => ({
        ...source,
        async list() {
          count += 1
          throw new Error('a fault with a number: +390551234567')
        },
      }),
    })
    for (let round = 0; round < MAX_RUNNING * 2; round += 1) {
      const answer = await ask()
      expect(answer.statusCode).toBe(500)
      expect(answer.body).not.toContain('+39')
    }
    expect(count).toBe(MAX_RUNNING * 2)
  })
})

const row: WireRecording = {
  id: testGuid(1),
  referenceNumber: '1',
  startTime: '2026-01-01T00:00:00.0000000Z',
  duration: 'PT1S',
  direction: 0,
  ownerUsername: null,
  localPartyNumber: null,
  remotePartyNumber: null,
}

function* endless(): Generator<WireRecording> {
  for (;;) yield row
}

describe('a client that leaves', () => {
  it('ends its search, and leaves its place to others', async () => {
    const source = held()
    host = await testHost({ recordings: [{}], wrap: source.wrap })
    const port = await listen(host.app)
    const sockets = Array.from({ length: MAX_RUNNING }, () => {
      const socket = connect(port, '127.0.0.1', () => socket.write(rawGet(path, basic('manager'))))
      return socket
    })
    await source.reached(MAX_RUNNING)
    const aborted = source.signals.map((signal) => once(signal, 'abort'))
    for (const socket of sockets) socket.destroy()
    await Promise.all(aborted)
    const others = Array.from({ length: MAX_RUNNING }, () => ask())
    await source.reached(2 * MAX_RUNNING)
    source.releaseAll()
    const answers = await Promise.all(others)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200))
  })

  it('ends the rest of a long answer', async () => {
    const signals: AbortSignal[] = []
    host = await testHost({
      wrap: (source) => ({
        ...source,
        async listAll(_search, _viewer, signal) {
          signals.push(signal)
          return { totalCount: 1_000_000, recordings: endless() }
        },
      }),
    })
    const port = await listen(host.app)
    const socket = connect(port, '127.0.0.1', () => socket.write(rawGet(RECORDINGS, basic('manager'))))
    await once(socket, 'data')
    // The client stops reading, so the host stops writing. Other clients are served meanwhile.
    socket.pause()
    expect(await exchange(port, rawGet('/healthz'))).toContain('HTTP/1.1 200')
    expect(signals[0]?.aborted).toBe(false)
    socket.destroy()
    await once(signals[0]!, 'abort')
  })
})

describe('a lane', () => {
  const { signal } = new AbortController()

  it('is shared by all spellings of a name, and separate for each kind of work', async () => {
    host = await testHost()
    const lanes = createLanes()
    const enter = (name: string) => lanes.enter('listenings', name, signal)
    const releases = await Promise.all(['Ann', 'ANN', 'ACME\\ann', 'ann@acme.example'].map(enter))
    const next = enter('ann ')
    await Promise.all([lanes.enter('searches', 'ann', signal), enter('bob')])
    expect(lanes.counts('listenings')).toMatchObject({ running: 5, waiting: 1 })
    releases[0]?.()
    await expect(next).resolves.toBeTypeOf('function')
  })

  it('that is full for too long is 503, with the time to wait', async () => {
    const source = held()
    const searches = { ...standardLanes.searches, waitMs: 30 }
    const lanes: LaneOptions = { ...standardLanes, searches }
    host = await testHost({ recordings: [{}], wrap: source.wrap, dependencies: { lanes } })
    const running = Array.from({ length: MAX_RUNNING }, () => ask())
    await source.reached(MAX_RUNNING)
    const late = await ask()
    expect([late.statusCode, late.headers['retry-after'], late.json()]).toMatchObject([
      503,
      '2',
      { code: 'busy' },
    ])
    source.releaseAll()
    for (const { statusCode } of await Promise.all(running)) expect(statusCode).toBe(200)
  })

  it('of searches leaves the one of details open', async () => {
    const source = held()
    host = await testHost({ recordings: [{ id: testGuid(1) }], wrap: source.wrap })
    const running = Array.from({ length: MAX_RUNNING + 1 }, () => ask())
    await source.reached(MAX_RUNNING)
    const detail = await host.app.inject({ url: recordingEndpoint(testGuid(1)), headers: basic('manager') })
    expect(detail.statusCode).toBe(200)
    source.releaseAll()
    await source.reached(MAX_RUNNING + 1)
    source.releaseAll()
    await Promise.all(running)
  })
})

/** Whole lists without end, and how many of them are being read. */
async function endlessHost(lanes: Partial<LaneOptions> = {}) {
  const signals: AbortSignal[] = []
  host = await testHost({
    dependencies: { lanes: { ...standardLanes, ...lanes }, pace: { bytesPerSecond: 1024, overMs: 600 } },
    wrap: (source) => ({
      ...source,
      async listAll(_search, _viewer, signal) {
        signals.push(signal)
        return { totalCount: 1_000_000_000, recordings: endless() }
      },
    }),
  })
  const port = await listen(host.app)
  const open = (user: string) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(rawGet(RECORDINGS, basic(user))))
    socket.on('error', () => undefined)
    return socket
  }
  const running = () => signals.filter(({ aborted }) => !aborted).length
  return { open, signals, running, port }
}

describe('whole lists', () => {
  it('are four of one user at once, and the others wait', async () => {
    const { open, signals, running } = await endlessHost()
    const sockets = Array.from({ length: 5 }, () => open('manager'))
    for (const socket of sockets) socket.resume()
    await expect.poll(running).toBe(4)
    const other = open('agent').resume()
    await expect.poll(running).toBe(5)
    expect(signals).toHaveLength(5)
    for (const socket of [...sockets, other]) socket.destroy()
    await expect.poll(() => signals.length).toBeGreaterThanOrEqual(5)
    await expect.poll(running).toBe(0)
  })

  it('are limited for all users together', async () => {
    const wholeLists = { ...standardLanes.wholeLists, runningInAll: 2 }
    const { open, running, signals } = await endlessHost({ wholeLists })
    const sockets = ['manager', 'agent', 'supervisor'].map((user) => open(user).resume())
    await expect.poll(running).toBe(2)
    sockets[0]?.destroy()
    sockets[1]?.destroy()
    await expect.poll(() => signals.length).toBe(3)
    sockets[2]?.destroy()
    await expect.poll(running).toBe(0)
  })

  it('are lost only by a client that hardly reads', async () => {
    const { open, running } = await endlessHost()
    const [idle, reading] = [open('manager'), open('agent')]
    reading.resume()
    idle.pause()
    await expect.poll(running).toBe(2)
    await expect.poll(running, { timeout: 20_000 }).toBe(1)
    const seen = reading.bytesRead
    await expect.poll(() => reading.bytesRead).toBeGreaterThan(seen)
    expect(reading.destroyed).toBe(false)
    reading.destroy()
    idle.destroy()
  })
})

it('a client that does not read the page’s files loses them too', async () => {
  const body = Buffer.alloc(32 * 1_048_576, 'x')
  const pace = { bytesPerSecond: 1024, overMs: 2000 }
  host = await testHost({ dependencies: { assets: bigAsset(body), pace } })
  const port = await listen(host.app)
  const request = rawGet('/assets/big.bin', { connection: 'keep-alive' })
  const open = () => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request.repeat(3)))
    return socket.on('error', () => undefined)
  }
  const [idle, reading] = [open().pause(), open().resume()]
  await expect.poll(() => reading.bytesRead, { timeout: 20_000 }).toBeGreaterThan(3 * body.length)
  await expect.poll(() => openConnections(host), { timeout: 20_000 }).toBe(1)
  expect(reading.destroyed).toBe(false)
  reading.destroy()
  idle.destroy()
})

const openConnections = ({ app }: TestHost): Promise<number> =>
  new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)))

const outcomes = () =>
  linesOf(join(host.dataDir, 'audit.log')).map(
    ({ action, outcome }) => `${String(action)} ${String(outcome)}`,
  )

const leaving = async (url: string, headers: Record<string, string>) => {
  const arrived = deferred()
  const checked = deferred()
  host = await testHost({
    recordings: [{ id: testGuid(1) }],
    wrap: (source) => ({
      ...source,
      async authenticate(...credentials) {
        arrived.resolve()
        await checked.promise
        return source.authenticate(...credentials)
      },
    }),
  })
  const port = await listen(host.app)
  const sockets = Array.from({ length: MAX_RUNNING + 1 }, () => {
    const socket = connect(port, '127.0.0.1', () => socket.write(rawGet(url, headers)))
    return socket
  })
  await arrived.promise
  await expect.poll(() => openConnections(host)).toBe(MAX_RUNNING + 1)
  for (const socket of sockets) socket.destroy()
  await expect.poll(() => openConnections(host)).toBe(0)
  checked.resolve()
}

describe('a client that leaves before it is known', () => {
  it.each([
    ['searches', path],
    ['whole lists', RECORDINGS],
    ['details', recordingEndpoint(testGuid(1))],
    ['audio', mediaEndpoint(testGuid(1))],
  ])('keeps no place among the %s, and is written down once as one who left', async (_, url) => {
    await leaving(url, basic('manager'))
    await expect.poll(outcomes).toEqual(['login left'])
    for (let n = 0; n <= MAX_RUNNING; n += 1) expect((await ask()).statusCode).toBe(200)
  })

  it('leaves none of the requests behind that it sent ahead on one connection', async () => {
    const source = held()
    const metrics = createMetrics()
    host = await testHost({ recordings: [{}], wrap: source.wrap, dependencies: { metrics } })
    const port = await listen(host.app)
    const ahead = `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${basic('manager').authorization}\r\n\r\n`
    const sockets = Array.from({ length: 8 }, () => {
      const socket = connect(port, '127.0.0.1', () => socket.write(ahead.repeat(8)))
      return socket
    })
    await source.reached(MAX_RUNNING)
    for (const socket of sockets) socket.destroy()
    const inFlight = async () => /http_requests_in_flight (\d+)/.exec(await metrics.write())?.[1]
    await expect.poll(inFlight).toBe('0')
    source.releaseAll()
    // Each connection began at most one of the 64 searches, and none was answered.
    expect(source.signals.length).toBeLessThanOrEqual(8)
    expect(outcomes().filter((line) => line === 'search ok')).toEqual([])
    const next = ask()
    await source.reached(source.signals.length + 1)
    source.releaseAll()
    expect((await next).statusCode).toBe(200)
  })
})
