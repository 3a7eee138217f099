/** A recorder that cannot be reached or does not answer: the errors, the attempts and the waiting times. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { makeAuthority } from '../../../testing/recorder/certificates.ts'
import { recorderFault, type RecorderFault } from '../../../testing/recorder/faults.ts'
import { HEALTH_READY, recordingEndpoint } from '../../../contract/endpoints.ts'
import type { Problem } from '../../../contract/problems.ts'
import { ownAttempts } from '../../auth/attempt-memory.ts'
import { keepTries } from '../../auth/tries.ts'
import { FAILURES, OPEN_MS } from './breaker.ts'
import { openConnection } from './connection.ts'
import { standardRecorderLimits } from './limits.ts'
import {
  ask,
  askFirstPage,
  json,
  outcome,
  recorderUsers,
  relayHost,
  type Relay,
  type TestRelayOptions,
} from '../../../testing/relay.ts'

const recordings = makeCalls({}, {}, {}, {}, {}, {})
const id = recordings[0]?.id ?? ''

let relay: Relay
let server: Server | null = null
afterEach(async () => {
  await relay.close()
  server?.close()
  server = null
})
const open = async (options: TestRelayOptions = {}): Promise<Relay> => {
  relay = await relayHost({ ...options, recorder: { recordings, ...options.recorder } })
  return relay
}
const list = async (user = 'ada'): Promise<string> =>
  outcome(await askFirstPage(relay, await relay.enter(user)))
const ready = async (): Promise<number> => (await ask(relay, HEALTH_READY)).status

/** A server that speaks no HTTP: it counts connections, and `meet` decides what happens to them. */
async function openRaw(meet: (socket: Socket) => void): Promise<{ readonly port: number; connects: number }> {
  const raw = { port: 0, connects: 0 }
  server = createServer((socket) => {
    raw.connects += 1
    socket.on('error', () => socket.destroy())
    meet(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  raw.port = (server.address() as AddressInfo).port
  return raw
}
const hangUp = (socket: Socket): void => void socket.destroy()

describe('a recorder that cannot be reached', () => {
  it('is down if nobody listens', async () => {
    const { recorder } = await open()
    await recorder.refuseConnections()
    expect(await list()).toBe('504 recorder_down')
    const media = await ask(relay, `${recordingEndpoint(id)}/Media`, await relay.enter('boss'))
    expect(outcome(media)).toBe('504 recorder_down')
  })

  it('is down if it accepts but never starts TLS', async () => {
    const { port } = await openRaw(() => {})
    await open({ url: `https://127.0.0.1:${port}`, limits: { connectMs: 200 } })
    expect(await list()).toBe('504 recorder_down')
  })

  it('has failed if it closes every connection before it answers', async () => {
    const raw = await openRaw((socket) => socket.once('data', () => hangUp(socket)))
    await open({ url: `http://127.0.0.1:${raw.port}` })
    expect(await list()).toBe('502 recorder_failed')
    expect(raw.connects).toBe(1)
  })

  it('has failed if it speaks no TLS', async () => {
    const raw = await openRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await open({ url: `https://127.0.0.1:${raw.port}` })
    expect(await list()).toMatch(/^502 recorder_failed$/)
    expect(raw.connects).toBe(1)
  })

  it('is found again once it listens, without a restart', async () => {
    const { recorder } = await open()
    expect(await list()).toBe('200')
    await recorder.refuseConnections()
    expect(await list()).not.toBe('200')
    await recorder.acceptConnections()
    expect(await list()).toBe('200')
  })
})

const openFailing = async () => {
  const raw = await openRaw(hangUp)
  await open({ url: `https://127.0.0.1:${raw.port}` })
  return raw
}

describe('after five failed connects', () => {
  it('nobody tries for half a minute, and each error says how long to wait', async () => {
    const raw = await openFailing()
    for (let count = 0; count < FAILURES; count += 1) expect(await list()).toBe('502 recorder_failed')
    expect(raw.connects).toBe(FAILURES)
    relay.steadyMs += OPEN_MS - 12_000
    for (const user of ['ada', 'boss', 'mrossi']) {
      const answer = await askFirstPage(relay, await relay.enter(user))
      expect(outcome(answer)).toBe('504 recorder_down')
      expect(answer.headers).toHaveProperty('retry-after', '12')
    }
    relay.steadyMs += 11_999
    expect(await list()).toBe('504 recorder_down')
    expect(raw.connects).toBe(FAILURES)
  })

  it('a single request tries after that, and its failure starts another half minute', async () => {
    const raw = await openFailing()
    for (let count = 0; count < FAILURES; count += 1) await list()
    relay.steadyMs += OPEN_MS
    const users = ['ada', 'boss', 'mrossi', 'guest']
    const told = await Promise.all(users.map((user) => list(user)))
    expect(raw.connects).toBe(FAILURES + 1)
    expect(told.filter((text) => text === '504 recorder_down')).toHaveLength(3)
    relay.steadyMs += OPEN_MS - 1
    expect(await list()).toBe('504 recorder_down')
    expect(raw.connects).toBe(FAILURES + 1)
    relay.steadyMs += 1
    await list()
    expect(raw.connects).toBe(FAILURES + 2)
  })

  it('a login gets the same error without counting as failed, and readiness makes no request', async () => {
    const raw = await openFailing()
    for (let count = 0; count < FAILURES; count += 1) await list()
    for (let count = 0; count < 6; count += 1) {
      const payload = { username: 'ada', password: 'demo' }
      const headers = { 'sec-fetch-site': 'same-origin' }
      const answer = await relay.app.inject({ method: 'POST', url: '/auth/login', headers, payload })
      expect(answer.statusCode).toBe(504)
    }
    expect(await ready()).toBe(503)
    expect(raw.connects).toBe(FAILURES)
  })

  it('a success in between resets the count', async () => {
    const { recorder } = await open()
    const failing = async (count: number): Promise<void> => {
      await recorder.refuseConnections()
      for (let done = 0; done < count; done += 1) expect(await list()).toBe('504 recorder_down')
      await recorder.acceptConnections()
    }
    await failing(FAILURES - 1)
    expect(await list()).toBe('200')
    await failing(FAILURES - 1)
    expect(await list()).toBe('200')
    await failing(FAILURES)
    expect(await list()).toBe('504 recorder_down')
    relay.steadyMs += OPEN_MS
    expect(await list()).toBe('200')
    expect(await list('boss')).toBe('200')
  })
})

describe('a recorder that does not answer', () => {
  const slow: Readonly<Record<string, RecorderFault>> = {
    silence: recorderFault.silence,
    'a stall in the middle': recorderFault.stall,
    'a drip': recorderFault.drip(50),
    'a delay': recorderFault.delay(60_000),
  }

  it.each(Object.entries(slow))('is given up after its time: %s', async (_name, what) => {
    const { recorder } = await open({ limits: { firstByteMs: 250, answerMs: 400 } })
    recorder.on('any', what)
    const cookie = await relay.enter('ada')
    const answer = await askFirstPage(relay, cookie)
    expect(outcome(answer)).toBe('504 recorder_timeout')
    expect(json(answer).message).toMatch(/took longer than this host waits/)
    expect(outcome(await ask(relay, recordingEndpoint(id), cookie))).toBe('504 recorder_timeout')
    await expect.poll(() => recorder.active()).toBe(0)
    expect(recorder.requests).toHaveLength(2)
  })

  it('differs from one that reports itself as down', async () => {
    const { recorder } = await open()
    recorder.on('list', recorderFault.status(504))
    expect(await list()).toBe('504 recorder_down')
  })

  it('opens no breaker, however often', async () => {
    const { recorder } = await open({ limits: { firstByteMs: 300, answerMs: 400 } })
    expect(await list()).toBe('200')
    recorder.on('list', recorderFault.silence, FAILURES + 1)
    for (let count = 0; count <= FAILURES; count += 1) expect(await list()).toBe('504 recorder_timeout')
    expect(recorder.count('list')).toBe(1 + FAILURES + 1)
  })
})

describe('many requests at once', () => {
  const users = Array.from(
    { length: 12 },
    (_, n) => ({ username: `user${n}`, password: 'demo', may: 'all' }) as const,
  )

  it('share twenty sockets, some of them only for audio', async () => {
    const { recorder } = await open({ recorder: { users: [...recorderUsers, ...users] } })
    const cookies = await Promise.all(users.map(({ username }) => relay.enter(username)))
    for (const cookie of cookies) expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
    recorder.on('any', recorderFault.hold)
    const searches = cookies.flatMap((cookie) => Array.from({ length: 5 }, () => askFirstPage(relay, cookie)))
    const audio = cookies.map((cookie) => ask(relay, `${recordingEndpoint(id)}/Media`, cookie))
    await expect.poll(() => recorder.held()).toBe(20)
    expect(recorder.sockets()).toBe(20)
    await expect.poll(() => relay.source.gauges?.().recorder_requests_queued).toBe(60 - 14 + 12 - 6)
    expect(recorder.sockets()).toBe(20)
    recorder.heal()
    const answers = await Promise.all([...searches, ...audio])
    expect(new Set(answers.map(({ status, complete }) => `${status} ${complete}`))).toEqual(
      new Set(['200 true']),
    )
    expect(recorder.requests).toHaveLength(12 + 60 + 12)
    expect(recorder.sockets()).toBeLessThanOrEqual(20)
  })

  it('of one user are six at a time', async () => {
    const { recorder } = await open()
    const cookie = await relay.enter('ada')
    expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
    recorder.on('list', recorderFault.hold)
    const running = Array.from({ length: 60 }, () => askFirstPage(relay, cookie))
    await expect.poll(() => recorder.held()).toBe(6)
    await Promise.race(running)
    expect(recorder.requests).toHaveLength(7)
    recorder.heal()
    const told = (await Promise.all(running)).map(outcome).toSorted()
    expect(told.filter((text) => text === '200')).toHaveLength(56)
    expect(told.filter((text) => text === '429 too_many_searches')).toHaveLength(4)
  })
})

const running = (): number | undefined => relay.source.gauges?.().recorder_requests_running

describe('a user with many requests', () => {
  const all = makeCalls(...Array.from({ length: 12 }, () => ({})))
  it.each([
    ['details', 'detail', '', 10],
    ['audio', 'media', '/Media', 4],
  ] as const)('for %s does not block other users', async (_name, route, suffix, atOnce) => {
    const { recorder } = await open({ recorder: { recordings: all } })
    const [cookie, other] = [await relay.enter('ada'), await relay.enter('boss')]
    for (const each of [cookie, other]) expect(outcome(await askFirstPage(relay, each))).toBe('200')
    const path = (n: number): string => `${recordingEndpoint(all[n % 12]?.id ?? '')}${suffix}`
    recorder.on(route, recorderFault.hold)
    // Asks the source directly, because the routes limit the requests of one user.
    const viewer = await relay.source.principal('ada', { username: 'ada', password: 'demo' })
    if (!viewer) throw new Error('ada may ask.')
    const asked = Array.from({ length: 300 }, (_, n) => {
      const { signal } = new AbortController()
      const one = all[n % 12]?.id ?? ''
      return route === 'detail'
        ? relay.source.detail(one, viewer, signal)
        : relay.source.media(one, viewer, signal, 'first')
    })
    const told = Promise.allSettled(asked)
    await expect.poll(() => recorder.held()).toBe(atOnce)
    expect(running()).toBe(atOnce)
    if (route === 'detail') expect(outcome(await askFirstPage(relay, other))).toBe('200')
    const theirs = ask(relay, path(0), other)
    await expect.poll(() => recorder.held()).toBe(atOnce + 1)
    recorder.heal()
    expect((await theirs).status).toBe(200)
    const outcomes = (await told).map((one) =>
      one.status === 'fulfilled' ? '200' : (one.reason as Problem).code,
    )
    expect(new Set(outcomes)).toEqual(new Set(route === 'detail' ? ['200', 'busy'] : ['200']))
    await expect.poll(running).toBe(0)
  })

  it('lets other users go first, even if they waited less', async () => {
    const users = Array.from(
      { length: 3 },
      (_, n) => ({ username: `u${n}`, password: 'demo', may: 'all' }) as const,
    )
    const { recorder } = await open({ recorder: { recordings: all, users: [...recorderUsers, ...users] } })
    const viewers = await Promise.all(
      users.map(async ({ username }) => relay.source.principal(username, { username, password: 'demo' })),
    )
    const detail = (who: number) => {
      const { signal } = new AbortController()
      const viewer = viewers[who]
      if (!viewer) throw new Error('They may ask.')
      return relay.source.detail(all[0]?.id ?? '', viewer, signal)
    }
    for (const who of [0, 1, 2]) await detail(who)
    recorder.on('detail', recorderFault.hold)
    const first = Array.from({ length: 60 }, () => detail(0))
    const second = Array.from({ length: 10 }, () => detail(1))
    await expect.poll(() => recorder.held()).toBe(14)
    const last = detail(2)
    recorder.heal()
    await Promise.all([...first, ...second, last])
    const order = recorder.requests.map(({ user }) => user).slice(3)
    expect(order.indexOf('u2')).toBeLessThan(14 + 3)
  })

  it('waits for a limited time, and then gets the error for a busy host', async () => {
    const { recorder } = await open({ limits: { waitMs: 50 } })
    expect(await list()).toBe('200')
    recorder.on('detail', recorderFault.hold)
    const viewer = await relay.source.principal('ada', { username: 'ada', password: 'demo' })
    if (!viewer) throw new Error('ada may ask.')
    const asked = Array.from({ length: 11 }, () =>
      relay.source.detail(id, viewer, new AbortController().signal),
    )
    const told = Promise.allSettled(asked)
    await expect.poll(() => recorder.held()).toBe(10)
    await expect(asked.at(-1)).rejects.toMatchObject({ status: 503, code: 'busy', retryAfterMs: 2000 })
    recorder.heal()
    await told
  })
})

const head = (length: number | null): string =>
  `HTTP/1.1 200 OK\r\n${length === null ? '' : `Content-Length: ${length}\r\n`}Connection: close\r\n\r\n`

const nowMs = (): number => relay.nowMs

/** Requests audio from a server that answers each connection in this way. */
async function hear(answer: (socket: Socket) => void, limits = standardRecorderLimits) {
  await open()
  const raw = await openRaw((socket) => socket.once('data', () => answer(socket)))
  const tries = keepTries(ownAttempts({ failures: 4, nowMs, kept: null }), nowMs)
  const connection = openConnection({ origin: `http://127.0.0.1:${raw.port}`, ca: null, tries, limits })
  const call = { lane: 'audio', path: '/', accept: '*/*' } as const
  return { connection, ask: () => connection.anonymous.ask(call, new AbortController().signal) }
}

describe('audio that nobody reads yet', () => {
  it.each([null, 100_000])('is whole, whenever it is read (length %s)', async (length) => {
    const body = Buffer.alloc(100_000, 'a')
    const { connection, ask: hears } = await hear((socket) =>
      socket.end(Buffer.concat([Buffer.from(head(length)), body])),
    )
    const answer = await hears()
    await sleep(50)
    expect((await buffer(answer.body)).equals(body)).toBe(true)
    await connection.close()
  })

  it('slows the recorder down, takes little memory, and does not count as a stall', async () => {
    const body = Buffer.alloc(48 * 1024 * 1024, 'b')
    const limits = { ...standardRecorderLimits, firstByteMs: 100 }
    let sender: Socket | null = null
    const { connection, ask: hears } = await hear((socket) => {
      sender = socket
      socket.write(head(body.length))
      socket.end(body)
    }, limits)
    const answer = await hears()
    await sleep(350)
    expect(answer.body.readableLength).toBeLessThan(1024 * 1024)
    expect((sender as Socket | null)?.writableLength).toBeGreaterThan(1024 * 1024)
    expect((await buffer(answer.body)).equals(body)).toBe(true)
    await connection.close()
  })

  const MEBIBYTE = 1024 * 1024
  // These sizes are near the limits of Node's buffers. At the last one, undici's buffer was full and ended the process.
  const sizes = [1, 16_384, 16_385, 65_536, 65_537, 64 * MEBIBYTE]
  const ends = {
    'its end': (socket: Socket) => socket.end(),
    'a reset': (socket: Socket) => socket.resetAndDestroy(),
  }
  const broken = sizes.flatMap((size) => Object.entries(ends).map(([how, end]) => [size, how, end] as const))

  it.each(broken)('may break off after %i bytes by %s, and the process goes on', async (size, _how, end) => {
    const uncaught: unknown[] = []
    const note = (error: unknown): void => void uncaught.push(error)
    process.on('uncaughtException', note)
    const { connection, ask: hears } = await hear((socket) => {
      socket.write(Buffer.concat([Buffer.from(head(68 * MEBIBYTE)), Buffer.alloc(size, 'c')]), () =>
        end(socket),
      )
    })
    const answer = await hears()
    answer.body.on('error', () => undefined)
    // The connection ends before anybody reads, and the reader must still get the error.
    await sleep(30)
    await expect(buffer(answer.body)).rejects.toThrow()
    expect(connection.gauges()).toMatchObject({ recorder_requests_running: 0, recorder_sockets: 0 })
    process.off('uncaughtException', note)
    expect(uncaught).toEqual([])
    await connection.close()
  })

  it('is given up if its recorder stalls and somebody waits', async () => {
    const limits = { ...standardRecorderLimits, firstByteMs: 100 }
    const { connection, ask: hears } = await hear((socket) => socket.write(`${head(1000)}some`), limits)
    const answer = await hears()
    await expect(buffer(answer.body)).rejects.toMatchObject({ code: 'recorder_timeout' })
    await expect.poll(() => connection.gauges().recorder_sockets).toBe(0)
    await connection.close()
  })
})

const hears = async (user = 'boss'): Promise<string> =>
  outcome(await ask(relay, `${recordingEndpoint(id)}/Media`, await relay.enter(user)))

describe('a connection for audio', () => {
  it('that takes too long is down, and counts as one that failed', async () => {
    const { port } = await openRaw(() => {})
    await open({ url: `https://127.0.0.1:${port}`, limits: { connectMs: 50 } })
    for (let count = 0; count < FAILURES; count += 1) expect(await hears()).toBe('504 recorder_down')
    relay.steadyMs += 1000
    const answer = await askFirstPage(relay, await relay.enter('ada'))
    expect(outcome(answer)).toBe('504 recorder_down')
    expect(answer.headers).toHaveProperty('retry-after', '29')
  })

  it('is one of six that later requests use again', async () => {
    const { recorder } = await open()
    for (let count = 0; count < 3; count += 1) {
      recorder.on('media', recorderFault.status(500), 1)
      expect(await hears()).toBe('500 recorder_failed')
    }
    expect(await hears()).toBe('200')
    expect(recorder.sockets()).toBeLessThanOrEqual(6)
  })

  it('trusts only the configured authority', async () => {
    const authority = await makeAuthority()
    const tls = await authority.issue(['127.0.0.1'])
    await open({ recorder: { tls }, ca: authority.ca })
    expect(await hears()).toBe('200')
    await relay.close()
    await open({ recorder: { tls } })
    for (let count = 0; count <= FAILURES; count += 1) expect(await hears()).toBe('502 recorder_untrusted')
    expect(relay.recorder.requests).toEqual([])
    await authority.remove()
  })
})

describe('readiness', () => {
  it('reports whether the recorder answers at all, and sends no password', async () => {
    const { recorder } = await open()
    expect(await ready()).toBe(200)
    const [asked] = recorder.requests
    expect(asked?.headers).not.toHaveProperty('authorization')
    expect(asked?.headers).not.toHaveProperty('cookie')
  })

  it('asks at most once in five seconds', async () => {
    const { recorder } = await open()
    await Promise.all(Array.from({ length: 10 }, () => ready()))
    relay.steadyMs += 5000
    await ready()
    expect(recorder.requests).toHaveLength(1)
    relay.steadyMs += 1
    await ready()
    expect(recorder.requests).toHaveLength(2)
  })

  it.each([
    ['its own 504', recorderFault.status(504)],
    ['a crash', recorderFault.status(500)],
    ['no HTTP', recorderFault.noHttp],
    ['a cut', recorderFault.cut('nothing')],
  ])('is missing while there is %s, and comes back', async (_name, what) => {
    const { recorder } = await open()
    recorder.on('any', what)
    const answer = await ask(relay, HEALTH_READY)
    expect(outcome(answer)).toBe('503 not_ready')
    expect(answer.body.toString()).not.toMatch(/recorder/i)
    recorder.heal()
    relay.steadyMs += 5001
    expect(await ready()).toBe(200)
  })

  it('is missing if nobody listens', async () => {
    const { recorder } = await open()
    await recorder.refuseConnections()
    expect(await ready()).toBe(503)
  })
})
