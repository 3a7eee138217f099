/** Finding people, and the names that come with a list, over the embedded store. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PEOPLE, RECORDINGS } from '../../contract/endpoints.ts'
import type { Person } from '../../contract/people.ts'
import { openForWriting } from '../sources/sqlite/database.ts'
import { Directory } from '../sources/sqlite/directory.ts'
import { basic, ownPage, sessionOf, testHost, type TestHost } from '../../testing/host.ts'
import type { TestRecording } from '../../testing/store.ts'

const owners = [
  { username: 'mrossi', firstName: 'Maria', lastName: 'Rossi', group: 'Sales' },
  { username: 'jlefevre', firstName: 'José', lastName: 'Lefèvre', group: 'sales' },
  { username: 'x_100%', firstName: 'Anna', lastName: 'Rossini', group: 'Support' },
  { username: 'nameless', group: 'Support' },
  { username: 'Grouples', lastName: 'Solo' },
]
const recordings: TestRecording[] = [
  ...owners.map((owner) => ({ owner })),
  { owner: null },
  // The store keeps how the recorder spelled the owner of each call.
  { owner: { username: 'MRossi' } },
]

let host: TestHost
const cookies: Record<string, { cookie: string }> = {}
beforeAll(async () => {
  host = await testHost({ recordings })
})
beforeEach(async () => {
  for (const user of ['manager', 'supervisor', 'agent', 'guest'])
    cookies[user] ??= { ...ownPage, ...(await sessionOf(host.app, user)) }
})
afterAll(() => host.close())

const get = (url: string, headers: Record<string, string> = {}) => host.app.inject({ url, headers })
const ask = (query: string, user = 'manager') => get(`${PEOPLE}?${query}`, cookies[user])
async function find(q: string, user = 'manager', limit = 50): Promise<string[]> {
  const answer = await ask(new URLSearchParams({ q, limit: String(limit) }).toString(), user)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<Person[]>().map(({ username }) => username)
}

describe('people', () => {
  it('are answered with their names and groups', async () => {
    const answer = await ask('q=lefevre')
    expect(answer.json()).toEqual([{ username: 'jlefevre', name: 'Lefèvre, José', group: 'Sales' }])
    expect((await ask('q=nameless')).json()).toEqual([{ username: 'nameless', name: null, group: 'Support' }])
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'content-type': 'application/json; charset=utf-8',
    })
  })

  it.each([
    ['maria rossi', ['mrossi']],
    ['rossi ma', ['mrossi']],
    ['ROSSI', ['mrossi', 'x_100%']],
    ['jose', ['jlefevre']],
    ['%', ['x_100%']],
    ['_', ['x_100%']],
    ['%%', []],
    ['mrossi%', []],
    ["' OR 1=1 --", []],
  ])('are found by %j', async (q, expected) => {
    expect(await find(q)).toEqual(expected)
  })

  it('are read from a raw plus and an escaped one alike, and from the first of several', async () => {
    const both = await Promise.all(['q=rossi+ma', 'q=rossi%20ma', 'q=rossi+ma&q=solo&x=1'].map((q) => ask(q)))
    for (const answer of both) expect(answer.json()).toMatchObject([{ username: 'mrossi' }])
  })

  it('are all who own or may own recordings, without a word ten of them', async () => {
    const everybody = [
      'agent',
      'guest',
      'jlefevre',
      'nameless',
      'manager',
      'mrossi',
      'x_100%',
      'Grouples',
      'solo',
    ]
    expect(await find('')).toEqual([...everybody, 'supervisor'])
    expect((await get(PEOPLE, cookies['manager'])).json()).toHaveLength(10)
    expect(await find('', 'manager', 2)).toEqual(everybody.slice(0, 2))
  })

  it('are known as soon as another process has added them', async () => {
    expect(await find('newcomer')).toEqual([])
    const db = openForWriting(host.dataDir)
    new Directory(db).savePerson({ username: 'newcomer' })
    expect(await find('newcomer')).toEqual(['newcomer'])
    db.prepare("DELETE FROM people WHERE username = 'newcomer'").run()
    db.close()
    expect(await find('newcomer')).toEqual([])
  })

  it('are answered to programs too', async () => {
    const answer = await get(`${PEOPLE}?q=rossi+ma`, basic('supervisor'))
    expect(answer.json()).toMatchObject([{ username: 'mrossi' }])
    expect((await get(PEOPLE, basic('supervisor', 'wrong'))).statusCode).toBe(401)
    expect((await get(PEOPLE, basic('guest'))).statusCode).toBe(403)
  })
})

describe('people within the rights of', () => {
  it('an agent are the agent', async () => {
    expect(await find('', 'agent')).toEqual(['agent'])
    expect(await find('rossi', 'agent')).toEqual([])
  })

  it('a supervisor are those in the groups that the supervisor leads', async () => {
    expect(await find('', 'supervisor')).toEqual(['agent', 'jlefevre', 'mrossi'])
    expect(await find('rossini', 'supervisor')).toEqual([])
    expect(await find('x_100%', 'supervisor')).toEqual([])
  })

  it('a guest are nobody, in the words of the list', async () => {
    const answer = await ask('q=rossi', 'guest')
    const list = await get(`${RECORDINGS}?page=0&pageSize=1`, cookies['guest'])
    expect(answer.statusCode).toBe(403)
    expect({ ...answer.json<object>(), requestId: '' }).toEqual({ ...list.json<object>(), requestId: '' })
  })

  it('anybody never include somebody else, whatever is typed', async () => {
    const scopes = { agent: ['agent'], supervisor: ['agent', 'jlefevre', 'mrossi'] } as const
    const typed = fc.string({ unit: fc.constantFrom(...'aeimorsx_%, '), maxLength: 5 })
    const property = fc.asyncProperty(typed, fc.constantFrom('agent', 'supervisor'), async (q, user) => {
      const found = await find(q, user)
      expect(found.filter((name) => !scopes[user].some((own) => own === name))).toEqual([])
    })
    await fc.assert(property, { numRuns: 100 })
  })
})

describe('a search for people is refused', () => {
  it.each(['limit=0', 'limit=51', 'limit=-1', 'limit=', 'limit=1.5', 'limit=ten', 'limit=9999999999'])(
    'with %s',
    async (query) => {
      const answer = await ask(query)
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({
        code: 'invalid_request',
        message: 'limit takes a whole number from 1 to 50.',
      })
    },
  )

  it('for more than 100 characters', async () => {
    expect((await ask(`q=${'a'.repeat(100)}`)).statusCode).toBe(200)
    const answer = await ask(`q=${'a'.repeat(101)}`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ message: 'q takes up to 100 characters.' })
  })

  it('without a session, from another site, and by another method', async () => {
    expect((await get(PEOPLE)).statusCode).toBe(401)
    const elsewhere = { ...cookies['manager'], 'sec-fetch-site': 'cross-site' }
    expect((await get(PEOPLE, elsewhere)).json()).toMatchObject({ code: 'cross_origin' })
    const posted = await host.app.inject({ method: 'POST', url: PEOPLE, headers: cookies['manager'] ?? {} })
    expect(posted.statusCode).toBe(405)
    expect(posted.headers.allow).toBe('GET, HEAD')
    expect((await get('/api/other', cookies['manager'])).statusCode).toBe(404)
  })
})

describe('a list', () => {
  const page = `${RECORDINGS}?page=0&pageSize=50`

  it('brings a session the names of its owners, as the rows spell them, and its instant', async () => {
    const answer = await get(page, cookies['manager'])
    const { asOf, owners: names } = answer.json<{ asOf: string; owners: Record<string, string> }>()
    expect(Date.parse(asOf)).toBe(host.nowMs)
    expect(names).toEqual({
      mrossi: 'Rossi, Maria',
      MRossi: 'Rossi, Maria',
      jlefevre: 'Lefèvre, José',
      'x_100%': 'Rossini, Anna',
      Grouples: 'Solo',
    })
  })

  it('names nobody who is on another page', async () => {
    const answer = await get(`${page}&ownerUsername=jlefevre`, cookies['manager'])
    expect(answer.json()).toMatchObject({ owners: { jlefevre: 'Lefèvre, José' } })
    expect((await get(`${page}&direction=2`, cookies['manager'])).json()).toMatchObject({ owners: {} })
  })

  it('brings a program what it always did, to the byte', async () => {
    for (const query of ['', '?page=0&pageSize=50', '?page=0&pageSize=1001']) {
      const { body } = await get(`${RECORDINGS}${query}`, basic('manager'))
      const { totalCount, recordings: rows } = JSON.parse(body) as {
        totalCount: number
        recordings: object[]
      }
      expect(rows).toHaveLength(7)
      expect(body).toBe(JSON.stringify({ totalCount, recordings: rows }))
    }
  })
})
