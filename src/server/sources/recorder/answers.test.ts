/** Odd answers of the recorder to a search or for a recording: their effect, and that nothing of them leaks. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault, type RecorderFault } from '../../../testing/recorder/faults.ts'
import { startRecorder } from '../../../testing/recorder/recorder.ts'
import type { Fields } from '../../../testing/recorder/wire.ts'
import { recordingEndpoint, RECORDINGS } from '../../../contract/endpoints.ts'
import { dataHeaders } from '../../http/headers.ts'
import { MAX_JSON_BYTES } from './limits.ts'
import {
  ask,
  askFirstPage,
  json,
  outcome,
  relayHost,
  recorderIdle,
  type Relay,
} from '../../../testing/relay.ts'

const recordings = makeCalls({ remotePartyNumber: '+390551234567' }, {}, {}, {}, {}, {})
const [known] = recordings
if (!known) throw new Error('There is a first recording.')

let relay: Relay
beforeAll(async () => {
  relay = await relayHost({ recorder: { recordings } })
})
afterAll(() => relay.close())
afterEach(async () => {
  relay.recorder.heal()
  await recorderIdle(relay.recorder)
})

const raw = (...lines: readonly string[]): RecorderFault => recorderFault.raw(lines.join('\r\n'))
const list = { totalCount: 0, recordings: [] }

const body = JSON.stringify({
  totalCount: 6,
  recordings: recordings.slice(0, 5).map(({ id }) => ({ id })),
  id: known.id,
})
const hinted = raw(
  'HTTP/1.1 102 Processing\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </x.js>; rel=preload\r\n',
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
)

/** Each is the answer to a list and to a recording. */
const failing: Readonly<Record<string, readonly [RecorderFault | readonly RecorderFault[], string]>> = {
  'no content': [recorderFault.status(204), '502 recorder_failed'],
  'not modified': [recorderFault.status(304), '502 recorder_failed'],
  'a payment': [recorderFault.status(402), '502 recorder_failed'],
  'a wrong method': [recorderFault.status(405), '502 recorder_failed'],
  'a proxy’s login': [recorderFault.status(407), '502 recorder_failed'],
  'something gone': [recorderFault.status(410), '502 recorder_failed'],
  'a teapot': [recorderFault.status(418), '502 recorder_failed'],
  'too many requests': [recorderFault.status(429), '429 too_many_searches'],
  'a crash': [recorderFault.status(500), '500 recorder_failed'],
  'a crash in HTML': [recorderFault.status(500, '<h1>Server Error</h1>', 'text/html'), '500 recorder_failed'],
  'not implemented': [recorderFault.status(501), '502 recorder_failed'],
  'a bad gateway': [recorderFault.status(502), '502 recorder_failed'],
  unavailable: [recorderFault.status(503), '503 recorder_failed'],
  'its own 504': [recorderFault.status(504), '504 recorder_down'],
  'a status above all': [recorderFault.status(599), '502 recorder_failed'],
  'a 400 in HTML': [recorderFault.status(400, '<h1>Bad Request</h1>', 'text/html'), '502 recorder_failed'],
  'a 400 without a reason': [recorderFault.json(400, { message: 'no' }), '502 recorder_failed'],
  'a 400 with another reason': [recorderFault.json(400, { reason: 7, message: 'no' }), '502 recorder_failed'],
  'a 400 without a message': [recorderFault.json(400, { reason: 0 }), '502 recorder_failed'],
  'a 400 without end': [[recorderFault.json(400, {}), recorderFault.flood(Infinity)], '502 recorder_failed'],
  'a login page': [recorderFault.loginPage, '502 recorder_failed'],
  'JSON said to be HTML': [recorderFault.contentType('text/html'), '502 recorder_failed'],
  'JSON of no type': [recorderFault.contentType(undefined), '502 recorder_failed'],
  'audio for JSON': [recorderFault.contentType('audio/mpeg'), '502 recorder_failed'],
  'half of the JSON': [recorderFault.truncatedJson, '502 recorder_failed'],
  'an empty body': [recorderFault.bytes(() => Buffer.alloc(0)), '502 recorder_failed'],
  'an array': [recorderFault.anArray, '502 recorder_failed'],
  null: [recorderFault.json(200, null), '502 recorder_failed'],
  'a number': [recorderFault.json(200, 12), '502 recorder_failed'],
  'a text': [recorderFault.json(200, 'recordings'), '502 recorder_failed'],
  'an empty object': [recorderFault.json(200, {}), '502 recorder_failed'],
  'bytes that are no UTF-8': [recorderFault.invalidUtf8, '502 recorder_failed'],
  'gzip, which was not asked for': [recorderFault.compressed('gzip'), '502 recorder_failed'],
  'brotli, which was not asked for': [recorderFault.compressed('br'), '502 recorder_failed'],
  'headers of 200 KB': [recorderFault.hugeHeaders(), '502 recorder_failed'],
  'control bytes in a header': [recorderFault.badHeaderBytes, '502 recorder_failed'],
  'two lengths': [recorderFault.twoLengths, '502 recorder_failed'],
  'a length and chunks': [recorderFault.lengthAndChunks, '502 recorder_failed'],
  'an unrequested 100 Continue': [recorderFault.interim, '502 recorder_failed'],
  'SSH for HTTP': [recorderFault.noHttp, '502 recorder_failed'],
  'an invalid length': [raw('HTTP/1.1 200 OK', 'Content-Length: abc', '', '{}'), '502 recorder_failed'],
  'a chunk of a broken size': [
    raw(
      'HTTP/1.1 200 OK',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      '',
      'zz',
      '{}',
      '',
    ),
    '502 recorder_failed',
  ],
  'an unrequested upgrade': [
    raw('HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', '', ''),
    '502 recorder_failed',
  ],
  'a connection closed at once': [recorderFault.cut('nothing'), '502 recorder_failed'],
  'a connection closed after the headers': [recorderFault.cut('headers'), '502 recorder_failed'],
  'a connection closed in the middle': [recorderFault.cut('half'), '502 recorder_failed'],
  'a reset in the middle': [recorderFault.reset, '502 recorder_failed'],
  'a length longer than the body': [recorderFault.length('too-long'), '502 recorder_failed'],
  'a length shorter than the body': [recorderFault.length('too-short'), '502 recorder_failed'],
  'a redirect': [recorderFault.redirect('/elsewhere', 302), '502 recorder_failed'],
  'a redirect for good': [recorderFault.redirect('https://evil.test/', 301), '502 recorder_failed'],
  'a redirect that keeps the method': [recorderFault.redirect('//evil.test/', 307), '502 recorder_failed'],
}

