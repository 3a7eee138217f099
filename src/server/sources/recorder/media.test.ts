/** Audio through the relay: one request per listening, complete or broken off, and deleted afterwards. */
import * as fc from 'fast-check'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { audioOf, makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault, type RecorderFault } from '../../../testing/recorder/faults.ts'
import type { FigureName } from '../../platform/figures.ts'
import { mediaEndpoint } from '../../../contract/endpoints.ts'
import { limitFiles } from '../../../testing/host.ts'
import { HEARING_RIGHT_MS } from './spool.ts'
import {
  ask,
  outcome,
  relayHost,
  recorderIdle,
  type Answered,
  type Relay,
  type TestRelayOptions,
} from '../../../testing/relay.ts'

const recordings = makeCalls(
  { audioFrames: 2000 },
  { audioFrames: 10 },
  { audioFrames: null },
  { owner: null },
)
const [call, short, silent] = recordings
if (!call || !short || !silent) throw new Error('There are three recordings.')
const audio = audioOf(call)
const size = audio.length

let relay: Relay
afterEach(() => relay.close())
const open = async (options: TestRelayOptions = {}): Promise<Relay> => {
  relay = await relayHost({ ...options, recorder: { recordings, ...options.recorder } })
  return relay
}

interface Listen {
  readonly id?: string
  readonly user?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly query?: string
}
const listen = async ({
  id = call.id,
  user = 'ada',
  headers = {},
  method = 'GET',
  query = '',
}: Listen = {}) =>
  ask(relay, `${mediaEndpoint(id)}${query}`, { ...(await relay.enter(user)), ...headers }, { method })
const range = (from: number, to: number | '' = '', user = 'ada'): Promise<Answered> =>
  listen({ user, headers: { range: `bytes=${from}-${to}` } })
const gauge = (name: FigureName): number | undefined => relay.source.gauges?.()[name]
const forgotten = (): Promise<void> => expect.poll(() => gauge('recorder_spool_recordings')).toBe(0)

describe('one listening', () => {
  it('is one request to the recorder for all requests of a player', async () => {
    const { recorder } = await open()
    const starts = Array.from({ length: 20 }, (_, n) => Math.floor((size / 20) * ((n * 7) % 20)))
    const parts = await Promise.all(starts.map((from) => range(from, from + 9_599)))
    for (const [index, { status, body }] of parts.entries()) {
      const from = starts[index] ?? 0
      expect(status).toBe(206)
      expect(body.equals(audio.subarray(from, from + 9600))).toBe(true)
    }
    await recorderIdle(recorder)
    expect((await listen()).body.equals(audio)).toBe(true)
    expect((await range(size - 1)).body.equals(audio.subarray(-1))).toBe(true)
    expect((await listen({ id: call.id.toLowerCase() })).body.equals(audio)).toBe(true)
    expect(recorder.requests).toHaveLength(1)
    expect(recorder.requests[0]?.headers).not.toHaveProperty('range')
  })

  it('is separate for each user and each recording', async () => {
    const { recorder } = await open()
    await Promise.all([listen(), listen({ user: 'boss' }), listen({ id: short.id })])
    expect(recorder.requests.map(({ user }) => user).toSorted()).toEqual(['ada', 'ada', 'boss'])
  })

  it('is dropped after its idle time, and requested again', async () => {
    const { recorder } = await open({ spool: { idleMs: 40 } })
    expect((await listen()).status).toBe(200)
    await forgotten()
    expect(gauge('recorder_spool_bytes')).toBe(0)
    expect((await range(5, 9)).status).toBe(206)
    expect(recorder.requests).toHaveLength(2)
  })

  it('is held while somebody still listens', async () => {
    const { recorder } = await open({ spool: { idleMs: 20 } })
    recorder.on('media', recorderFault.hold, 1)
    const first = listen()
    await expect.poll(() => recorder.held()).toBe(1)
    const second = range(0, 9)
    recorder.release()
    await Promise.all([first, second])
    expect(recorder.requests).toHaveLength(1)
    await forgotten()
  })

  it('has no name in the folder while it is held', async () => {
    const { dataDir } = await open()
    await listen()
    expect(gauge('recorder_spool_bytes')).toBe(size)
    expect(gauge('recorder_spool_recordings')).toBe(1)
    expect(readdirSync(join(dataDir, 'spool'))).toEqual([])
  })

  it('begins before the recorder has sent all of it', async () => {
    const { recorder } = await open()
    recorder.on('media', recorderFault.stall)
    const { status, body } = await range(0, 999)
    expect([status, body.equals(audio.subarray(0, 1000))]).toEqual([206, true])
    expect(recorder.active()).toBe(1)
  })

  it('goes on for a moment after its client left, for one that comes back', async () => {
    const { recorder } = await open({ spool: { graceMs: 60_000 } })
    recorder.on('media', recorderFault.stall)
    const abort = new AbortController()
    const path = mediaEndpoint(call.id)
    const left = ask(relay, path, await relay.enter('ada'), { signal: abort.signal })
    await expect.poll(() => gauge('recorder_requests_running')).toBe(1)
    abort.abort()
    await left.catch(() => null)
    expect((await range(0, 999)).status).toBe(206)
    expect(recorder.requests).toHaveLength(1)
    expect(recorder.aborted()).toBe(0)
  })

  it('lasts for a client that came back in time, however long the audio takes', async () => {
    const { recorder } = await open({ spool: { graceMs: 1500 } })
    recorder.on('media', recorderFault.hold, 1)
    const abort = new AbortController()
    const left = ask(relay, mediaEndpoint(call.id), await relay.enter('ada'), { signal: abort.signal })
    await expect.poll(() => recorder.held()).toBe(1)
    abort.abort()
    await left.catch(() => null)
    const back = listen()
    await sleep(2000)
    recorder.release()
    expect((await back).body.equals(audio)).toBe(true)
    expect(recorder.requests).toHaveLength(1)
  })

  it('ends at the recorder if its client stays away', async () => {
    const { recorder } = await open({ spool: { graceMs: 20 } })
    recorder.on('media', recorderFault.stall)
    expect((await range(0, 999)).status).toBe(206)
    await recorderIdle(recorder)
    expect(recorder.aborted()).toBe(1)
    await forgotten()
  })
})

