/** Requests to the recorder are rebuilt from the parsed search, and contain nothing else of the client's request. */
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault } from '../../../testing/recorder/faults.ts'
import type { Seen } from '../../../testing/recorder/seen.ts'
import { RECORDINGS } from '../../../contract/endpoints.ts'
import { filterNames } from '../../../contract/search.ts'
import { ask, json, relayHost, type Relay } from '../../../testing/relay.ts'

const recordings = makeCalls({ id: '75A90276-E47E-4e9e-B463-E3C743D5FF3A' }, {})
const id = '75A90276-E47E-4e9e-B463-E3C743D5FF3A'

let relay: Relay
let cookie: { cookie: string }
beforeAll(async () => {
  relay = await relayHost({ recorder: { recordings }, remoteParameter: 'remotePartyNumber' })
  cookie = await relay.enter('ada')
})
afterAll(() => relay.close())

let before = 0
afterEach(() => {
  before = relay.recorder.requests.length
})
const seen = (): readonly Seen[] => relay.recorder.requests.slice(before)

const sent = async (query: string): Promise<string | undefined> => {
  await ask(relay, `${RECORDINGS}?${query}`, cookie)
  return seen().at(-1)?.query
}

describe('the query', () => {
  const first = 'page=0&pageSize=5'
  it.each([
    ['as it is', first, first],
    ['in the order of the contract', 'pageSize=5&direction=1&page=0', `direction=1&${first}`],
    ['without unknown parameters', `${first}&redirect=https://evil.test/&format=xml&_=1`, first],
    ['without what looks like a filter', `${first}&Direction=1&direction%00=1&direction[]=1`, first],
    [
      'with the first of several',
      `${first}&page=3&pageSize=9&direction=1&direction=2`,
      `direction=1&${first}`,
    ],
    ['with a raw plus escaped', `${first}&remotePartyNumber=+39055`, `remotePartyNumber=%2B39055&${first}`],
    ['with an escaped plus', `${first}&remotePartyNumber=%2B39055`, `remotePartyNumber=%2B39055&${first}`],
    ['under one name', `${first}&remoteParty=02`, `remotePartyNumber=02&${first}`],
    ['with an operator', `${first}&remotePartyNumber=contains:02`, `remotePartyNumber=contains:02&${first}`],
    ['without an operator that changes nothing', `${first}&direction=equals:2`, `direction=2&${first}`],
    [
      'with a text that cannot end its parameter',
      `${first}&ownerUsername=a%26direction%3D2%23%0d%0aHost:%20evil`,
      `ownerUsername=a%26direction%3D2%23%0D%0AHost:%20evil&${first}`,
    ],
    [
      'with a path that stays text',
      `${first}&ownerUsername=..%2f..%2fadmin`,
      `ownerUsername=../../admin&${first}`,
    ],
    [
      'with instants in UTC',
      `${first}&startTime=between:2018-11-01T01:00:00%2b01:00;2018-11-02`,
      `startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&${first}`,
    ],
    [
      'with an offset whose plus became a space',
      `${first}&endTime=before:2018-11-01T01:00:00+01:00`,
      `endTime=before:2018-11-01T00:00:00Z&${first}`,
    ],
    ['with a page of its own', 'pageSize=7', 'page=0&pageSize=7'],
    [
      'with what follows a second question mark',
      `${first}&ownerUsername=a?b=c`,
      `ownerUsername=a%3Fb%3Dc&${first}`,
    ],
  ])('goes on %s', async (_name, query, expected) => {
    expect(await sent(query)).toBe(expected)
    expect(seen()).toHaveLength(1)
  })

  it.each([
    ['page=-1&pageSize=5', 1],
    ['page=0&pageSize=0', 1],
    ['page=0&pageSize=abc', 1],
    ['page=0', 1],
    ['page=0&pageSize=1001', 1],
    ['direction=1', 1],
    ['page=0&pageSize=5&direction=9', 0],
    ['page=0&pageSize=5&startTime=before:2018/45/01', 0],
    ['page=0&pageSize=5&startTime=between:2018-11-02;2018-11-01', 0],
    ['page=0&pageSize=5&localPartyNumber=contains:22', 0],
    ['page=0&pageSize=5&ownerUsername=', 0],
    ['page=-1&pageSize=5&direction=9', 0],
  ])('%s is refused here, with reason %i', async (query, reason) => {
    const answer = await ask(relay, `${RECORDINGS}?${query}`, cookie)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body.toString())).toMatchObject({ reason })
    expect(seen()).toEqual([])
  })

  it('is refused with the name of the filter', async () => {
    const answer = await ask(relay, `${RECORDINGS}?${first}&remoteParty=contains:`, cookie)
    expect(json(answer)).toMatchObject({ reason: 0, filter: 'remotePartyNumber' })
  })

  const both = `${first}&direction=1&localPartyNumber=202`
  const no = { reason: 0, message: 'localPartyNumber is not accepted.' }
  it.each([
    ['the only one in the search', `${first}&direction=1`, no, 'direction'],
    ['none if it names none of several', both, no, undefined],
    ['the one that it names', both, { ...no, filter: 'localPartyNumber' }, 'localPartyNumber'],
    ['none if it names one that is not in the search', both, { ...no, filter: 'startTime' }, undefined],
    ['none if it names no filter', both, { ...no, filter: ['direction'] }, undefined],
    ['none if the page is refused', `${first}&direction=1`, { ...no, reason: 1 }, undefined],
  ])('is refused by the recorder for %s', async (_name, query, body, filter) => {
    relay.recorder.on('list', recorderFault.json(400, body), 1)
    const answer = await ask(relay, `${RECORDINGS}?${query}`, cookie)
    expect(answer.status).toBe(400)
    expect(json(answer)).toEqual({ reason: body.reason, message: body.message, filter })
  })

  it('holds nothing but the contract’s parameters, each once, whatever is asked', async () => {
    const name = fc.oneof(
      fc.constantFrom(...filterNames, 'page', 'pageSize', 'redirect', 'remoteParty'),
      fc.string(),
    )
    const value = fc.oneof(
      fc.constantFrom('1', '0', 'contains:+39', '2026-11-23', '\r\n'),
      fc.string({ unit: 'binary' }),
    )
    const property = fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 6 }), async (pairs) => {
      const from = relay.recorder.requests.length
      const query = new URLSearchParams(
        [['page', '0'], ['pageSize', '5'], ...pairs].filter(([key]) => key !== ''),
      )
      const answer = await ask(relay, `${RECORDINGS}?${query.toString()}`, cookie)
      const asked = relay.recorder.requests.slice(from)
      expect(asked.length).toBeLessThanOrEqual(answer.status === 400 ? 0 : 1)
      for (const { params, query: text, path } of asked) {
        const names = [...params.keys()]
        expect(new Set(names).size).toBe(names.length)
        expect(names.filter((key) => ![...filterNames, 'page', 'pageSize'].includes(key))).toEqual([])
        expect(text).not.toMatch(/[+\s#"<>]/)
        expect(path).toBe(RECORDINGS)
      }
    })
    await fc.assert(property, { numRuns: 100 })
  })
})

