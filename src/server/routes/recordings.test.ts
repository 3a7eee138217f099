/** The Recordings API against contract.md, row by row. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RECORDINGS } from '../../contract/endpoints.ts'
import type { WireList } from '../../contract/recording.ts'
import { testGuid, type TestRecording } from '../../testing/store.ts'
import {
  basic,
  exchange,
  listen,
  ownPage,
  rawGet,
  sessionOf,
  testHost,
  type TestHost,
} from '../../testing/host.ts'
import { vendorQuery, vendorRows } from '../../testing/vendor-example.ts'

const audio = Buffer.from('ID3 not really music, but bytes that can be counted')
const audioFile = join(tmpdir(), `recordings-test-${process.pid}.mp3`)

const at = (minute: number): string => `2020-11-01T10:${String(minute).padStart(2, '0')}:00Z`

/** The vendor's two recordings, two newer and 46 older ones that match, and some that must not. */
const vendorsDay: TestRecording[] = [
  ...Array.from({ length: 46 }, (_, index) => ({
    startTime: `2018-11-01T0${index % 9}:${String(index).padStart(2, '0')}:00Z`,
    remotePartyNumber: `+3902${index}`,
  })),
  {
    id: '75A90276-E47E-4e9e-B463-E3C743D5FF3A',
    referenceNumber: '2017000000175',
    startTime: '2018-11-01T16:39:15.0000000+02:00',
    duration: 'PT1M31.87S',
    localPartyNumber: '229',
    remotePartyNumber: '980200',
    ownerUsername: 'user1',
  },
  {
    id: '966B4AF0-CC56-4724-A640-7025142652EF',
    referenceNumber: '2017000000193',
    startTime: '2018-11-01T10:20:59.0000000+01:00',
    duration: 'PT2M20.65S',
    localPartyNumber: '132',
    remotePartyNumber: '+390244548866',
    ownerUsername: 'user2',
  },
  { startTime: '2018-11-01T20:00:00Z', remotePartyNumber: '02' },
  { startTime: '2018-11-01T21:00:00Z', remotePartyNumber: '902' },
  { startTime: '2018-11-01T22:00:00Z', remotePartyNumber: '02', direction: 2 },
  { startTime: '2018-11-01T22:00:00Z', remotePartyNumber: '+3955' },
  { startTime: '2018-11-02T00:00:00Z', remotePartyNumber: '02' },
]

/** Ten calls of one day in 2020, one a minute. */
const countedDay: TestRecording[] = Array.from({ length: 10 }, (_, index) => ({
  id: testGuid(900 + index),
  referenceNumber: `R${index}`,
  startTime: at(index),
  duration: 'PT1M',
  direction: ([0, 1, 2] as const)[index % 3] ?? 0,
  localPartyNumber: index < 5 ? '225' : '2250',
  remotePartyNumber: index === 0 ? 'anonymous' : `+390551${index}`,
  owner: index < 3 ? { username: 'John_Doe', group: 'Sales' } : index === 3 ? { username: 'agent' } : null,
}))

const detailed: TestRecording = {
  id: testGuid(800),
  referenceNumber: '2019000000001',
  startTime: '2019-05-05T10:00:00.1234567+02:00',
  duration: 'PT3H',
  owner: {
    username: 'agent',
    firstName: 'Gino',
    lastName: 'Bo',
    group: 'Sales',
    department: 'D',
    phoneNumber: '9',
  },
  pbxCallId: 'call-1',
  preservingUser: { username: 'manager' },
  note: { text: 'angry', author: 'manager', updatedAt: '2019-05-06T00:00:00Z' },
  audioFile,
}

let host: TestHost
let port: number

beforeAll(async () => {
  writeFileSync(audioFile, audio)
  host = await testHost({ recordings: [...vendorsDay, ...countedDay, detailed] })
  port = await listen(host.app)
})
afterAll(() => host.close())

