/** The request that tries a password. Its caller may leave, but the password still counts at a directory. */
import { afterEach, describe, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault } from '../../../testing/recorder/faults.ts'
import { HEALTH_LIVE, RECORDINGS, recordingEndpoint } from '../../../contract/endpoints.ts'
import { MAX_UNANSWERED, PROVEN_MS } from './credentials.ts'
import {
  ask,
  askFirstPage,
  outcome,
  callOutcome,
  relayHost,
  recorderIdle,
  type Relay,
  type TestRelayOptions,
} from '../../../testing/relay.ts'

const recordings = makeCalls({ audioFrames: 5000 }, {}, {})
const address = recordingEndpoint(recordings[0]?.id ?? '')
const routes = { list: `${RECORDINGS}?page=0&pageSize=5`, detail: address, media: `${address}/Media` }

let relay: Relay
afterEach(() => relay.close())
async function open(options: TestRelayOptions = {}): Promise<Relay> {
  relay = await relayHost({
    spool: { graceMs: 0 },
    ...options,
    recorder: { recordings, ...options.recorder },
  })
  return relay
}

const connections = (): Promise<number> =>
  new Promise((found) => relay.app.server.getConnections((_error, count) => found(count)))

/** Sends a request, and leaves once the host has it and has begun to handle it. */
async function askAndLeave(path: string, headers: Record<string, string>): Promise<void> {
  const abort = new AbortController()
  const over = ask(relay, path, headers, { signal: abort.signal }).catch(() => null)
  await expect.poll(connections).toBe(1)
  for (let round = 0; round < 3; round += 1) await ask(relay, HEALTH_LIVE)
  await expect.poll(() => relay.recorder.requests.length).toBeGreaterThan(0)
  abort.abort()
  await over
  await expect.poll(connections).toBe(0)
}

const { signal } = new AbortController()
const known = { from: '127.0.0.1', isKnown: true, isScript: false }
const tryOut = (password: string): Promise<string> =>
  callOutcome(relay.source.authenticate('ada', password, signal, known))
async function tryAll(count: number): Promise<string[]> {
  const outcomes: string[] = []
  for (let n = 0; n < count; n += 1) outcomes.push(await tryOut(`guess ${n}`))
  return outcomes
}
const refused = '401 refused_by_recorder'
const tooMany = '429 too_many_attempts'

describe('a caller that leaves each request', () => {
  it.each(Object.entries(routes))('sends an old password once: %s', async (_route, path) => {
    const { recorder } = await open()
    const cookie = await relay.enter('ada', 'old')
    recorder.on('any', recorderFault.hold)
    for (let count = 0; count < 5; count += 1) await askAndLeave(path, cookie)
    expect(recorder.requests).toHaveLength(1)
    recorder.heal()
    await recorderIdle(recorder)
    expect(outcome(await askFirstPage(relay, cookie))).toBe('401 signed_out')
    expect(recorder.requests).toHaveLength(1)
  })

  it.each(Object.entries(routes))('leaves nothing open with a right password: %s', async (_route, path) => {
    const { recorder } = await open()
    const cookie = await relay.enter('ada')
    recorder.on('any', [recorderFault.hold, recorderFault.stall], 1)
    await askAndLeave(path, cookie)
    recorder.heal()
    await recorderIdle(recorder)
    await expect.poll(() => relay.source.gauges?.()).toMatchObject({ recorder_requests_running: 0 })
    expect(recorder.requests).toHaveLength(1)
    // Although nobody read the answer, it has proven the password.
    recorder.on('list', recorderFault.hold)
    const running = [askFirstPage(relay, cookie), askFirstPage(relay, cookie)]
    await expect.poll(() => recorder.held()).toBe(2)
    recorder.heal()
    expect((await Promise.all(running)).map(outcome)).toEqual(['200', '200'])
  })

  it('sends a recently right password a few times, and then once more', async () => {
    const { recorder } = await open()
    const cookie = await relay.enter('ada')
    expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
    recorder.setPassword('ada', 'new')
    recorder.on('list', recorderFault.hold)
    for (let count = 0; count < MAX_UNANSWERED + 4; count += 1) await askAndLeave(routes.list, cookie)
    expect(recorder.requests).toHaveLength(1 + MAX_UNANSWERED + 1)
    recorder.heal()
    await recorderIdle(recorder)
    expect(outcome(await askFirstPage(relay, cookie))).toBe('401 signed_out')
    expect(recorder.requests).toHaveLength(1 + MAX_UNANSWERED + 1)
    // All of them may have been wrong, so no more is sent.
    expect(await tryOut('new')).toBe(tooMany)
  })

  it('while its request waits for a turn sends nothing, and uses no try', async () => {
    const { recorder, source } = await open()
    const cookie = await relay.enter('ada')
    expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
    recorder.on('list', recorderFault.hold)
    const viewer = await source.principal('ada', { username: 'ada', password: 'demo' })
    const paging = { page: 0, pageSize: 5 }
    const never = new AbortController().signal
    const running = Array.from({ length: 10 }, () => source.list({}, paging, viewer!, never))
    await expect.poll(() => recorder.held()).toBe(10)
    for (let count = 0; count < 5; count += 1) {
      const stale = await source.principal('ada', { username: 'ada', password: `old ${count}` })
      const abort = new AbortController()
      const waiting = source.list({}, paging, stale!, abort.signal)
      await expect.poll(() => source.gauges?.().recorder_requests_queued).toBe(1)
      abort.abort(new Error('left'))
      await expect(waiting).rejects.toThrow('left')
      expect(source.gauges?.().recorder_requests_queued).toBe(0)
    }
    recorder.heal()
    await Promise.all(running)
    expect(recorder.requests).toHaveLength(1 + 10)
    expect((await tryAll(3)).every((tried) => tried === refused)).toBe(true)
  })
})

describe('a password that was sent and got no answer', () => {
  it.each([
    ['the connection broke off', recorderFault.cut('nothing'), '502 recorder_failed'],
    ['it was no HTTP', recorderFault.noHttp, '502 recorder_failed'],
    ['none came in time', recorderFault.silence, '504 recorder_timeout'],
  ])('counts, because %s', async (_why, what, expected) => {
    const { recorder } = await open({ limits: { firstByteMs: 300, answerMs: 400 } })
    recorder.on('list', what)
    const outcomes = await Promise.all(Array.from({ length: 6 }, (_, n) => tryOut(`guess ${n}`)))
    expect(outcomes.filter((tried) => tried === expected).length).toBeLessThanOrEqual(4)
    expect(outcomes.filter((tried) => tried === tooMany).length).toBeGreaterThanOrEqual(2)
    recorder.heal()
    expect(await tryOut('demo')).toBe(tooMany)
    expect(recorder.requests.length).toBeLessThanOrEqual(4)
  })

  it('is no guess if it was right before', async () => {
    const { recorder } = await open()
    expect(await tryOut('demo')).toBe('200')
    for (let count = 0; count < 5; count += 1) {
      relay.steadyMs += PROVEN_MS
      recorder.on('list', recorderFault.cut('nothing'), 1)
      expect(await tryOut('demo')).toBe('502 recorder_failed')
    }
    expect(await tryOut('demo')).toBe('200')
  })

  it('is no guess if it was not sent, because nobody listens', async () => {
    const { recorder } = await open()
    await recorder.refuseConnections()
    expect(new Set(await tryAll(6))).toEqual(new Set(['504 recorder_down']))
    await recorder.acceptConnections()
    relay.steadyMs += 30_000
    expect(await tryOut('demo')).toBe('200')
  })
})
