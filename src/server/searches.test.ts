/** How many searches run at once, and what becomes of those that nobody waits for. */
import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { RECORDINGS } from '../contract/endpoints.ts'
import type { WireRecording } from '../contract/recording.ts'
import { createSearches, MAX_RUNNING, MAX_WAITING } from './searches.ts'
import type { Source } from './sources/source.ts'
import { testGuid } from './sources/sqlite/testing.ts'
import { basic, exchange, listen, rawGet, testHost, type TestHost } from './testing.ts'

/** The source, answering lists only when told to. */
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
  /** Resolves once so many searches have reached the source. */
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
  it('takes its search with it, and leaves its place to others', async () => {
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

  it('takes the rest of a long answer with it', async () => {
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
    // Nobody reads on: the host stops writing, and others are served meanwhile.
    socket.pause()
    expect(await exchange(port, rawGet('/healthz'))).toContain('HTTP/1.1 200')
    expect(signals[0]?.aborted).toBe(false)
    socket.destroy()
    await once(signals[0]!, 'abort')
  })
})

describe('a lane', () => {
  it('lets the next in when a place is given back, once', async () => {
    host = await testHost()
    const searches = createSearches()
    const { signal } = new AbortController()
    const releases = await Promise.all(
      Array.from({ length: MAX_RUNNING }, () => searches.enter('Ann', signal)),
    )
    const order: string[] = []
    const second = searches.enter('ANN', signal).then((release) => (order.push('second'), release))
    const third = searches.enter('ann', signal).then((release) => (order.push('third'), release))
    releases[0]?.()
    releases[0]?.()
    await second
    expect(order).toEqual(['second'])
    releases[1]?.()
    await third
    expect(order).toEqual(['second', 'third'])
  })

  it('forgets who leaves the queue, and refuses who has left already', async () => {
    host = await testHost()
    const searches = createSearches()
    const { signal } = new AbortController()
    const releases = await Promise.all(
      Array.from({ length: MAX_RUNNING }, () => searches.enter('ann', signal)),
    )
    const leaving = new AbortController()
    const left = searches.enter('ann', leaving.signal)
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    await expect(searches.enter('ann', leaving.signal)).rejects.toThrow('left')
    const next = searches.enter('ann', signal)
    releases[0]?.()
    await expect(next).resolves.toBeTypeOf('function')
  })
})
