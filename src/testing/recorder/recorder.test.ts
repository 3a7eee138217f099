/** The tests' recorder stands in for the customer's, so its answers and its faults are tested too. */
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type RequestOptions } from 'node:http'
import { get as getSecurely } from 'node:https'
import { connect } from 'node:net'
import { afterEach, beforeAll, afterAll, describe, expect, it, vi } from 'vitest'
import { makeAuthority, loopbackNames, type CertificateAuthority } from './certificates.ts'
import { audioOf, generateCalls, makeCalls, NEWEST_MS, type Call } from './calls.ts'
import { recorderFault, type RecorderFault } from './faults.ts'
import type { Quirks } from './quirks.ts'
import { startRecorder, type Recorder, type StandInOptions } from './recorder.ts'
import { FRAME_BYTES } from './silent-mp3.ts'
import type { RecorderUser } from './users.ts'
import { RECORDINGS } from '../../contract/endpoints.ts'
import { readDetail, readList } from '../../contract/recording.ts'

const users: readonly RecorderUser[] = [
  { username: 'ada', password: 'right: é', may: 'all' },
  { username: 'mrossi', password: 'own', may: 'own' },
  { username: 'guest', password: 'none', may: 'none' },
  { username: 'single', password: 'sign-on', may: 'sso' },
]

const running: Recorder[] = []
afterEach(async () => {
  for (const recorder of running.splice(0)) await recorder.stop()
})

async function start(options: Partial<StandInOptions> = {}): Promise<Recorder> {
  const recorder = await startRecorder({ users, ...options })
  running.push(recorder)
  return recorder
}

const authorization = (name: string, password: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})
const ada = authorization('ada', 'right: é')

interface Answered {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** The error at the end of the body. */
  readonly error: string | null
}

async function readAll(answer: IncomingMessage): Promise<Answered> {
  const chunks: Buffer[] = []
  let error: string | null = null
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer)
  } catch (problem) {
    error = (problem as NodeJS.ErrnoException).code ?? 'unknown'
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks), error }
}

/** Requests the list's path with `rest` appended. */
function ask(recorder: Recorder, rest = '', options: RequestOptions = {}): Promise<Answered> {
  return new Promise((found, fail) => {
    const path = `${recorder.url}${RECORDINGS}${rest}`
    const request = get(path, { headers: ada, agent: false, ...options }, (answer) => found(readAll(answer)))
    request.on('error', fail)
  })
}

const json = ({ body }: Answered): Record<string, unknown> =>
  JSON.parse(body.toString()) as Record<string, unknown>

interface List {
  readonly totalCount: number
  readonly recordings: readonly Record<string, unknown>[]
}
const list = async (recorder: Recorder, query = ''): Promise<List> =>
  json(await ask(recorder, query && `?${query}`)) as unknown as List

const references = async (recorder: Recorder, query = ''): Promise<unknown[]> =>
  (await list(recorder, query)).recordings.map((row) => row.referenceNumber)

const withFault = async (what: RecorderFault, rest = '?page=0&pageSize=5'): Promise<Answered> => {
  const recorder = await start()
  recorder.on('any', what)
  return ask(recorder, rest)
}

const quirky = (quirks: Partial<Quirks>, recordings?: readonly Call[]): Promise<Recorder> =>
  start({ quirks, ...(recordings ? { recordings } : {}) })

const totalOf = async (recorder: Recorder, query: string): Promise<number> =>
  (await list(recorder, query)).totalCount

const errorBody = async (errorBodies: Quirks['errorBodies']): Promise<string> =>
  String((await ask(await quirky({ errorBodies }), '', { headers: {} })).body)

const rowsWith = async (what: RecorderFault): Promise<readonly unknown[]> =>
  json(await withFault(what)).recordings as readonly unknown[]

const iso = (ms: number): string => new Date(ms).toISOString()