const get = (path: string, headers: Record<string, string> = basic('manager')) =>
  host.app.inject({ url: path, headers })
const list = async (query: string, user = 'manager') => {
  const answer = await get(`${RECORDINGS}?${query}`, basic(user))
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<WireList>()
}
const references = (found: WireList): string[] => found.recordings.map((row) => row.referenceNumber)

const day2020 = 'startTime=between:2020-11-01;2020-11-02'

describe('the vendor’s examples', () => {
  it('answers the first to the letter', async () => {
    expect(await list(vendorQuery)).toEqual({ totalCount: 50, recordings: vendorRows })
  })

  it('answers the second with 400', async () => {
    const answer = await get(`${RECORDINGS}?startTime=before:2018/45/01&direction=5`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toEqual({
      reason: 0,
      message: expect.stringContaining('startTime'),
      filter: 'startTime',
    })
  })
})

describe('paging', () => {
  it('answers everything to a script that names no page', async () => {
    const all = await list(day2020)
    expect(all.totalCount).toBe(10)
    expect(references(all)).toEqual(['R9', 'R8', 'R7', 'R6', 'R5', 'R4', 'R3', 'R2', 'R1', 'R0'])
  })

  it('takes pageSize alone as the first page', async () => {
    expect(references(await list(`${day2020}&pageSize=3`))).toEqual(['R9', 'R8', 'R7'])
  })

  it('answers a page past the end with none and the true total', async () => {
    expect(await list(`${day2020}&page=40&pageSize=50`)).toEqual({ totalCount: 10, recordings: [] })
    expect(await list(`${day2020}&page=3&pageSize=5000`)).toEqual({ totalCount: 10, recordings: [] })
  })

  it('answers pages over 1,000 to scripts, the same rows as small ones', async () => {
    expect(await list('page=0&pageSize=5000')).toEqual(await list(''))
    const { totalCount } = await list('pageSize=1')
    expect((await list('page=0&pageSize=2147483647')).recordings).toHaveLength(totalCount)
  })

  it.each([
    'page=0',
    'page=-1&pageSize=5',
    'page=0&pageSize=0',
    'page=x&pageSize=5',
    'pageSize=1.5',
    'pageSize=',
    'page=&pageSize=5',
    'pageSize=99999999999',
  ])('refuses %s with reason 1', async (query) => {
    const answer = await get(`${RECORDINGS}?${query}`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toEqual({ reason: 1, message: expect.any(String) })
  })

  it('reports an invalid filter before invalid paging', async () => {
    expect((await get(`${RECORDINGS}?page=-1&direction=9`)).json()).toMatchObject({ reason: 0 })
  })

  it.each(['', 'page=0&pageSize=1001', day2020])(
    'refuses a page’s session %j with reason 1',
    async (query) => {
      const answer = await get(`${RECORDINGS}?${query}`, {
        ...(await sessionOf(host.app, 'manager')),
        ...ownPage,
      })
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ reason: 1 })
    },
  )

  it('answers a page’s session up to 1,000', async () => {
    const session = { ...(await sessionOf(host.app, 'manager')), ...ownPage }
    const answer = await get(`${RECORDINGS}?page=0&pageSize=1000`, session)
    expect(answer.json()).toMatchObject(await list('page=0&pageSize=1000'))
  })
})