const routes = (): unknown[] => relay.recorder.requests.map(({ route }) => route)

describe('a right to hear', () => {
  it('is confirmed a minute later by one request for the detail, for any number of parts', async () => {
    await open()
    expect((await listen()).status).toBe(200)
    relay.steadyMs += HEARING_RIGHT_MS - 1
    expect((await range(5, 9)).status).toBe(206)
    expect(routes()).toEqual(['media'])
    relay.steadyMs += 1
    const parts = await Promise.all([range(0, 9), range(10, 19), range(20, 29), listen()])
    expect(parts.map(({ status }) => status)).toEqual([206, 206, 206, 200])
    expect(routes()).toEqual(['media', 'detail'])
    relay.steadyMs += HEARING_RIGHT_MS - 1
    expect((await range(5, 9)).status).toBe(206)
    expect(routes()).toEqual(['media', 'detail'])
  })

  it.each([403, 404])('that is lost (%i) deletes the kept audio', async (status) => {
    const { recorder } = await open()
    await listen()
    relay.steadyMs += HEARING_RIGHT_MS
    recorder.on('detail', recorderFault.status(status), 1)
    expect(outcome(await range(5, 9))).toBe('404 not_found')
    expect(gauge('recorder_spool_bytes')).toBe(0)
    expect(gauge('recorder_spool_recordings')).toBe(0)
    expect((await range(5, 9)).status).toBe(206)
    expect(routes()).toEqual(['media', 'detail', 'media'])
  })

  it('that cannot be confirmed plays nothing, but keeps the audio', async () => {
    const { recorder } = await open()
    await listen()
    relay.steadyMs += HEARING_RIGHT_MS
    recorder.on('detail', recorderFault.status(504), 1)
    expect(outcome(await range(5, 9))).toBe('504 recorder_down')
    expect((await range(5, 9)).status).toBe(206)
    expect(routes()).toEqual(['media', 'detail', 'detail'])
  })

  it('ends with the password', async () => {
    const { recorder } = await open()
    await listen()
    relay.steadyMs += HEARING_RIGHT_MS
    recorder.setPassword('ada', 'new')
    expect(outcome(await range(5, 9))).toBe('401 signed_out')
    expect(routes()).toEqual(['media', 'detail'])
  })

  it('belongs to one password, and another for the same name is checked at once', async () => {
    await open()
    await listen()
    const other = { ...(await relay.enter('ada', 'wrong')), range: 'bytes=5-9' }
    expect(outcome(await ask(relay, mediaEndpoint(call.id), other))).toBe('401 signed_out')
    expect((await range(5, 9)).status).toBe(206)
    expect(routes()).toEqual(['media', 'detail'])
  })

  it('belongs to one spelling of the name', async () => {
    const { recorder } = await open()
    await listen()
    recorder.on('media', recorderFault.status(403), 1)
    expect(outcome(await listen({ user: 'ADA' }))).toBe('404 not_found')
    expect(recorder.requests.map(({ user }) => user)).toEqual(['ada', 'ADA'])
  })
})