describe('the generated set', () => {
  const calls = generateCalls()

  it('is the same each time, and a smaller one is its beginning', () => {
    expect(generateCalls()).toEqual(calls)
    expect(generateCalls(10)).toEqual(calls.slice(0, 10))
    expect(generateCalls(10, 7)).not.toEqual(calls.slice(0, 10))
  })

  it('holds every oddity of the contract', () => {
    expect(new Set(calls.map(({ id }) => id.toLowerCase())).size).toBe(300)
    expect(new Set(calls.map(({ direction }) => direction))).toEqual(new Set([0, 1, 2]))
    expect(calls.some(({ owner }) => owner === null)).toBe(true)
    expect(calls.some(({ localPartyNumber }) => localPartyNumber === null)).toBe(true)
    expect(calls.some(({ remotePartyNumber }) => remotePartyNumber === null)).toBe(true)
    expect(calls.some(({ remotePartyNumber }) => remotePartyNumber === 'anonymous')).toBe(true)
    expect(calls.some(({ durationMs }) => durationMs === 0)).toBe(true)
    expect(calls.some(({ durationMs }) => durationMs > 3 * 3_600_000)).toBe(true)
    expect(calls.some(({ audioFrames }) => audioFrames === null)).toBe(true)
    expect(new Set(calls.map(({ startMs }) => startMs)).size).toBeLessThan(300)
    expect(new Set(calls.map(({ offsetMinutes }) => offsetMinutes)).size).toBe(5)
    expect(calls.filter(({ id }) => id !== id.toLowerCase() && id !== id.toUpperCase())).not.toEqual([])
  })

  it('reads back whole through the contract’s own readers', async () => {
    const recorder = await start()
    const read = readList(await list(recorder))
    expect(read?.unreadableCount).toBe(0)
    expect(read?.recordings.filter(({ unreadable }) => Object.keys(unreadable).length > 0)).toEqual([])
    const starts = read?.recordings.map(({ start: at }) => at?.epochMs ?? 0) ?? []
    expect(starts).toEqual(calls.map(({ startMs }) => startMs).toSorted((a, b) => b - a))
    for (const { id, note, audioFrames } of calls.slice(0, 30)) {
      const detail = readDetail(json(await ask(recorder, `/${id}`)))
      expect(detail).toMatchObject({ id, note, size: (audioFrames ?? 0) * FRAME_BYTES })
    }
  })
})