const accepted: Readonly<Record<string, RecorderFault>> = {
  'a byte order mark': recorderFault.byteOrderMark,
  'JSON by another name': recorderFault.contentType('text/json; charset=UTF-8'),
  'a vendor’s JSON': recorderFault.contentType('application/vnd.recorder+json'),
  'early hints before it': hinted,
  'no length, in chunks': recorderFault.length('chunked'),
  'no length, up to the end': recorderFault.length('until-close'),
  'a promise to keep the connection that is broken': recorderFault.closeIdle,
}

describe.each(Object.entries(failing))('answered with %s', (_name, [what, expected]) => {
  it.each(['list', 'detail'] as const)(
    'the %s reports it, asks once, and shows nothing of it',
    async (route) => {
      const { recorder } = relay
      const cookie = await relay.enter('ada')
      const before = recorder.requests.length
      recorder.on(route, what)
      const answer = await (route === 'list'
        ? askFirstPage(relay, cookie)
        : ask(relay, recordingEndpoint(known.id), cookie))
      expect(outcome(answer)).toBe(expected)
      expect(recorder.requests).toHaveLength(before + 1)
      expect(Object.keys(json(answer)).toSorted()).toEqual(['code', 'message', 'requestId'])
      expect(answer.body.toString()).not.toMatch(/<|evil|390551234567/)
      expect(answer.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' })
    },
  )
})

describe.each(Object.entries(accepted))('answered with %s', (_name, what) => {
  it('the list and the recording are read', async () => {
    const cookie = await relay.enter('ada')
    relay.recorder.on('any', what)
    expect(json(await askFirstPage(relay, cookie))).toMatchObject({ totalCount: 6 })
    expect(json(await ask(relay, recordingEndpoint(known.id), cookie))).toMatchObject({ id: known.id })
  })
})

describe('a list', () => {
  const malformed: Readonly<Record<string, unknown>> = {
    'a total in text': { ...list, totalCount: '12' },
    'a total below zero': { ...list, totalCount: -1 },
    'a total with a fraction': { ...list, totalCount: 1.5 },
    'a total beyond all counting': { ...list, totalCount: 1e300 },
    'no total': { recordings: [] },
    'no rows': { totalCount: 0 },
    'rows in an object': { ...list, recordings: {} },
  }

  it.each(Object.entries(malformed))('with %s is rejected', async (_name, answered) => {
    relay.recorder.on('list', recorderFault.json(200, answered))
    expect(outcome(await askFirstPage(relay, await relay.enter('ada')))).toBe('502 recorder_failed')
  })

  it('is passed on with duplicate ids and unreadable rows', async () => {
    relay.recorder.on('list', [
      recorderFault.duplicateIds,
      recorderFault.malformedRow(42),
      recorderFault.malformedRow({ duration: 'PT5' }, 1),
    ])
    const { recordings: rows } = json(await askFirstPage(relay, await relay.enter('ada')))
    const same = { id: known.id }
    expect(rows).toMatchObject([42, { duration: 'PT5' }, same, same, same])
  })

  it.each([0, 1])('refused for reason %i is refused in the recorder’s words', async (reason) => {
    relay.recorder.on(
      'list',
      recorderFault.json(400, { reason, message: '<b>direction</b> is odd', more: 'secret' }),
    )
    const answer = await askFirstPage(relay, await relay.enter('ada'))
    expect(answer.status).toBe(400)
    expect(json(answer)).toEqual({ reason, message: '<b>direction</b> is odd' })
  })

  it('is not requested if the query is already wrong', async () => {
    const before = relay.recorder.requests.length
    expect((await askFirstPage(relay, await relay.enter('ada'), 'direction=9')).status).toBe(400)
    expect(relay.recorder.requests).toHaveLength(before)
  })

  it('passes on how long the recorder wants clients to wait', async () => {
    const cookie = await relay.enter('ada')
    for (const [told, said] of Object.entries({ 7: '7', '1e9': '1', 'Wed, 21 Oct': '1', 86400: '86400' })) {
      const headers = recorderFault.headers({ 'retry-after': told })
      relay.recorder.on('list', [recorderFault.status(429), headers], 1)
      expect((await askFirstPage(relay, cookie)).headers).toMatchObject({ 'retry-after': said })
    }
  })

  it('is only for users with the right', async () => {
    expect(outcome(await askFirstPage(relay, await relay.enter('guest')))).toBe('403 forbidden')
  })
})

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
/** A list or a recording whose start has this many nested arrays. */
const nested = (levels: number): RecorderFault =>
  recorderFault.bytes((own) =>
    Buffer.from(String(own).replace(/"startTime":"[^"]*"/, `"startTime":${deep(levels)}`)),
  )

describe('an answer with too much nesting', () => {
  it.each([14, 1000, 100_000, 1_000_000])(
    'of %i levels is rejected, and the host goes on',
    async (levels) => {
      const cookie = await relay.enter('ada')
      relay.recorder.on('any', nested(levels))
      expect(outcome(await askFirstPage(relay, cookie))).toBe('502 recorder_failed')
      // A recording's own answer has two levels less around the start than a list.
      const answer = await ask(relay, recordingEndpoint(known.id), cookie)
      expect(outcome(answer)).toBe(levels > 15 ? '502 recorder_failed' : '200')
      relay.recorder.heal()
      expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
    },
  )

  it('does not include brackets in text, nor many shallow values', async () => {
    const brackets = '[{"\\'.repeat(500)
    relay.recorder.on(
      'list',
      recorderFault.malformedRow({ id: brackets, duration: Array.from({ length: 500 }, () => [[]]) }),
    )
    const { recordings: rows } = json(await askFirstPage(relay, await relay.enter('ada')))
    expect(rows).toMatchObject([{ id: brackets }, {}, {}, {}, {}])
  })
})

/** A list or a recording with another field that holds this many of these values. */
const filled = (value: string, count: number): RecorderFault =>
  recorderFault.bytes((own) =>
    Buffer.from(`${String(own).trimEnd().slice(0, -1)},"more":[${Array(count).fill(value).join()}]}`),
  )

describe('an answer with too many values', () => {
  it.each([
    ['numbers', '0', 500_000],
    ['objects', '{}', 250_000],
    ['arrays', '[]', 250_000],
    ['texts', '""', 500_000],
    ['fields', '{"a":0}', 250_000],
  ])('is rejected, and the host goes on: %s', async (_name, value, count) => {
    const cookie = await relay.enter('ada')
    relay.recorder.on('any', filled(value, count))
    expect(outcome(await askFirstPage(relay, cookie))).toBe('502 recorder_failed')
    expect(outcome(await ask(relay, recordingEndpoint(known.id), cookie))).toBe('502 recorder_failed')
    relay.recorder.heal()
    expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
  })

  it('does not include the largest page with ten times its usual fields', async () => {
    const more = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`more${n}`, n]))
    const large = recorderFault.change((own) => {
      const [row] = own.recordings as readonly Fields[]
      return { totalCount: 1000, recordings: Array.from({ length: 1000 }, () => ({ ...row, ...more })) }
    })
    relay.recorder.on('list', large)
    const answer = await ask(relay, `${RECORDINGS}?page=0&pageSize=1000`, await relay.enter('ada'))
    expect(json(answer).recordings).toHaveLength(1000)
  })

  it('does not include brackets and commas in text', async () => {
    relay.recorder.on('any', filled(`"${',[{'.repeat(250_000)}"`, 1))
    expect(outcome(await askFirstPage(relay, await relay.enter('ada')))).toBe('200')
  })
})