describe('a player’s request', () => {
  it('by HEAD gets the headers and no byte', async () => {
    await open()
    const { status, headers, body } = await listen({ method: 'HEAD' })
    expect(status).toBe(200)
    expect(body).toHaveLength(0)
    expect(headers).toMatchObject({
      'content-length': String(size),
      'accept-ranges': 'bytes',
      'content-type': 'audio/mpeg',
    })
  })

  it('beyond the end is 416 with the size', async () => {
    await open()
    const answer = await range(size)
    expect(outcome(answer)).toBe('416 range_not_satisfiable')
    expect(answer.headers).toMatchObject({ 'content-range': `bytes */${size}` })
    expect(relay.recorder.requests).toHaveLength(1)
  })

  it('with If-Range gets a part only if the bytes are the same', async () => {
    await open()
    const { headers } = await range(0, 9)
    const etag = headers.etag ?? ''
    expect(etag).toMatch(/^"[\w+/=-]{20,}"$/)
    const part = { range: 'bytes=0-9' }
    expect((await listen({ headers: { ...part, 'if-range': etag } })).status).toBe(206)
    expect((await listen({ headers: { ...part, 'if-range': '"other"' } })).status).toBe(200)
    expect((await listen({ id: short.id, headers: { ...part, 'if-range': etag } })).status).toBe(200)
  })

  it.each([
    ['is kept', '"v1:abc"', '"v1:abc"'],
    ['that is weak is not used', 'W/"v1"', null],
    ['with odd characters is not passed on', '"a b\tc"', null],
  ])('with the recorder’s validator: one %s', async (_name, told, expected) => {
    await open()
    relay.recorder.on('media', recorderFault.headers({ etag: told }))
    const { headers } = await listen()
    if (expected === null) expect(headers.etag).not.toBe(told)
    else expect(headers.etag).toBe(expected)
  })

  it.each(['bytes=abc', 'bytes=5-1', 'items=0-5', 'bytes=0-1,5-9', ''])(
    'for “%s” gets the whole',
    async (odd) => {
      await open()
      const { status, body } = await listen({ headers: { range: odd } })
      expect([status, body.equals(audio)]).toEqual([200, true])
    },
  )
})