describe('without faults', () => {
  it('checks credentials and rights, and reports requests', async () => {
    const recorder = await start()
    const statusOf = async (name: string, password: string): Promise<number> =>
      (await ask(recorder, '?page=0&pageSize=1', { headers: authorization(name, password) })).status
    expect(await statusOf('ADA', 'right: é')).toBe(200)
    expect(await statusOf('ada', 'wrong')).toBe(401)
    expect(await statusOf('nobody', 'x')).toBe(401)
    expect(await statusOf('guest', 'none')).toBe(403)
    expect(await statusOf('single', 'sign-on')).toBe(401)
    recorder.setPassword('ada', 'changed')
    expect(await statusOf('ada', 'right: é')).toBe(401)
    expect(await statusOf('ada', 'changed')).toBe(200)
    expect((await ask(recorder, '', { headers: {} })).headers['www-authenticate']).toMatch(/^Basic/)
    expect(recorder.count('list')).toBe(8)
    expect(recorder.requests[0]).toMatchObject({
      method: 'GET',
      path: RECORDINGS,
      query: 'page=0&pageSize=1',
      route: 'list',
      user: 'ADA',
    })
    expect(recorder.requests.at(-1)?.user).toBeNull()
  })

  it('repeats no row across pages, and counts all', async () => {
    const recorder = await start()
    const pages = await Promise.all([0, 1, 2, 3].map((page) => list(recorder, `page=${page}&pageSize=90`)))
    expect(pages.map(({ recordings }) => recordings.length)).toEqual([90, 90, 90, 30])
    expect(new Set(pages.flatMap(({ recordings }) => recordings.map(({ id }) => id))).size).toBe(300)
    expect(pages[3]?.totalCount).toBe(300)
    expect((await list(recorder)).recordings).toHaveLength(300)
  })

  it('answers 400 with the reason', async () => {
    const recorder = await start()
    const reasonOf = async (query: string) => json(await ask(recorder, `?${query}`)).reason
    expect(await reasonOf('direction=9&page=-1')).toBe(0)
    expect(await reasonOf('startTime=before:2018/45/01')).toBe(0)
    expect(await reasonOf('localPartyNumber=contains:2')).toBe(0)
    expect(await reasonOf('page=1')).toBe(1)
    expect(await reasonOf('page=0&pageSize=0')).toBe(1)
  })

  it('filters by every field', async () => {
    const recorder = await start()
    const calls = generateCalls()
    const total = async (query: string): Promise<number> => (await list(recorder, query)).totalCount
    const count = (matching: (call: Call) => boolean): number => calls.filter(matching).length
    expect(await total('remotePartyNumber=contains:%2B39')).toBe(
      count(({ remotePartyNumber }) => remotePartyNumber?.includes('+39') === true),
    )
    expect(await total('remotePartyNumber=02')).toBe(count((call) => call.remotePartyNumber === '02'))
    expect(await total('ownerUsername=MROSSI')).toBe(count(({ owner }) => owner?.username === 'mrossi'))
    expect(await total('direction=0')).toBe(count(({ direction }) => direction === 0))
    expect(await total('localPartyNumber=229')).toBe(count((call) => call.localPartyNumber === '229'))
    expect(await total(`endTime=after:${new Date(NEWEST_MS).toISOString()}`)).toBe(
      count(({ startMs, durationMs }) => startMs + durationMs > NEWEST_MS),
    )
  })

  it('limits a user to their own recordings', async () => {
    const recorder = await start()
    const headers = authorization('mrossi', 'own')
    const own = generateCalls().filter(({ owner }) => owner?.username === 'mrossi')
    const other = generateCalls().find(({ owner }) => owner?.username === 'lferrari')
    expect(json(await ask(recorder, '?page=0&pageSize=1', { headers })).totalCount).toBe(own.length)
    expect((await ask(recorder, `/${own[0]?.id}`, { headers })).status).toBe(200)
    expect((await ask(recorder, `/${other?.id}`, { headers })).status).toBe(404)
    expect((await ask(recorder, `/${other?.id}/Media`, { headers })).status).toBe(404)
    expect((await ask(recorder, '/not-a-guid')).status).toBe(400)
    expect((await ask(recorder, '/00000000-0000-4000-a000-000000000000')).status).toBe(404)
  })

  it('gives each recording its own audio, whole and in ranges', async () => {
    const recorder = await start()
    const [first, second] = generateCalls().filter(({ audioFrames }) => audioFrames === 500)
    if (!first || !second) throw new Error('The set holds no long recordings.')
    const whole = await ask(recorder, `/${first.id.toLowerCase()}/Media`)
    expect(whole.status).toBe(200)
    expect(whole.headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': '48000',
      'accept-ranges': 'bytes',
      'content-disposition': `attachment; filename="${first.referenceNumber}.mp3"`,
    })
    expect(whole.body.equals(audioOf(first))).toBe(true)
    expect(whole.body.equals(audioOf(second))).toBe(false)
    for (let at = 0; at < whole.body.length; at += FRAME_BYTES)
      expect(whole.body.readUInt16BE(at)).toBe(0xfffb)
    const ranged = (range: string) => ask(recorder, `/${first.id}/Media`, { headers: { ...ada, range } })
    const part = await ranged('bytes=100-199')
    expect(part.status).toBe(206)
    expect(part.headers['content-range']).toBe('bytes 100-199/48000')
    expect(part.body.equals(whole.body.subarray(100, 200))).toBe(true)
    expect((await ranged('bytes=-5')).body.equals(whole.body.subarray(-5))).toBe(true)
    expect((await ranged('bytes=47990-')).body).toHaveLength(10)
    expect((await ranged('bytes=48000-')).status).toBe(416)
  })
})