describe('filters', () => {
  it.each([
    [`startTime=equals:${at(3)}`, ['R3']],
    [`startTime=${at(3)}`, ['R3']],
    [`startTime=after:${at(8)}&endTime=before:2020-12-01`, ['R9']],
    [`startTime=before:${at(1)}&endTime=after:2020-11-01`, ['R0']],
    [`startTime=between:${at(2)};${at(4)}`, ['R3', 'R2']],
    [`startTime=between:${at(2)};${at(2)}`, []],
    [`endTime=${at(4)}`, ['R3']],
    [`endTime=between:${at(2)};${at(3)}`, ['R1']],
    [`startTime=${at(3).replace('Z', '')}`, ['R3']],
    [`startTime=${at(3).replace('Z', '.0000000Z')}`, ['R3']],
    ['startTime=2020-11-01T11:03:00%2B01:00', ['R3']],
    [`${day2020}&localPartyNumber=225`, ['R4', 'R3', 'R2', 'R1', 'R0']],
    [`${day2020}&localPartyNumber=equals:2250&direction=2`, ['R8', 'R5']],
    ['remotePartyNumber=anonymous', ['R0']],
    ['remotePartyNumber=contains:%2B390551', ['R9', 'R8', 'R7', 'R6', 'R5', 'R4', 'R3', 'R2', 'R1']],
    ['remoteParty=%2B3905517', ['R7']],
    ['ownerUsername=JOHN_doe', ['R2', 'R1', 'R0']],
    [`${day2020}&direction=0`, ['R9', 'R6', 'R3', 'R0']],
    [`${day2020}&direction=0&direction=1`, ['R9', 'R6', 'R3', 'R0']],
    [`${day2020}&direction=0&unknown=1`, ['R9', 'R6', 'R3', 'R0']],
  ])('finds by %s', async (query, expected) => {
    expect(references(await list(query))).toEqual(expected)
  })

  it.each([
    'localPartyNumber=contains:22',
    'ownerUsername=contains:jo',
    'startTime=on:today',
    'startTime=yesterday',
    'startTime=2020-02-30',
    'startTime=between:2020-01-01',
    'startTime=between:2020-01-02;2020-01-01',
    'startTime=',
    'remotePartyNumber=',
    'remotePartyNumber=contains:',
    'direction=3',
    'direction=-1',
    'direction=contains:1',
  ])('refuses %s with reason 0', async (query) => {
    const answer = await get(`${RECORDINGS}?${query}`)
    expect(answer.statusCode).toBe(400)
    const filter = query.slice(0, query.indexOf('='))
    expect(answer.json()).toEqual({ reason: 0, message: expect.any(String), filter })
  })

  it.each([
    ['remotePartyNumber=contains:+390551', 9],
    ['remotePartyNumber=+3905517', 1],
    ['startTime=2020-11-01T11:03:00+01:00', 1],
    [`startTime=between:2020-11-01;2020-11-02`, 10],
    [`startTime=between:2020-11-01%3B2020-11-02`, 10],
  ])('reads %s as it stands in an address', async (query, total) => {
    const answer = await exchange(port, rawGet(`${RECORDINGS}?${query}&pageSize=1`, basic('manager')))
    expect(answer).toContain('HTTP/1.1 200')
    expect(answer).toContain(`"totalCount":${total},`)
  })
})

describe('who may see what', () => {
  it.each([
    ['manager', 10],
    ['supervisor', 4],
    ['agent', 1],
    ['solo', 0],
  ])('%s finds their own scope, totals included', async (user, total) => {
    expect((await list(`${day2020}&pageSize=50`, user)).totalCount).toBe(total)
    expect((await list(day2020, user)).recordings).toHaveLength(total)
  })

  it.each(['', `/${testGuid(800)}`, `/${testGuid(800)}/Media`])('refuses a guest at %j', async (path) => {
    const answer = await get(`${RECORDINGS}${path}`, basic('guest'))
    expect(answer.statusCode).toBe(403)
    expect(answer.json()).toEqual({
      code: 'forbidden',
      message: expect.stringContaining('“Call Recording Base Access”'),
      requestId: expect.any(String),
    })
  })

  it.each(['', '/Media'])('answers 404 for what is out of reach%s', async (part) => {
    expect((await get(`${RECORDINGS}/${testGuid(800)}${part}`, basic('solo'))).statusCode).toBe(404)
    expect((await get(`${RECORDINGS}/${testGuid(800)}${part}`, basic('agent'))).statusCode).toBe(200)
  })

  it.each([
    ['no credentials', {}],
    ['a wrong password', basic('manager', 'wrong')],
    ['an unknown user', basic('nobody')],
    ['another scheme', { authorization: 'Bearer abc' }],
    ['unreadable credentials', { authorization: 'Basic ???' }],
    ['credentials without a colon', { authorization: 'Basic YWJj' }],
  ])('answers 401 to %s, and never makes a browser ask', async (_, headers) => {
    const answer = await get(RECORDINGS, { ...ownPage, ...headers })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Session realm="recordings"')
    expect(answer.json()).toEqual({
      code: expect.stringMatching(/^(signed_out|wrong_credentials)$/),
      message: expect.any(String),
      requestId: expect.any(String),
    })
  })
})