describe('unknown fields', () => {
  const odd = { secret: 'hidden', SecretKey: { of: 'hidden' }, toString: 'hidden', ID: 'hidden' }

  it('of a row are dropped, and known ones are passed on unchanged if they are scalars', async () => {
    relay.recorder.on(
      'list',
      recorderFault.changeRows((rows) => [
        { ...(rows[0] as Fields), ...odd, note: 'hidden', audioUrl: 'hidden', duration: true },
        {
          id: 'x',
          referenceNumber: 12,
          startTime: odd,
          duration: { seconds: 'hidden' },
          direction: ['hidden'],
          ownerUsername: { username: 'ada', ...odd },
          localPartyNumber: [[odd]],
          remotePartyNumber: null,
          ...odd,
        },
        null,
        'text',
        ['hidden', odd],
      ]),
    )
    const answer = await askFirstPage(relay, await relay.enter('ada'))
    expect(answer.body.toString()).not.toContain('hidden')
    const [first, ...others] = json(answer).recordings as readonly Fields[]
    expect(Object.keys(first ?? {})).toEqual([
      'id',
      'referenceNumber',
      'startTime',
      'duration',
      'direction',
      'ownerUsername',
      'localPartyNumber',
      'remotePartyNumber',
    ])
    expect(first).toMatchObject({ id: known.id, duration: true })
    const structured = { id: 'x', referenceNumber: 12, remotePartyNumber: null }
    expect(others).toEqual([structured, null, 'text', null])
  })

  it('of a recording are dropped too, at any depth', async () => {
    const user = { username: 'ada', firstName: 'Ada', group: 7, ...odd, department: { of: 'hidden' } }
    relay.recorder.on(
      'detail',
      recorderFault.change((own) => ({
        ...own,
        ...odd,
        owner: user,
        preservingUser: [user],
        note: { text: 'Call back', author: 'ada', ...odd },
        hash: { algorithm: 'SHA-256', value: 'abc', ...odd },
        pbxInfo: { callId: '7.1', ...odd },
        pbxCallId: ['hidden'],
        size: '12',
        duration: { seconds: 'hidden' },
        remotePartyNumber: [odd],
      })),
    )
    const answer = await ask(relay, recordingEndpoint(known.id), await relay.enter('ada'))
    expect(answer.body.toString()).not.toContain('hidden')
    expect(json(answer)).toMatchObject({
      id: known.id,
      owner: { username: 'ada', firstName: 'Ada', group: 7 },
      preservingUser: null,
      note: { text: 'Call back', author: 'ada' },
      hash: { algorithm: 'SHA-256', value: 'abc' },
      pbxInfo: { callId: '7.1' },
      size: '12',
    })
    for (const name of ['pbxCallId', 'duration', 'remotePartyNumber'])
      expect(json(answer)).not.toHaveProperty(name)
  })

  it.each(['text', 12, null])('do not affect a note and a hash of another kind: %j', async (value) => {
    relay.recorder.on(
      'detail',
      recorderFault.change((own) => ({ ...own, note: value, hash: value })),
    )
    const answer = await ask(relay, recordingEndpoint(known.id), await relay.enter('ada'))
    expect(json(answer)).toMatchObject({ note: value, hash: value })
  })
})