describe('both readings', () => {
  const at = NEWEST_MS
  const three = makeCalls({ startMs: at + 400 }, { startMs: at }, { startMs: at - 1000 })

  it.each([
    ['remotePartyNumber', 1, 3],
    ['remoteParty', 3, 1],
    ['both', 1, 1],
    ['neither', 3, 3],
  ] as const)('knows the remote number as %s', async (remoteParameter, long, short) => {
    const calls = makeCalls({ remotePartyNumber: '1' }, {}, {})
    const recorder = await quirky({ remoteParameter }, calls)
    expect(await totalOf(recorder, 'remotePartyNumber=1')).toBe(long)
    expect(await totalOf(recorder, 'remoteParty=1')).toBe(short)
  })

  it('refuses or ignores an unknown parameter', async () => {
    expect((await ask(await quirky({}), '?nonsense=1')).status).toBe(200)
    const refused = await ask(await quirky({ unknownParameter: 'refused' }), '?nonsense=1')
    expect(json(refused)).toMatchObject({ reason: 0 })
  })

  it('reads a raw plus as a space or literally', async () => {
    const query = 'remotePartyNumber=contains:+39'
    expect(await totalOf(await quirky({}, three), query)).toBe(0)
    expect(await totalOf(await quirky({ rawPlus: 'plus' }, three), query)).toBe(3)
  })

  it('excludes or includes bounds', async () => {
    const exclusive = await quirky({}, three)
    const inclusive = await quirky({ afterBefore: 'inclusive', betweenUpper: 'inclusive' }, three)
    for (const [query, without, including] of [
      [`startTime=after:${iso(at)}`, 1, 2],
      [`startTime=before:${iso(at)}`, 1, 2],
      [`startTime=between:${iso(at - 1000)};${iso(at)}`, 1, 2],
    ] as const) {
      expect(await totalOf(exclusive, query)).toBe(without)
      expect(await totalOf(inclusive, query)).toBe(including)
    }
  })

  it('compares equal instants to the millisecond or the second', async () => {
    const query = `startTime=${iso(at)}`
    expect(await totalOf(await quirky({}, three), query)).toBe(1)
    expect(await totalOf(await quirky({ equalsTo: 'second' }, three), query)).toBe(2)
  })

  it('compares usernames with regard to case', async () => {
    const recorder = await quirky({ usernames: 'exact' }, three)
    expect(await totalOf(recorder, 'ownerUsername=MRossi')).toBe(0)
    expect((await ask(recorder, '', { headers: authorization('ADA', 'right: é') })).status).toBe(401)
  })

  it('answers a page past the end with no rows, or refuses it', async () => {
    const query = '?page=9&pageSize=5'
    expect(json(await ask(await quirky({}, three), query))).toEqual({ totalCount: 3, recordings: [] })
    const refused = await ask(await quirky({ pastTheEnd: 'refused' }, three), query)
    expect(refused.status).toBe(400)
    expect(json(refused).reason).toBe(1)
  })

  it('orders equal starts in three ways', async () => {
    const same = makeCalls({ startMs: at, referenceNumber: 'b' }, { startMs: at, referenceNumber: 'a' })
    expect(await references(await quirky({}, same))).toEqual(['a', 'b'])
    expect(await references(await quirky({ ties: 'descending' }, same))).toEqual(['b', 'a'])
    const changing = await quirky({ ties: 'changing' }, same)
    expect(await references(changing)).not.toEqual(await references(changing))
  })

  it('writes a start in every form', async () => {
    const one = makeCalls({ startMs: at, subMsTicks: 1234, offsetMinutes: 120 })
    const written = async (quirks: Partial<Quirks>) =>
      (await list(await quirky(quirks, one))).recordings[0]?.startTime
    expect(await written({})).toBe('2026-11-23T09:00:00.0001234+02:00')
    expect(await written({ startDigits: 3 })).toBe('2026-11-23T09:00:00.000+02:00')
    expect(await written({ startDigits: 0 })).toBe('2026-11-23T09:00:00+02:00')
    expect(await written({ startOffset: 'left-out' })).toBe('2026-11-23T07:00:00.0001234')
    expect(await written({ startOffset: 'left-out', startDigits: 0 })).toBe('2026-11-23T07:00:00')
  })

  it('writes fields in both ways', async () => {
    const [call] = makeCalls({ localPartyNumber: null, pbxCallId: 'c', note: 'n', direction: 2 })
    if (!call) throw new Error('One was made.')
    const usual = await quirky({}, [call])
    const unusual = await quirky(
      { directions: 'text', absent: 'left-out', notes: 'text', hashes: 'text', callId: 'pbxInfo' },
      [call],
    )
    const detail = async (recorder: Recorder) => json(await ask(recorder, `/${call.id}`))
    expect(await detail(usual)).toMatchObject({
      direction: 2,
      localPartyNumber: null,
      pbxCallId: 'c',
      note: { text: 'n' },
      hash: { algorithm: 'SHA-256' },
    })
    const other = await detail(unusual)
    expect(other).toMatchObject({ direction: '2', pbxInfo: { callId: 'c' }, note: 'n' })
    expect(other.hash).toMatch(/^[\da-f]{64}$/)
    expect(Object.keys(other)).not.toContain('localPartyNumber')
    expect(Object.keys(other)).not.toContain('preservingUser')
  })

  it('gives errors a body of JSON, of HTML, or none', async () => {
    expect(JSON.parse(await errorBody('json'))).toEqual({ message: 'Unauthorized' })
    expect(await errorBody('html')).toMatch(/^<!DOCTYPE html>/)
    expect(await errorBody('empty')).toBe('')
  })

  it('hides or forbids recordings of others', async () => {
    const calls = makeCalls({ owner: null })
    const recorder = await quirky({ outOfReach: 403 }, calls)
    const headers = authorization('mrossi', 'own')
    expect((await ask(recorder, `/${calls[0]?.id}`, { headers })).status).toBe(403)
  })

  it('sends audio without length, ranges or name', async () => {
    const [call] = makeCalls({})
    if (!call) throw new Error('One was made.')
    const plain = { ranges: 'ignored', acceptRanges: false, contentDisposition: false } as const
    const recorder = await quirky({ ...plain, mediaLength: 'chunked' }, [call])
    const answer = await ask(recorder, `/${call.id}/Media`, { headers: { ...ada, range: 'bytes=1-2' } })
    expect(answer.status).toBe(200)
    expect(answer.headers['transfer-encoding']).toBe('chunked')
    for (const name of ['content-length', 'accept-ranges', 'content-disposition'])
      expect(answer.headers).not.toHaveProperty(name)
    expect(answer.body.equals(audioOf(call))).toBe(true)
  })
})

