/** A client that leaves ends its requests at the recorder, and a host that closes leaves nothing open. */
import { describe, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault, type RecorderFault } from '../../../testing/recorder/faults.ts'
import { RECORDINGS, recordingEndpoint } from '../../../contract/endpoints.ts'
import { basic } from '../../../testing/host.ts'
import {
  ask,
  askFirstPage,
  awake,
  expectAsleep,
  outcome,
  relayHost,
  recorderIdle,
  type Relay,
} from '../../../testing/relay.ts'

const recordings = makeCalls({ audioFrames: 5000 }, {}, {}, {}, {})
const id = recordings[0]?.id ?? ''
const media = `${recordingEndpoint(id)}/Media`

/** Opens a host, works with it, closes it, and checks that nothing stays open. */
async function withRelay(work: (relay: Relay) => Promise<void>, options = {}): Promise<void> {
  const before = awake()
  const relay = await relayHost({ recorder: { recordings }, spool: { graceMs: 30 }, ...options })
  try {
    await work(relay)
  } finally {
    await relay.close()
  }
  await expectAsleep(before)
}

/** A request whose client leaves by `leave`. `over` resolves once the client is gone. */
function leaving(relay: Relay, path: string, headers: Record<string, string>) {
  const abort = new AbortController()
  const over = ask(relay, path, headers, { signal: abort.signal }).catch(() => null)
  return { leave: () => abort.abort(), over }
}
/** A session with a proven password. A request that tries a password would go on without its client. */
async function proven(relay: Relay, username: string): Promise<{ cookie: string }> {
  const cookie = await relay.enter(username)
  expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
  return cookie
}
/** How many clients are connected to the host. */
const connections = (relay: Relay): Promise<number> =>
  new Promise((found) => relay.app.server.getConnections((_error, count) => found(count)))
const page = `${RECORDINGS}?page=0&pageSize=5`
const routes = { list: page, 'a recording': recordingEndpoint(id), 'its audio': media }