describe('a body beyond all bounds', () => {
  const bounds: Readonly<Record<string, RecorderFault>> = {
    'whose length is told': recorderFault.flood(MAX_JSON_BYTES * 2, true),
    'without end': recorderFault.flood(Infinity),
  }

  it.each(Object.entries(bounds))('%s is cut off at the bound', async (_name, what) => {
    const cookie = await relay.enter('ada')
    const aborted = relay.recorder.aborted()
    relay.recorder.on('list', what)
    expect(outcome(await askFirstPage(relay, cookie))).toBe('502 recorder_failed')
    await recorderIdle(relay.recorder)
    expect(relay.recorder.aborted()).toBe(aborted + 1)
  })

  it('within the bounds is read to its last byte', async () => {
    relay.recorder.on('list', recorderFault.flood(MAX_JSON_BYTES))
    expect(json(await askFirstPage(relay, await relay.enter('ada')))).toMatchObject({ totalCount: 6 })
  })
})

describe('a recording', () => {
  it('that the recorder does not have or refuses is 404', async () => {
    const cookie = await relay.enter('ada')
    for (const status of [403, 404]) {
      relay.recorder.on('detail', recorderFault.status(status), 1)
      expect(outcome(await ask(relay, recordingEndpoint(known.id), cookie))).toBe('404 not_found')
    }
    const nobody = await relay.enter('nobody')
    expect(outcome(await ask(relay, recordingEndpoint(known.id), nobody))).toBe('404 not_found')
  })

  it('in place of another is not shown', async () => {
    relay.recorder.on(
      'detail',
      recorderFault.change((own) => ({ ...own, id: recordings[1]?.id })),
    )
    const answer = await ask(relay, recordingEndpoint(known.id), await relay.enter('ada'))
    expect(outcome(answer)).toBe('502 recorder_failed')
    expect(answer.body.toString()).not.toContain('390551234567')
  })
})