describe('faults of content', () => {
  it('answers with any status, type and body', async () => {
    expect(await withFault(recorderFault.status(504, 'down'))).toMatchObject({
      status: 504,
      body: Buffer.from('down'),
    })
    expect(json(await withFault(recorderFault.json(500, { a: 1 })))).toEqual({ a: 1 })
    const page = await withFault(recorderFault.loginPage)
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect((await withFault(recorderFault.contentType('text/plain'))).headers['content-type']).toBe(
      'text/plain',
    )
    expect((await withFault(recorderFault.contentType(undefined))).headers).not.toHaveProperty('content-type')
  })

  it('redirects', async () => {
    const elsewhere = await start()
    const answer = await withFault(recorderFault.redirect(elsewhere.url, 307))
    expect([answer.status, answer.headers.location]).toEqual([307, elsewhere.url])
    expect(elsewhere.requests).toEqual([])
  })

  it('adds hostile headers to a correct answer', async () => {
    const answer = await withFault(recorderFault.hostileHeaders)
    expect(Object.keys(answer.headers)).toEqual(expect.arrayContaining([...recorderFault.hostileNames]))
    expect(json(answer).totalCount).toBe(300)
  })

  it('sends headers that are too many, or none at all', async () => {
    await expect(withFault(recorderFault.hugeHeaders())).rejects.toMatchObject({
      code: 'HPE_HEADER_OVERFLOW',
    })
    await expect(withFault(recorderFault.badHeaderBytes)).rejects.toMatchObject({
      code: expect.stringMatching(/^HPE_/),
    })
    await expect(withFault(recorderFault.twoLengths)).rejects.toMatchObject({
      code: expect.stringMatching(/^HPE_/),
    })
    await expect(withFault(recorderFault.lengthAndChunks)).rejects.toMatchObject({
      code: expect.stringMatching(/^HPE_/),
    })
    await expect(withFault(recorderFault.noHttp)).rejects.toMatchObject({
      code: expect.stringMatching(/^HPE_/),
    })
  })

  it('breaks the JSON', async () => {
    const text = async (what: RecorderFault): Promise<string> => String((await withFault(what)).body)
    const truncated = await text(recorderFault.truncatedJson)
    expect(truncated).toMatch(/^\{"totalCount":300/)
    expect(() => JSON.parse(truncated) as unknown).toThrow(SyntaxError)
    expect(await text(recorderFault.anArray)).toBe('[]')
    expect(await text(recorderFault.textTotal)).toBe('{"totalCount":"12"}')
    expect(await text(recorderFault.byteOrderMark)).toMatch(/^\ufeff\{/)
    const { body } = await withFault(recorderFault.invalidUtf8)
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).toThrow(TypeError)
    expect(() => JSON.parse(body.toString()) as unknown).not.toThrow()
  })

  it('breaks the rows', async () => {
    expect((await rowsWith(recorderFault.malformedRow('junk', 1))).map((row) => typeof row)).toEqual([
      'object',
      'string',
      'object',
      'object',
      'object',
    ])
    expect(new Set((await rowsWith(recorderFault.duplicateIds)).map((row) => JSON.stringify(row))).size).toBe(
      1,
    )
    expect(await rowsWith(recorderFault.ignorePageSize)).toHaveLength(300)
    expect(await rowsWith(recorderFault.capPageSize(2))).toHaveLength(2)
    expect(await rowsWith(recorderFault.capPageSize(9))).toHaveLength(5)
  })

  it('changes its total from answer to answer', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.changingTotals(7))
    expect([(await list(recorder)).totalCount, (await list(recorder)).totalCount]).toEqual([307, 314])
  })

  it('ignores chosen filters', async () => {
    const recorder = await start()
    const own = (await list(recorder, 'direction=0&ownerUsername=mrossi')).totalCount
    const byOwner = (await list(recorder, 'ownerUsername=mrossi')).totalCount
    recorder.on('list', recorderFault.ignoreFilters('direction'))
    expect(own).toBeLessThan(byOwner)
    expect((await list(recorder, 'direction=0&ownerUsername=mrossi')).totalCount).toBe(byOwner)
  })
})