describe('audio without a told length', () => {
  it.each([
    ['in chunks', recorderFault.length('chunked')],
    ['up to the end of the connection', recorderFault.length('until-close')],
  ])('%s has a length once it is complete', async (_name, what) => {
    const { recorder } = await open()
    recorder.on('media', what)
    expect((await range(size - 10)).headers).toMatchObject({
      'content-range': `bytes ${size - 10}-${size - 1}/${size}`,
    })
    const { headers, body } = await listen()
    expect(headers).toMatchObject({ 'content-length': String(size) })
    expect(body.equals(audio)).toBe(true)
    expect(recorder.requests).toHaveLength(1)
  })

  it('is an error if it breaks off', async () => {
    await open()
    relay.recorder.on('media', [
      recorderFault.headers({ 'transfer-encoding': 'chunked' }),
      recorderFault.cut('half'),
    ])
    expect(outcome(await listen())).toBe('502 recorder_failed')
  })

  it('that never ends is dropped for want of room after its listener left, without a fault of the disk', async () => {
    const { recorder } = await open({ spool: { maxBytes: 1_000_000, graceMs: 60_000 } })
    const cookie = await relay.enter('ada')
    expect((await ask(relay, mediaEndpoint(short.id), cookie)).status).toBe(200)
    recorder.on('media', [
      recorderFault.headers({ 'transfer-encoding': 'chunked' }),
      recorderFault.hold,
      recorderFault.flood(Infinity),
    ])
    const abort = new AbortController()
    const left = ask(relay, mediaEndpoint(call.id), cookie, { signal: abort.signal })
    await expect.poll(() => recorder.held()).toBe(1)
    abort.abort()
    await left.catch(() => null)
    recorder.release()
    await recorderIdle(recorder)
    expect(recorder.aborted()).toBe(1)
    await forgotten()
    expect(gauge('recorder_spool_unwritable')).toBe(0)
  })

  it('that never ends is given up when there is no more room', async () => {
    const { recorder } = await open({ spool: { maxBytes: 1_000_000 } })
    recorder.on('media', recorderFault.flood(Infinity))
    expect(outcome(await listen())).toBe('502 recorder_failed')
    await recorderIdle(recorder)
    expect(gauge('recorder_spool_bytes')).toBe(0)
  })
})

describe('audio that breaks', () => {
  const broken: Readonly<Record<string, RecorderFault>> = {
    'is shorter than its length': recorderFault.length('too-long'),
    'is cut in the middle': recorderFault.cut('half'),
    'is cut after its headers': recorderFault.cut('headers'),
    'is reset in the middle': recorderFault.reset,
    'stalls in the middle': recorderFault.stall,
  }

  it.each(Object.entries(broken))('never looks complete if it %s', async (name, what) => {
    const { recorder } = await open(name.startsWith('stalls') ? { limits: { firstByteMs: 400 } } : {})
    recorder.on('media', what, 1)
    const told = name.startsWith('stalls') ? '504 recorder_timeout' : '502 recorder_failed'
    const answer = await listen()
    const { status, complete, body, headers } = answer
    // If it breaks before the first byte is sent to the client, the client gets the error.
    if (status >= 500) expect(outcome(answer)).toBe(told)
    else {
      expect([status, complete]).toEqual([200, false])
      expect(body.length).toBeLessThan(Number(headers['content-length']))
      expect(audio.subarray(0, body.length).equals(body)).toBe(true)
    }
    await forgotten()
    // The player requests the rest, and the page asks why. Both get the error without a request to the recorder.
    expect(outcome(await range(body.length + 1))).toBe(told)
    expect(outcome(await range(0, 0))).toBe(told)
    expect(recorder.requests).toHaveLength(1)
    expect((await listen()).body.equals(audio)).toBe(true)
    expect(recorder.requests).toHaveLength(2)
  })

  it.each<[string, Listen, number]>([
    ['from the first byte', { headers: { range: 'bytes=0-' } }, 206],
    ['by an invalid range, which gets the whole', { headers: { range: 'bytes=9-5' } }, 200],
    ['by a download that goes on', { query: '?download=1', headers: { range: 'bytes=9-' } }, 206],
  ])('is requested again %s', async (_name, again, status) => {
    const { recorder } = await open()
    recorder.on('media', recorderFault.status(500), 1)
    expect(outcome(await listen())).toBe('500 recorder_failed')
    expect((await listen(again)).status).toBe(status)
    expect(recorder.requests).toHaveLength(2)
  })

  it('is reported to a player that asks for its last bytes', async () => {
    const { recorder } = await open()
    recorder.on('media', recorderFault.status(500), 1)
    expect(outcome(await listen())).toBe('500 recorder_failed')
    expect(outcome(await listen({ headers: { range: 'bytes=-100' } }))).toBe('500 recorder_failed')
    expect(recorder.requests).toHaveLength(1)
  })

  it('is forgotten after a while', async () => {
    const { recorder } = await open({ spool: { failureMs: 20 } })
    recorder.on('media', recorderFault.status(500), 1)
    expect(outcome(await listen())).toBe('500 recorder_failed')
    await expect.poll(async () => (await range(9)).status).toBe(206)
    expect(recorder.requests).toHaveLength(2)
  })

  it('does not affect other users', async () => {
    const { recorder } = await open()
    recorder.on('media', recorderFault.status(500), 1)
    expect(outcome(await listen())).toBe('500 recorder_failed')
    expect((await range(9, '', 'boss')).status).toBe(206)
    expect(outcome(await range(9))).toBe('500 recorder_failed')
  })
})