describe('a client that leaves', () => {
  const slow: Readonly<Record<string, RecorderFault>> = {
    'before the answer': recorderFault.hold,
    'while nothing comes': recorderFault.silence,
    'in the middle of it': recorderFault.stall,
    'while it drips': recorderFault.drip(20),
    'while it comes without end': recorderFault.flood(Infinity),
  }
  const cases = Object.entries(slow).flatMap(([when, what]) =>
    Object.entries(routes).map(([route, path]) => [route, when, path, what] as const),
  )

  // The relay itself ends endless JSON.
  const ofClients = cases.filter(([route, , , { kind }]) => kind !== 'flood' || route === 'its audio')
  it.each(ofClients)('%s %s ends the recorder’s answer', async (_route, _when, path, what) => {
    await withRelay(async (relay) => {
      const { recorder } = relay
      const cookie = await proven(relay, 'ada')
      recorder.on('any', what)
      const { leave, over } = leaving(relay, path, cookie)
      await expect.poll(() => recorder.requests.length).toBe(2)
      leave()
      await over
      await recorderIdle(recorder)
      expect(recorder.aborted()).toBe(1)
      expect(recorder.requests).toHaveLength(2)
    })
  })

  it('while its search waits for a place causes no request', async () => {
    await withRelay(async (relay) => {
      const { recorder } = relay
      const cookie = await relay.enter('ada')
      expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
      recorder.on('list', recorderFault.hold)
      const running = Array.from({ length: 6 }, () => askFirstPage(relay, cookie))
      await expect.poll(() => recorder.held()).toBe(6)
      const waiting = Array.from({ length: 5 }, () => leaving(relay, page, cookie))
      const last = askFirstPage(relay, cookie)
      for (const { leave } of waiting) leave()
      await Promise.all(waiting.map(({ over }) => over))
      await expect.poll(() => connections(relay)).toBe(7)
      recorder.heal()
      expect((await Promise.all([...running, last])).map(outcome)).toEqual(
        Array.from({ length: 7 }, () => '200'),
      )
      await recorderIdle(recorder)
      expect(recorder.count('list')).toBe(1 + 7)
      expect(relay.source.gauges?.()).toMatchObject({
        recorder_requests_running: 0,
        recorder_requests_queued: 0,
      })
    })
  })

  it('while its request waits for a socket causes no request', async () => {
    const users = Array.from(
      { length: 4 },
      (_, n) => ({ username: `u${n}`, password: 'demo', may: 'all' }) as const,
    )
    await withRelay(
      async (relay) => {
        const { recorder, source } = relay
        const cookies = await Promise.all(users.map(({ username }) => relay.enter(username)))
        for (const cookie of cookies) await askFirstPage(relay, cookie)
        recorder.on('list', recorderFault.hold)
        const requests = cookies.flatMap((cookie) =>
          Array.from({ length: 5 }, () => leaving(relay, page, cookie)),
        )
        await expect.poll(() => source.gauges?.().recorder_requests_queued).toBe(6)
        for (const { leave } of requests) leave()
        await Promise.all(requests.map(({ over }) => over))
        await expect.poll(() => source.gauges?.().recorder_requests_queued).toBe(0)
        await recorderIdle(recorder)
        expect(recorder.requests).toHaveLength(4 + 14)
        recorder.heal()
        expect(outcome(await askFirstPage(relay, await relay.enter('u0')))).toBe('200')
      },
      { recorder: { recordings, users } },
    )
  })

  it('while another request tries its password does not end that request', async () => {
    await withRelay(async (relay) => {
      const { recorder } = relay
      const cookie = await relay.enter('ada')
      recorder.on('list', recorderFault.hold, 1)
      const first = askFirstPage(relay, cookie)
      await expect.poll(() => recorder.held()).toBe(1)
      const { leave, over } = leaving(relay, page, cookie)
      leave()
      await over
      recorder.release()
      expect(outcome(await first)).toBe('200')
      await recorderIdle(recorder)
      expect(recorder.count('list')).toBe(1)
    })
  })

  it('lets the request that tries its password go on, and the next request waits for it', async () => {
    await withRelay(async (relay) => {
      const { recorder } = relay
      const cookie = await relay.enter('ada')
      recorder.on('list', recorderFault.hold, 1)
      const { leave, over } = leaving(relay, page, cookie)
      await expect.poll(() => recorder.held()).toBe(1)
      const second = askFirstPage(relay, cookie)
      leave()
      await over
      expect(recorder.held()).toBe(1)
      recorder.release()
      expect(outcome(await second)).toBe('200')
      await recorderIdle(recorder)
      expect([recorder.aborted(), recorder.count('list')]).toEqual([0, 2])
    })
  })

  it('during the search for the remote parameter ends it, and a waiting client repeats it', async () => {
    await withRelay(async (relay) => {
      const { recorder } = relay
      const path = `${page}&remotePartyNumber=contains:39`
      const [ada, boss] = [await proven(relay, 'ada'), await proven(relay, 'boss')]
      recorder.on('list', recorderFault.hold, 1)
      const first = leaving(relay, path, ada)
      await expect.poll(() => recorder.held()).toBe(1)
      const waiting = leaving(relay, path, boss)
      const second = ask(relay, path, boss)
      waiting.leave()
      await waiting.over
      expect(recorder.requests).toHaveLength(3)
      first.leave()
      expect(outcome(await second)).toBe('200')
      await recorderIdle(recorder)
      expect(recorder.aborted()).toBe(1)
    })
  })

  it('in the middle of all recordings ends the requests for further pages', async () => {
    const many = makeCalls(...Array.from({ length: 2500 }, () => ({})))
    await withRelay(
      async (relay) => {
        const { recorder } = relay
        recorder.on('list', recorderFault.hold, 1, (params) => params.get('page') === '1')
        const { leave, over } = leaving(relay, RECORDINGS, basic('ada'))
        await expect.poll(() => recorder.held()).toBe(1)
        leave()
        await over
        await recorderIdle(recorder)
        expect(recorder.requests.map(({ params }) => params.get('page'))).not.toContain('2')
      },
      { recorder: { recordings: many } },
    )
  })
})

describe('a host that closes', () => {
  it.each(['hold', 'stall', 'silence'] as const)(
    'leaves nothing behind with the recorder at %s',
    async (name) => {
      await withRelay(async (relay) => {
        const { recorder } = relay
        expect(outcome(await askFirstPage(relay, await relay.enter('ada')))).toBe('200')
        recorder.on('any', recorderFault[name])
        const paths = [page, recordingEndpoint(id), media, `${page}&remotePartyNumber=1`]
        const cookies = await Promise.all(paths.map(() => relay.enter('ada')))
        const requests = paths.map((path, index) => leaving(relay, path, cookies[index] ?? {}))
        await expect.poll(() => recorder.active()).toBe(4)
        requests.forEach(({ leave }) => leave())
        await Promise.all(requests.map(({ over }) => over))
      })
    },
  )

  it.each(Object.entries(routes))(
    'leaves nothing behind of a trial without a waiting client: %s',
    async (_, path) => {
      await withRelay(async (relay) => {
        const { recorder } = relay
        recorder.on('any', recorderFault.silence)
        const { leave, over } = leaving(relay, path, await relay.enter('ada'))
        await expect.poll(() => recorder.active()).toBe(1)
        leave()
        await over
        await expect.poll(() => connections(relay)).toBe(0)
        expect(recorder.active()).toBe(1)
      })
    },
  )

  it('leaves nothing behind while audio arrives', async () => {
    await withRelay(async (relay) => {
      const { recorder } = relay
      recorder.on('media', recorderFault.flood(Infinity))
      const request = leaving(relay, media, await relay.enter('ada'))
      await expect.poll(() => relay.source.gauges?.().recorder_spool_bytes).toBeGreaterThan(100_000)
      await relay.source.close()
      request.leave()
      await request.over
      await recorderIdle(recorder)
    })
  })
})