describe('the headers', () => {
  const client = {
    'user-agent': 'Mozilla/5.0',
    'x-forwarded-for': '10.0.0.1',
    forwarded: 'for=10.0.0.1',
    origin: 'https://evil.test',
    referer: 'https://portal.test/?secret',
    'accept-language': 'it',
    'accept-encoding': 'gzip, br',
    'if-none-match': '"x"',
    'if-range': '"x"',
    'search-purpose': 'count',
    traceparent: '00-1-1-01',
    'x-http-method-override': 'DELETE',
    connection: 'close, authorization',
    te: 'trailers',
    'sec-fetch-site': 'same-origin',
  }
  const detail = `${RECORDINGS}/${id}`

  it.each([
    ['the list', `${RECORDINGS}?page=0&pageSize=5`, 'application/json'],
    ['a recording', detail, 'application/json'],
    ['its audio', `${detail}/Media?download=1&token=secret`, 'audio/mpeg'],
  ])('of %s are the relay’s own', async (_name, path, accept) => {
    expect((await ask(relay, path, { ...cookie, ...client, range: 'bytes=0-9' })).status).toBeLessThan(300)
    const [asked, ...more] = seen()
    expect(more).toEqual([])
    expect(asked?.headers).toEqual({
      accept,
      'accept-encoding': 'identity',
      authorization: `Basic ${Buffer.from('ada:demo').toString('base64')}`,
      host: `127.0.0.1:${relay.recorder.port}`,
      connection: 'keep-alive',
    })
    expect(asked?.method).toBe('GET')
    if (path !== `${RECORDINGS}?page=0&pageSize=5`) expect(asked?.query).toBe('')
  })
})

describe('an id', () => {
  it.each([
    ['%2e%2e%2fUsers'],
    ['..%2f..%2fadmin'],
    [`${id}%2fMedia`],
    [`${id}%00`],
    [`${id}%0d%0aX-Evil:%201`],
    [`${id}%3fadmin=1`],
    [`{${id}}`],
    [id.slice(1)],
    ['%D9%A1%D9%A2'],
    ['x'.repeat(500)],
  ])('%s is refused here', async (odd) => {
    for (const path of [`${RECORDINGS}/${odd}`, `${RECORDINGS}/${odd}/Media`]) {
      expect((await ask(relay, path, cookie)).status).toBe(400)
    }
    expect(seen()).toEqual([])
  })

  it.each([
    [`${RECORDINGS}/${id}/Media/..`],
    [`${RECORDINGS}/${id}/../../Users`],
    [`${RECORDINGS}/${id}//Media`],
    [`//evil.test${RECORDINGS}`],
    [`/fw/Apps/Recorder/WebAPI/Users`],
    [`/fw/Apps/Recorder/Admin`],
  ])('%s leads nowhere', async (path) => {
    expect((await ask(relay, path, cookie)).status).toBe(404)
    expect(seen()).toEqual([])
  })

  it('is requested in its own spelling, in any case', async () => {
    for (const written of [id, id.toLowerCase(), id.toUpperCase()]) {
      expect((await ask(relay, `${RECORDINGS}/${written}?redirect=1`, cookie)).status).toBe(200)
      expect(seen().at(-1)).toMatchObject({ path: `${RECORDINGS}/${written}`, query: '' })
    }
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('is never requested by %s', async (method) => {
    const answer = await ask(
      relay,
      `${RECORDINGS}/${id}`,
      { ...cookie, 'sec-fetch-site': 'same-origin' },
      { method },
    )
    expect(answer.status).toBe(405)
    expect(seen()).toEqual([])
  })
})