describe('an answer without audio', () => {
  const failing: Readonly<Record<string, readonly [RecorderFault | readonly RecorderFault[], string]>> = {
    'a login page': [recorderFault.loginPage, '502 recorder_failed'],
    JSON: [recorderFault.json(200, { message: 'no' }), '502 recorder_failed'],
    'no type': [recorderFault.contentType(undefined), '502 recorder_failed'],
    'a page that says it is SVG': [recorderFault.contentType('image/svg+xml'), '502 recorder_failed'],
    'compressed bytes': [recorderFault.compressed(), '502 recorder_failed'],
    'an unrequested part': [
      recorderFault.status(206, audio.subarray(0, 99), 'audio/mpeg'),
      '502 recorder_failed',
    ],
    'an unrequested range error': [recorderFault.status(416), '502 recorder_failed'],
    'nothing there': [recorderFault.status(404), '404 not_found'],
    'nothing for this user': [recorderFault.status(403), '404 not_found'],
    'a crash': [recorderFault.status(500), '500 recorder_failed'],
    'its own 504': [recorderFault.status(504), '504 recorder_down'],
    'a redirect': [recorderFault.redirect('https://evil.test/x.mp3'), '502 recorder_failed'],
    'no HTTP': [recorderFault.noHttp, '502 recorder_failed'],
    'a cut before all': [recorderFault.cut('nothing'), '502 recorder_failed'],
    'headers of 200 KB': [recorderFault.hugeHeaders(), '502 recorder_failed'],
    'control bytes in a header': [recorderFault.badHeaderBytes, '502 recorder_failed'],
    'two lengths': [recorderFault.twoLengths, '502 recorder_failed'],
    'an unrequested upgrade': [
      recorderFault.raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      '502 recorder_failed',
    ],
    'a refused password': [recorderFault.status(401), '401 signed_out'],
  }

  it.each(Object.entries(failing))(
    '%s is reported with its cause, and requested once',
    async (_name, [what, expected]) => {
      const { recorder } = await open()
      recorder.on('media', what, 1)
      const answer = await listen()
      expect(outcome(answer)).toBe(expected)
      expect(recorder.requests).toHaveLength(1)
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    },
  )

  it('for silence comes from the relay’s own limit', async () => {
    const { recorder } = await open({ limits: { firstByteMs: 300, answerMs: 400 } })
    recorder.on('media', recorderFault.silence)
    expect(outcome(await listen())).toBe('504 recorder_timeout')
    await recorderIdle(recorder)
  })

  it('is 404 for a recording without audio, and for one of another user', async () => {
    await open()
    expect(outcome(await listen({ id: silent.id }))).toBe('404 not_found')
    expect(outcome(await listen({ user: 'nobody' }))).toBe('404 not_found')
  })
})

