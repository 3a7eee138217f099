/**
 * The host's answers over HTTP, without a page, from both sources. The page's own tests run only with the embedded
 * store, and rely on these.
 */
import type { APIResponse } from 'playwright'
import { askApi, askStore, BASE, enter, postSignIn } from './api.ts'
import { expect, test } from './fixtures.ts'
import { refusalCodes } from './sources.ts'
import { vendorQuery, vendorRows } from '../src/testing/vendor-example.ts'

const exampleId = '75A90276-E47E-4e9e-B463-E3C743D5FF3A'

/** Every filter with all its operators, the days when the clocks change, and pages of every kind. */
const searches = [
  '',
  vendorQuery,
  'direction=0',
  'direction=1&page=2',
  'direction=2&page=3&pageSize=25',
  'page=99999',
  'startTime=after:2026-11-20T14:30:00%2B01:00',
  'startTime=before:2026-11-20T14:30:00%2B01:00',
  'startTime=between:2026-03-28T23:00:00Z;2026-03-29T22:00:00Z',
  'startTime=between:2026-10-24T22:00:00Z;2026-10-25T23:00:00Z',
  'startTime=between:2026-11-16T23:00:00Z;2026-11-23T23:00:00Z',
  'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&page=1',
  'endTime=after:2026-11-20T00:00:00Z',
  'endTime=between:2026-10-24T22:00:00Z;2026-11-23T23:00:00Z&localPartyNumber=229',
  'localPartyNumber=225',
  'ownerUsername=AGENT',
  'ownerUsername=nobody-at-all&direction=1',
  'remotePartyNumber=980200',
  'remotePartyNumber=contains:%2B39055',
  'remotePartyNumber=contains:0244548866',
  'startTime=between:2026-10-24T22:00:00Z;2026-11-23T23:00:00Z&direction=1&ownerUsername=agent',
]
/** The query as the page sends it, always with a page. */
const paged = (search: string): string =>
  [search, /\bpage=/.test(search) ? '' : 'page=0', /\bpageSize=/.test(search) ? '' : 'pageSize=50']
    .filter(Boolean)
    .join('&')

const isData = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

/** Expects that status and the headers of data. @returns the JSON. */
async function dataOf(answer: APIResponse, status = 200): Promise<unknown> {
  expect(answer.status(), answer.url()).toBe(status)
  expect(answer.headers()).toMatchObject(isData)
  return answer.json()
}

type Answer = Readonly<Record<string, unknown>>

test('every search is answered as the store answers it, rows and totals', async ({ request, host }) => {
  for (const search of searches) {
    await test.step(search, async () => {
      const query = paged(search)
      const { asOf, owners, ...answer } = (await dataOf(await request.get(`${BASE}?${query}`))) as Answer
      expect(answer).toEqual(await askApi(host, query))
      // The host's own fields, for sessions only.
      expect([asOf, owners]).toEqual([expect.any(String), expect.any(Object)])
    })
  }
})

test('the vendor’s first example is answered to the letter', async ({ request }) => {
  expect(await dataOf(await request.get(`${BASE}?${vendorQuery}`))).toEqual({
    asOf: expect.any(String),
    owners: expect.any(Object),
    totalCount: 50,
    recordings: vendorRows,
  })
})

test('an impossible search or page is refused with a reason', async ({ request }) => {
  for (const [query, reason, filter] of [
    ['page=0&pageSize=50&direction=9', 0, 'direction'],
    ['page=0&pageSize=50&startTime=between:2026-11-20T00:00:00Z;2026-11-10T00:00:00Z', 0, 'startTime'],
    ['page=-1&pageSize=50', 1, undefined],
    ['page=0&pageSize=abc', 1, undefined],
  ] as const) {
    const answer = await dataOf(await request.get(`${BASE}?${query}`), 400)
    expect(answer, query).toEqual({ reason, message: expect.any(String), filter })
  }
})

test('a recording is answered as the store answers it, by any spelling of its id', async ({
  request,
  host,
}) => {
  for (const id of [exampleId, exampleId.toLowerCase()]) {
    const answer = await dataOf(await request.get(`${BASE}/${id}`))
    expect(answer).toEqual(await (await askStore(host, `/${id}`)).json())
    expect(answer).toMatchObject({
      id: exampleId,
      referenceNumber: '2017000000175',
      startTime: '2018-11-01T16:39:15.0000000+02:00',
      duration: 'PT1M31.87S',
      owner: { username: 'user1', firstName: 'Ugo', lastName: 'Primo', group: 'Support' },
    })
  }
  const none = await request.get(`${BASE}/42`)
  expect(await dataOf(none, 400)).toMatchObject({ code: expect.any(String) })
  const missing = await request.get(`${BASE}/00000000-0000-4000-8000-000000000000`)
  expect(await dataOf(missing, 404)).toMatchObject({ code: 'not_found' })
})