describe('the host’s own headers', () => {
  it.each(['list', 'detail', 'media'] as const)('are the only headers of the %s', async (route) => {
    const cookie = await relay.enter('ada')
    relay.recorder.on('any', recorderFault.hostileHeaders)
    const detail = recordingEndpoint(known.id)
    const answer = await (route === 'list'
      ? askFirstPage(relay, cookie)
      : ask(relay, route === 'media' ? `${detail}/Media` : detail, cookie))
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject(dataHeaders)
    const usual = 'accept-ranges content-disposition content-length content-type etag connection date vary'
    const own = [...Object.keys(dataHeaders), ...usual.split(' ')]
    expect(Object.keys(answer.headers).filter((name) => !own.includes(name))).toEqual([])
    expect(JSON.stringify(answer.headers)).not.toMatch(/evil|stolen|IIS|ASP/)
  })

  it('are on a 401 too, which never offers Basic', async () => {
    relay.recorder.on('list', [recorderFault.status(401), recorderFault.hostileHeaders])
    const { headers } = await askFirstPage(relay, await relay.enter('ada', 'of the 401'))
    expect(headers).toMatchObject({ ...dataHeaders, 'www-authenticate': 'Session realm="recordings"' })
    expect(headers).not.toHaveProperty('set-cookie')
  })
})

describe('a redirect', () => {
  it('is never followed, with or without the password', async () => {
    const elsewhere = await startRecorder({ users: [], recordings })
    const cookie = await relay.enter('ada')
    for (const status of [301, 302, 303, 307, 308]) {
      for (const route of ['list', 'detail', 'media'] as const) {
        relay.recorder.on(
          route,
          recorderFault.redirect(`${elsewhere.url}/fw/Apps/Recorder/WebAPI/Recordings`, status),
          1,
        )
      }
      const detail = recordingEndpoint(known.id)
      expect(outcome(await askFirstPage(relay, cookie))).toBe('502 recorder_failed')
      expect(outcome(await ask(relay, detail, cookie))).toBe('502 recorder_failed')
      const boss = await relay.enter('boss', `demo`)
      expect(outcome(await ask(relay, `${detail}/Media`, boss))).toBe('502 recorder_failed')
    }
    expect(elsewhere.requests).toEqual([])
    await elsewhere.stop()
  })
})