describe('one recording', () => {
  it('shows every fact', async () => {
    expect((await get(`${RECORDINGS}/${testGuid(800)}`)).json()).toEqual({
      id: testGuid(800),
      referenceNumber: '2019000000001',
      startTime: '2019-05-05T10:00:00.1234567+02:00',
      duration: 'PT3H',
      direction: 1,
      localPartyNumber: null,
      remotePartyNumber: null,
      owner: detailed.owner,
      pbxCallId: 'call-1',
      preservingUser: expect.objectContaining({ username: 'manager' }),
      note: { text: 'angry', author: 'manager', updatedAt: '2019-05-06T00:00:00Z' },
      size: audio.length,
      hash: { algorithm: 'SHA-256', value: createHash('sha256').update(audio).digest('hex') },
    })
  })

  it('finds the id in any mix of cases', async () => {
    const answer = await get(`${RECORDINGS}/75a90276-e47e-4E9E-b463-e3c743d5ff3a`)
    expect(answer.json()).toMatchObject({ id: '75A90276-E47E-4e9e-B463-E3C743D5FF3A' })
  })

  it.each(['nonsense', '1', 'x'.repeat(101), 'x'.repeat(4000), `${testGuid(1)}x`, '%00', '..%2f..%2fetc'])(
    'answers 400 to the id %.20s',
    async (id) => {
      for (const part of ['', '/Media']) {
        const answer = await get(`${RECORDINGS}/${id}${part}`)
        expect(answer.statusCode).toBe(400)
        expect(answer.json()).toMatchObject({ code: 'invalid_request' })
        expect(answer.json()).not.toHaveProperty('reason')
      }
    },
  )

  it.each(['', '/Media'])('answers 404 where there is none%s', async (part) => {
    const answer = await get(`${RECORDINGS}/${testGuid(4242)}${part}`)
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ code: 'not_found', requestId: expect.any(String) })
  })

  it('answers 404 for the audio of a recording without any', async () => {
    expect((await get(`${RECORDINGS}/${testGuid(900)}/Media`)).statusCode).toBe(404)
  })
})

const media = (headers: Record<string, string> = {}, query = '') =>
  get(`${RECORDINGS}/${testGuid(800)}/Media${query}`, { ...basic('manager'), ...headers })