describe('a file’s name', () => {
  const own = `${call.id}.mp3`
  it.each([
    ['of the recorder', 'attachment; filename="2017000000175.mp3"', '2017000000175.mp3'],
    ['without quotes', 'inline; filename=2017000000175.mp3', '2017000000175.mp3'],
    ['with a path', 'attachment; filename="../../x.mp3"', own],
    ['with a Windows path', 'attachment; filename="..\\\\x.mp3"', own],
    ['with quotes within', 'attachment; filename="a\\"b.mp3"', own],
    ['with a line end, escaped', 'attachment; filename="a%0d%0ab.mp3"', own],
    ['in the other notation', "attachment; filename*=UTF-8''x.mp3", own],
    ['of a program', 'attachment; filename="setup.exe"', own],
    ['of a page', 'attachment; filename="x.mp3.html"', own],
    ['that is hidden', 'attachment; filename=".mp3"', own],
    ['that is longer than any', `attachment; filename="${'x'.repeat(200)}.mp3"`, own],
    ['that is missing', 'attachment', own],
  ])('%s', async (_name, told, expected) => {
    await open()
    relay.recorder.on('media', recorderFault.headers({ 'content-disposition': told }))
    expect((await listen()).headers['content-disposition']).toBe(`inline; filename="${expected}"`)
    const saved = await listen({ query: '?download=1' })
    expect(saved.headers['content-disposition']).toBe(`attachment; filename="${expected}"`)
  })

  it('that is not ASCII', async () => {
    await open()
    const lines = ['HTTP/1.1 200 OK', 'content-type: audio/mpeg', 'content-length: 4', 'connection: close']
    const told = 'content-disposition: attachment; filename="anr\u00fcf.mp3"'
    relay.recorder.on('media', recorderFault.raw([...lines, told, '', 'mp3.'].join('\r\n')))
    const { headers, body } = await listen()
    expect(headers['content-disposition']).toBe(`inline; filename="${own}"`)
    expect(body.toString()).toBe('mp3.')
  })
})

describe('a spool without room', () => {
  const full = { spool: { maxBytes: 5000 } }

  it.each(['honoured', 'ignored'] as const)(
    'passes each part on, with ranges %s by the recorder',
    async (ranges) => {
      const { recorder } = await open({ ...full, recorder: { quirks: { ranges } } })
      expect((await listen()).body.equals(audio)).toBe(true)
      const { status, headers, body } = await range(1000, 1999)
      expect(status).toBe(206)
      expect(headers).toMatchObject({ 'content-range': `bytes 1000-1999/${size}`, 'content-length': '1000' })
      expect(body.equals(audio.subarray(1000, 2000))).toBe(true)
      await recorderIdle(recorder)
      const asked = recorder.requests.map((seen) => seen.headers.range ?? null)
      expect(asked).toEqual([null, `bytes=0-${size - 1}`, 'bytes=1000-1999'])
      expect(gauge('recorder_spool_bytes')).toBe(0)
    },
  )

  it('says so where the length is not told either', async () => {
    await open({ ...full, recorder: { quirks: { mediaLength: 'chunked' } } })
    expect(outcome(await listen())).toBe('502 recorder_failed')
  })

  const parts: Readonly<Record<string, RecorderFault>> = {
    'ends early': recorderFault.cut('half'),
    'is shorter than it says': recorderFault.bytes((body) => body.subarray(0, 500)),
    'is another part': recorderFault.headers({ 'content-range': `bytes 9000-9999/${size}` }),
    'has no place': recorderFault.headers({ 'content-range': undefined }),
    'is gone': recorderFault.status(404),
    'is a page': recorderFault.loginPage,
    fails: recorderFault.status(500),
  }
  it.each(Object.entries(parts))('breaks off if a part %s', async (_name, what) => {
    const { recorder } = await open(full)
    recorder.on('media', what, 1, () => recorder.requests.length > 1)
    // On a connection that stays open, the client would wait for the missing bytes.
    const headers = { range: 'bytes=1000-1999', connection: 'keep-alive' }
    const { status, headers: told, complete, body } = await listen({ headers })
    // Before the first byte, the client gets an error. After it, the answer breaks off.
    if (status !== 206) {
      expect(status).toBeGreaterThanOrEqual(500)
      for (const name of ['etag', 'accept-ranges', 'content-range', 'content-disposition'])
        expect(told).not.toHaveProperty(name)
    } else {
      expect(complete).toBe(false)
      expect(audio.subarray(1000, 1000 + body.length).equals(body)).toBe(true)
    }
    await recorderIdle(recorder)
  })

  it('drops the audio that nobody heard for the longest time, and none that is being heard', async () => {
    const { recorder } = await open({ spool: { maxBytes: size + 10 } })
    await listen()
    expect(gauge('recorder_spool_bytes')).toBe(size)
    await listen({ id: short.id })
    expect(gauge('recorder_spool_bytes')).toBe(audioOf(short).length)
    await listen()
    expect(recorder.requests).toHaveLength(3)
  })

  it('passes parts on if its folder is gone, too', async () => {
    const { recorder, dataDir } = await open()
    rmSync(join(dataDir, 'spool'), { recursive: true })
    expect((await range(10, 19)).body.equals(audio.subarray(10, 20))).toBe(true)
    expect(recorder.requests).toHaveLength(2)
  })
})

