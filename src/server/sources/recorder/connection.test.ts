/** A recorder that cannot be reached or does not answer: what is said, how often it is tried, and how long waited. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { makeCalls } from '../../../../e2e/recorder/calls.ts'
import { fault, type Fault } from '../../../../e2e/recorder/faults.ts'
import { recordingEndpoint } from '../../../contract/endpoints.ts'
import { HEALTH_READY } from '../../health.ts'
import { FAILURES, OPEN_MS } from './breaker.ts'
import { openConnection, standardLimits } from './connection.ts'
import {
  ask,
  askList,
  json,
  outcome,
  recorderUsers,
  relayHost,
  type Relay,
  type RelayOptions,
} from './testing.ts'

const recordings = makeCalls({}, {}, {}, {}, {}, {})
const id = recordings[0]?.id ?? ''

let relay: Relay
let server: Server | null = null
afterEach(async () => {
  await relay.close()
  server?.close()
  server = null
})
const open = async (options: RelayOptions = {}): Promise<Relay> => {
  relay = await relayHost({ ...options, recorder: { recordings, ...options.recorder } })
  return relay
}
const list = async (user = 'ada'): Promise<string> => outcome(await askList(relay, relay.enter(user)))
const ready = async (): Promise<number> => (await ask(relay, HEALTH_READY)).status

/** A server that is none: it counts who connects, and does with them what it is told. */
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
  it('is down where nobody listens', async () => {
    const { recorder } = await open()
    await recorder.refuseConnections()
    expect(await list()).toBe('504 recorder_down')
    const media = await ask(relay, `${recordingEndpoint(id)}/Media`, relay.enter('boss'))
    expect(outcome(media)).toBe('504 recorder_down')
  })

  it('is down where something accepts and never says a word of TLS', async () => {
    const { port } = await openRaw(() => {})
    await open({ url: `https://127.0.0.1:${port}`, limits: { connectMs: 200 } })
    expect(await list()).toBe('504 recorder_down')
  })

  it('has failed where it closes every connection before it answers', async () => {
    const raw = await openRaw((socket) => socket.once('data', () => hangUp(socket)))
    await open({ url: `http://127.0.0.1:${raw.port}` })
    expect(await list()).toBe('502 recorder_failed')
    expect(raw.connects).toBe(1)
  })

  it('has failed where it speaks no TLS', async () => {
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
  it('nobody tries for half a minute, and each is told how long', async () => {
    const raw = await openFailing()
    for (let count = 0; count < FAILURES; count += 1) expect(await list()).toBe('502 recorder_failed')
    expect(raw.connects).toBe(FAILURES)
    relay.steadyMs += OPEN_MS - 12_000
    for (const user of ['ada', 'boss', 'mrossi']) {
      const answer = await askList(relay, relay.enter(user))
      expect(outcome(answer)).toBe('504 recorder_down')
      expect(answer.headers).toHaveProperty('retry-after', '12')
    }
    relay.steadyMs += 11_999
    expect(await list()).toBe('504 recorder_down')
    expect(raw.connects).toBe(FAILURES)
  })

  it('one tries after that, alone, and its failure closes the door again', async () => {
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

  it('a login is told the same, which is no failed attempt, and readiness asks nobody', async () => {
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

  it('a success in between starts the count anew', async () => {
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
  const slow: Readonly<Record<string, Fault>> = {
    silence: fault.silence,
    'a stall in the middle': fault.stall,
    'a drip': fault.drip(50),
    'a delay': fault.delay(60_000),
  }

  it.each(Object.entries(slow))('is given up after its time: %s', async (_name, what) => {
    const { recorder } = await open({ limits: { firstByteMs: 250, answerMs: 400 } })
    recorder.on('any', what)
    const cookie = relay.enter('ada')
    const answer = await askList(relay, cookie)
    expect(outcome(answer)).toBe('504 search_timeout')
    expect(json(answer).message).toMatch(/Narrow the search/)
    expect(outcome(await ask(relay, recordingEndpoint(id), cookie))).toBe('504 search_timeout')
    await expect.poll(() => recorder.active()).toBe(0)
    expect(recorder.requests).toHaveLength(2)
  })

  it('is told apart from one that says itself that it is down', async () => {
    const { recorder } = await open()
    recorder.on('list', fault.status(504))
    expect(await list()).toBe('504 recorder_down')
  })

  it('opens no breaker, however often', async () => {
    const { recorder } = await open({ limits: { firstByteMs: 300, answerMs: 400 } })
    recorder.on('list', fault.silence, FAILURES + 1)
    for (let count = 0; count <= FAILURES; count += 1) expect(await list()).toBe('504 search_timeout')
    expect(recorder.count('list')).toBe(FAILURES + 1)
  })
})

describe('many at once', () => {
  const users = Array.from(
    { length: 12 },
    (_, n) => ({ username: `user${n}`, password: 'demo', may: 'all' }) as const,
  )

  it('share twenty sockets, of which audio has its own', async () => {
    const { recorder } = await open({ recorder: { users: [...recorderUsers, ...users] } })
    const cookies = users.map(({ username }) => relay.enter(username))
    for (const cookie of cookies) expect(outcome(await askList(relay, cookie))).toBe('200')
    recorder.on('any', fault.hold)
    const searches = cookies.flatMap((cookie) => Array.from({ length: 5 }, () => askList(relay, cookie)))
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
    const cookie = relay.enter('ada')
    expect(outcome(await askList(relay, cookie))).toBe('200')
    recorder.on('list', fault.hold)
    const running = Array.from({ length: 60 }, () => askList(relay, cookie))
    await expect.poll(() => recorder.held()).toBe(6)
    await Promise.race(running)
    expect(recorder.requests).toHaveLength(7)
    recorder.heal()
    const told = (await Promise.all(running)).map(outcome).toSorted()
    expect(told.filter((text) => text === '200')).toHaveLength(56)
    expect(told.filter((text) => text === '429 too_many_searches')).toHaveLength(4)
  })
})

describe('an answer that nobody reads yet', () => {
  it.each(['', 'Content-Length: 100000\r\n'])('outlives its connection (%j)', async (length) => {
    await open()
    const body = Buffer.alloc(100_000, 'a')
    const raw = await openRaw((socket) =>
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\n${length}Connection: close\r\n\r\n`)
        socket.end(body)
      }),
    )
    const closed = new Promise((done) => server?.once('connection', (socket) => socket.once('close', done)))
    const connection = openConnection({
      origin: `http://127.0.0.1:${raw.port}`,
      ca: null,
      limits: standardLimits,
    })
    const { signal } = new AbortController()
    const answer = await connection.ask({ lane: 'audio', path: '/', accept: '*/*' }, null, signal)
    await closed
    expect(Buffer.from(await answer.body.arrayBuffer()).equals(body)).toBe(true)
    await connection.close()
  })
})

describe('readiness', () => {
  it('says whether the recorder answers, whatever it answers, and sends no password', async () => {
    const { recorder } = await open()
    expect(await ready()).toBe(200)
    const [asked] = recorder.requests
    expect(asked?.headers).not.toHaveProperty('authorization')
    expect(asked?.headers).not.toHaveProperty('cookie')
  })

  it('asks no more than once in five seconds', async () => {
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
    ['its own 504', fault.status(504)],
    ['a crash', fault.status(500)],
    ['no HTTP', fault.noHttp],
    ['a cut', fault.cut('nothing')],
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

  it('is missing where nobody listens', async () => {
    const { recorder } = await open()
    await recorder.refuseConnections()
    expect(await ready()).toBe(503)
  })
})