describe('the audio', () => {
  const size = audio.length

  it('comes whole', async () => {
    const answer = await media()
    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload).toEqual(audio)
    expect(answer.headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': String(size),
      'accept-ranges': 'bytes',
      'content-disposition': 'inline; filename="2019000000001.mp3"',
      etag: expect.stringMatching(/^"[\da-f]{64}"$/),
      'cache-control': 'no-store',
    })
    expect(answer.headers).not.toHaveProperty('content-encoding')
  })

  it('is saved where asked to', async () => {
    const answer = await media({}, '?download=1')
    expect(answer.headers['content-disposition']).toBe('attachment; filename="2019000000001.mp3"')
  })

  it.each([
    ['bytes=0-9', 0, 9],
    ['bytes=10-', 10, size - 1],
    ['bytes=-5', size - 5, size - 1],
    ['bytes=-5000', 0, size - 1],
    ['bytes=5-5000', 5, size - 1],
    ['bytes=0-0', 0, 0],
  ])('comes in part: %s', async (range, start, end) => {
    const answer = await media({ range })
    expect(answer.statusCode).toBe(206)
    expect(answer.headers['content-range']).toBe(`bytes ${start}-${end}/${size}`)
    expect(answer.headers['content-length']).toBe(String(end - start + 1))
    expect(answer.rawPayload).toEqual(audio.subarray(start, end + 1))
  })

  it.each([`bytes=${size}-`, 'bytes=9999-99999', 'bytes=-0'])('has no %s', async (range) => {
    const answer = await media({ range })
    expect(answer.statusCode).toBe(416)
    expect(answer.headers['content-range']).toBe(`bytes */${size}`)
    expect(answer.json()).toMatchObject({ code: 'range_not_satisfiable' })
  })

  it.each(['bytes=0-1,4-5', 'bytes=5-1', 'bytes=', 'bytes=-', 'bytes=a-b', 'lines=0-1', 'junk'])(
    'comes whole to %s',
    async (range) => {
      const answer = await media({ range })
      expect([answer.statusCode, answer.rawPayload.length]).toEqual([200, size])
    },
  )

  it('comes in part only to a client that has the same bytes already', async () => {
    const etag = String((await media()).headers.etag)
    const range = 'bytes=0-9'
    expect((await media({ range, 'if-range': etag })).statusCode).toBe(206)
    for (const other of ['"other"', `W/${etag}`, 'Thu, 01 Nov 2018 00:00:00 GMT']) {
      expect((await media({ range, 'if-range': other })).statusCode).toBe(200)
    }
  })

  it('gives its length to HEAD, over a real connection too', async () => {
    const path = `${RECORDINGS}/${testGuid(800)}/Media`
    const answer = await host.app.inject({ method: 'HEAD', url: path, headers: basic('manager') })
    expect([answer.statusCode, answer.headers['content-length'], answer.body]).toEqual([
      200,
      String(size),
      '',
    ])
    const raw = await exchange(port, rawGet(path, basic('manager')).replace('GET', 'HEAD'))
    expect(raw).toMatch(new RegExp(`content-length: ${size}\\r\\n[^]*\\r\\n\\r\\n$`, 'i'))
  })
})

describe('methods', () => {
  it.each(['', '?page=0&pageSize=5', `/${testGuid(800)}`])(
    'answers HEAD of %j as GET without its body',
    async (path) => {
      const url = `${RECORDINGS}${path}`
      const [head, full] = await Promise.all([
        host.app.inject({ method: 'HEAD', url, headers: basic('manager') }),
        get(url),
      ])
      expect([head.statusCode, head.body]).toEqual([full.statusCode, ''])
      expect(head.headers['content-type']).toBe(full.headers['content-type'])
    },
  )

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'] as const)(
    'answers 405 to %s',
    async (method) => {
      for (const path of ['', `/${testGuid(800)}`, `/${testGuid(800)}/Media`]) {
        const answer = await host.app.inject({
          method,
          url: `${RECORDINGS}${path}`,
          headers: basic('manager'),
        })
        expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
      }
    },
  )

  it('answers 404 to any method where nothing is', async () => {
    for (const method of ['GET', 'POST', 'DELETE', 'PROPFIND'] as const) {
      const answer = await host.app.inject({
        method,
        url: '/fw/Apps/Recorder/WebAPI/Other',
        headers: basic('manager'),
      })
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'not_found'])
    }
  })
})

describe('live recordings', () => {
  it.each([
    ['manager', 200],
    ['supervisor', 403],
    ['agent', 403],
    ['guest', 403],
    ['nobody', 401],
  ])('answers %s with %i', async (user, status) => {
    const answer = await get('/fw/Apps/Recorder/WebAPI/LiveRecordings?deviceName=SEP', basic(user))
    expect(answer.statusCode).toBe(status)
    if (status === 200) expect(answer.json()).toEqual([])
  })
})