describe('a full disk', () => {
  const taken = 100_000
  afterEach(() => limitFiles('unlimited'))

  it('goes unnoticed, because the rest and the requests of the next minute are passed on', async () => {
    const { recorder } = await open()
    const { cookie } = await relay.enter('ada')
    const hear = () => ask(relay, mediaEndpoint(call.id), { cookie })
    limitFiles(taken)
    const { status, body } = await hear()
    expect(status).toBe(200)
    expect(body.equals(audio)).toBe(true)
    expect(gauge('recorder_spool_unwritable')).toBe(1)
    expect((await hear()).body.equals(audio)).toBe(true)
    await recorderIdle(recorder)
    const asked = recorder.requests.map((seen) => seen.headers.range ?? null)
    // The first began in the file. The arrival of the bytes decides from where on it was passed on.
    expect(asked).toEqual([
      null,
      expect.stringMatching(`^bytes=\\d+-${size - 1}$`),
      null,
      `bytes=0-${size - 1}`,
    ])
    expect(Number(/\d+/.exec(asked[1] ?? '')?.[0])).toBeLessThanOrEqual(taken)
    expect(gauge('recorder_spool_bytes')).toBe(0)
  })

  it('is tried again after a while', async () => {
    const { recorder } = await open({ spool: { faultMs: 50 } })
    const { cookie } = await relay.enter('ada')
    const hear = () => ask(relay, mediaEndpoint(call.id), { cookie })
    limitFiles(taken)
    expect((await hear()).body.equals(audio)).toBe(true)
    limitFiles('unlimited')
    await expect.poll(() => gauge('recorder_spool_unwritable')).toBe(0)
    const before = recorder.requests.length
    expect((await hear()).body.equals(audio)).toBe(true)
    expect((await hear()).body.equals(audio)).toBe(true)
    expect(recorder.requests).toHaveLength(before + 1)
  })

  it('leaves nothing behind if its listener leaves during the rest', async () => {
    const { recorder } = await open({ limits: { answerMs: 60_000 } })
    const { cookie } = await relay.enter('ada')
    recorder.on('media', recorderFault.stall, 1, () => recorder.requests.length > 1)
    limitFiles(taken)
    const leaving = new AbortController()
    const asked = ask(relay, mediaEndpoint(call.id), { cookie }, { signal: leaving.signal })
    await expect.poll(() => recorder.requests.length).toBe(2)
    await expect.poll(() => recorder.active()).toBe(1)
    leaving.abort()
    expect(await asked).toMatchObject({ status: 200, complete: false })
    await recorderIdle(recorder)
  })

  it('says so where the length is not told either', async () => {
    await open({ recorder: { quirks: { mediaLength: 'chunked' } } })
    const { cookie } = await relay.enter('ada')
    limitFiles(taken)
    expect(outcome(await ask(relay, mediaEndpoint(call.id), { cookie }))).toBe('502 recorder_failed')
  })
})

describe('any part', () => {
  it.each([
    ['from the spool', {}],
    ['passed on', { spool: { maxBytes: 0 } }],
    ['cut out of the whole', { spool: { maxBytes: 0 }, recorder: { quirks: { ranges: 'ignored' } } }],
  ] as const)('has the recorder’s own bytes: %s', async (_name, options) => {
    await open(options)
    const cookie = await relay.enter('ada')
    const at = fc.integer({ min: 0, max: size - 1 })
    const spec = fc.oneof(
      fc.tuple(at, at).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
      at.map((from) => [from, size - 1] as const),
    )
    const property = fc.asyncProperty(spec, async ([from, to]) => {
      const headers = { ...cookie, range: `bytes=${from}-${to}` }
      const { status, body, complete } = await ask(relay, mediaEndpoint(call.id), headers)
      expect([status, complete]).toEqual([206, true])
      expect(body.equals(audio.subarray(from, to + 1))).toBe(true)
    })
    await fc.assert(property, { numRuns: 25 })
  })
})