test('audio comes whole or in parts, to be heard or saved under its reference', async ({ request, host }) => {
  const path = `/${exampleId}/Media`
  const bytes = Buffer.from(await (await askStore(host, path)).arrayBuffer())
  const isAudio = { 'content-type': 'audio/mpeg', 'accept-ranges': 'bytes', 'cache-control': 'no-store' }

  const whole = await request.get(`${BASE}${path}`)
  expect(whole.status()).toBe(200)
  expect(whole.headers()).toMatchObject({
    ...isAudio,
    'content-length': String(bytes.length),
    'content-disposition': 'inline; filename="2017000000175.mp3"',
  })
  expect((await whole.body()).equals(bytes)).toBe(true)

  for (const [range, start, end] of [
    ['bytes=0-', 0, bytes.length - 1],
    ['bytes=100-199', 100, 199],
    ['bytes=-5', bytes.length - 5, bytes.length - 1],
  ] as const) {
    const part = await request.get(`${BASE}${path}`, { headers: { range } })
    expect(part.status(), range).toBe(206)
    expect(part.headers()).toMatchObject({
      ...isAudio,
      'content-range': `bytes ${start}-${end}/${bytes.length}`,
    })
    expect((await part.body()).equals(bytes.subarray(start, end + 1)), range).toBe(true)
  }

  const saved = await request.get(`${BASE}${path}?download=1`)
  expect(saved.headers()['content-disposition']).toBe('attachment; filename="2017000000175.mp3"')
  expect((await saved.body()).equals(bytes)).toBe(true)

  const beyond = await request.get(`${BASE}${path}`, { headers: { range: `bytes=${bytes.length}-` } })
  expect(beyond.status()).toBe(416)
  expect(beyond.headers()['content-range']).toBe(`bytes */${bytes.length}`)
})

test('the document and its frame carry the same policy whatever answers behind them', async ({
  request,
  portal,
}) => {
  const policyOf = async (path: string): Promise<string> => {
    const answer = await request.get(path, { headers: { accept: 'text/html' } })
    expect(answer.status()).toBe(200)
    expect(await answer.text()).toContain('name="boot"')
    return answer.headers()['content-security-policy'] ?? ''
  }
  expect(await policyOf('/recordings')).toContain("frame-ancestors 'none'")
  const framed = await policyOf('/embed/v1/recordings')
  expect(framed).toContain(`frame-ancestors http://localhost:${portal.port}`)
  expect(framed).toContain("default-src 'none'")
})

test.describe('signed out', () => {
  test.use({ account: null })

  test('the host answers nothing, and makes no browser ask for a password', async ({ request }) => {
    const headers = { 'sec-fetch-site': 'same-origin' }
    for (const path of ['?page=0&pageSize=50', `/${exampleId}`, `/${exampleId}/Media`]) {
      const answer = await request.get(`${BASE}${path}`, { headers })
      expect(await dataOf(answer, 401)).toMatchObject({ code: 'signed_out' })
      expect(answer.headers()['www-authenticate']).toBe('Session realm="recordings"')
    }
  })

  test('a sign-in opens a session of this browser, and a sign-out ends it', async ({ request, source }) => {
    const headers = { 'sec-fetch-site': 'same-origin' }
    const wrong = await postSignIn(request, { username: 'manager', password: 'wrong' })
    expect(await dataOf(wrong, 401)).toMatchObject({ code: refusalCodes[source] })

    await enter(request, 'manager')
    const [cookie] = (await request.storageState()).cookies
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', expires: -1 })
    const list = `${BASE}?page=0&pageSize=1`
    await dataOf(await request.get(list))

    const cookies = { cookie: `${cookie?.name}=${cookie?.value}` }
    expect((await request.post('/auth/logout', { headers })).status()).toBe(204)
    expect((await request.storageState()).cookies).toEqual([])
    await dataOf(await request.get(list, { headers: cookies }), 401)
  })
})