describe('faults of delivery', () => {
  it('sends nothing, and counts clients that leave', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.silence)
    const leaving = new AbortController()
    const asked = ask(recorder, '', { signal: leaving.signal })
    await vi.waitUntil(() => recorder.active() === 1)
    expect(recorder.sockets()).toBe(1)
    leaving.abort()
    await expect(asked).rejects.toMatchObject({ code: 'ABORT_ERR' })
    await vi.waitUntil(() => recorder.sockets() === 0)
    expect([recorder.active(), recorder.aborted()]).toEqual([0, 1])
  })

  it('stalls in the middle, and counts clients that leave', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.stall)
    const request = get(`${recorder.url}${RECORDINGS}`, { headers: ada, agent: false })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    await once(answer, 'data')
    expect(recorder.active()).toBe(1)
    request.destroy()
    await vi.waitUntil(() => recorder.aborted() === 1)
    expect(recorder.active()).toBe(0)
  })

  it('cuts before and after the headers and in the middle, without counting the client as leaving', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.cut('nothing'), 1)
    recorder.on('list', recorderFault.cut('headers'), 1)
    recorder.on('list', recorderFault.cut('half'), 1)
    recorder.on('list', recorderFault.reset, 1)
    await expect(ask(recorder)).rejects.toMatchObject({ code: 'ECONNRESET' })
    const headers = await ask(recorder)
    expect([headers.status, headers.body.length, headers.error]).toEqual([200, 0, 'ECONNRESET'])
    const half = await ask(recorder)
    expect([half.status, half.error]).toEqual([200, 'ECONNRESET'])
    expect(half.body.length).toBe(Math.ceil(Number(half.headers['content-length']) / 2))
    expect((await ask(recorder)).error).toBe('ECONNRESET')
    expect((await ask(recorder)).error).toBeNull()
    await vi.waitUntil(() => recorder.sockets() === 0)
    expect([recorder.active(), recorder.aborted()]).toEqual([0, 0])
  })

  it('sends a wrong length or none', async () => {
    const whole = (await withFault(recorderFault.delay(0))).body
    const long = await withFault(recorderFault.length('too-long'))
    expect([long.body.equals(whole), long.error]).toEqual([true, 'ECONNRESET'])
    const short = await withFault(recorderFault.length('too-short'))
    expect(short.body.length).toBe(Math.floor(whole.length / 2))
    const chunked = await withFault(recorderFault.length('chunked'))
    expect([chunked.body.equals(whole), chunked.headers['transfer-encoding']]).toEqual([true, 'chunked'])
    const close = await withFault(recorderFault.length('until-close'))
    expect([close.body.equals(whole), close.headers['transfer-encoding']]).toEqual([true, undefined])
    expect(close.headers).not.toHaveProperty('content-length')
  })

  it('floods with bytes that parse', async () => {
    const size = 3_000_000
    const answer = await withFault(recorderFault.flood(size))
    expect(answer.body).toHaveLength(size)
    expect(json(answer).totalCount).toBe(300)
    expect((await withFault(recorderFault.flood(size, true))).headers['content-length']).toBe(String(size))
  })

  it('stops an endless flood when the client has had enough', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.flood(Infinity))
    const request = get(`${recorder.url}${RECORDINGS}`, { headers: ada, agent: false })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    let got = 0
    for await (const chunk of answer) {
      got += (chunk as Buffer).length
      if (got > 1_000_000) break
    }
    await vi.waitUntil(() => recorder.active() === 0)
    expect(recorder.aborted()).toBe(1)
  })

  it('drips, byte by byte', async () => {
    const recorder = await start({ recordings: [] })
    recorder.on('list', recorderFault.drip(1))
    expect(json(await ask(recorder))).toEqual({ totalCount: 0, recordings: [] })
  })

  it('compresses unasked, and sends interim answers first', async () => {
    const zipped = await withFault(recorderFault.compressed())
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect(zipped.body.readUInt16BE(0)).toBe(0x1f8b)
    const recorder = await start()
    recorder.on('list', recorderFault.interim)
    const socket = connect(recorder.port, '127.0.0.1')
    socket.end(`GET ${RECORDINGS}?page=0&pageSize=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 100',
      'HTTP/1.1 102',
      'HTTP/1.1 103',
      'HTTP/1.1 401',
    ])
  })

  it('promises to keep the connection, but closes it', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.closeIdle)
    const answer = await ask(recorder, '', { headers: { ...ada, connection: 'keep-alive' } })
    expect(answer.headers.connection).toBe('keep-alive')
    expect(answer.error).toBeNull()
    await vi.waitUntil(() => recorder.sockets() === 0)
  })
})

describe('the plan', () => {
  it('applies to a number of requests by route and query, and heals', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.status(500), 2, (params) => params.get('direction') === '1')
    recorder.on('media', recorderFault.status(504))
    const statuses = [
      (await ask(recorder)).status,
      (await ask(recorder, '?direction=1')).status,
      (await ask(recorder, '?direction=1')).status,
      (await ask(recorder, '?direction=1')).status,
    ]
    expect(statuses).toEqual([200, 500, 500, 200])
    const { id } = generateCalls(1)[0] ?? { id: '' }
    expect((await ask(recorder, `/${id}/Media`)).status).toBe(504)
    recorder.heal()
    expect((await ask(recorder, `/${id}/Media`)).status).toBe(200)
    expect([recorder.count('list'), recorder.count('media'), recorder.count('detail')]).toEqual([4, 2, 0])
  })

  it('combines faults in their order', async () => {
    const recorder = await start()
    recorder.on('list', [
      recorderFault.delay(1),
      recorderFault.status(503, 'x'),
      recorderFault.headers({ 'retry-after': '3' }),
    ])
    const answer = await ask(recorder)
    expect([answer.status, answer.headers['retry-after'], String(answer.body)]).toEqual([503, '3', 'x'])
  })

  it('holds until released, and forgets clients that have left', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.hold)
    const leaving = new AbortController()
    const [stays, leaves] = [ask(recorder), ask(recorder, '', { signal: leaving.signal })]
    await vi.waitUntil(() => recorder.held() === 2)
    leaving.abort()
    await expect(leaves).rejects.toMatchObject({ code: 'ABORT_ERR' })
    await vi.waitUntil(() => recorder.held() === 1)
    recorder.release()
    expect((await stays).status).toBe(200)
    expect([recorder.held(), recorder.aborted()]).toEqual([0, 1])
  })

  it('refuses connections, and accepts them again at the same port', async () => {
    const recorder = await start()
    recorder.on('list', recorderFault.silence, 1)
    const cutOff = ask(recorder)
    await vi.waitUntil(() => recorder.active() === 1)
    await Promise.all([expect(cutOff).rejects.toThrow(), recorder.refuseConnections()])
    expect([recorder.sockets(), recorder.aborted()]).toEqual([0, 0])
    await expect(ask(recorder)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await recorder.acceptConnections()
    expect((await ask(recorder)).status).toBe(200)
    expect(recorder.count('list')).toBe(2)
  })

  it('leaves its port when it stops', async () => {
    const recorder = await start()
    await recorder.stop()
    const other = createServer().listen(recorder.port, '127.0.0.1')
    await once(other, 'listening')
    other.close()
    await once(other, 'close')
  })
})

describe('over TLS', () => {
  let authority: CertificateAuthority
  beforeAll(async () => {
    authority = await makeAuthority()
  })
  afterAll(() => authority.remove())

  const askSecurely = async (tls: { cert: string; key: string }, servername?: string): Promise<Answered> => {
    const recorder = await start({ tls })
    expect(recorder.url).toMatch(/^https:/)
    return new Promise((found, fail) => {
      const options = { headers: ada, agent: false, ca: authority.ca, ...(servername ? { servername } : {}) }
      getSecurely(`${recorder.url}${RECORDINGS}`, options, (answer) => found(readAll(answer))).on(
        'error',
        fail,
      )
    })
  }

  it('is trusted through its authority, by each of its names', async () => {
    const tls = await authority.issue(loopbackNames)
    expect((await askSecurely(tls)).status).toBe(200)
    expect((await askSecurely(tls, 'recordings.test')).status).toBe(200)
  })

  it('shows each kind of bad certificate', async () => {
    const expired = await authority.issue(loopbackNames, -1)
    await expect(askSecurely(expired)).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' })
    const wrong = await authority.issue(['other.test'])
    await expect(askSecurely(wrong)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    const own = await authority.selfSigned(loopbackNames)
    await expect(askSecurely(own)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })

  it('has the same faults as without TLS', async () => {
    const tls = await authority.issue(loopbackNames)
    const recorder = await start({ tls })
    recorder.on('list', recorderFault.cut('half'))
    const answer = await new Promise<Answered>((found, fail) => {
      const options = { headers: ada, agent: false, ca: authority.ca }
      getSecurely(`${recorder.url}${RECORDINGS}`, options, (got) => found(readAll(got))).on('error', fail)
    })
    expect([answer.status, answer.error]).toEqual([200, 'ECONNRESET'])
    await vi.waitUntil(() => recorder.sockets() === 0)
  })
})
