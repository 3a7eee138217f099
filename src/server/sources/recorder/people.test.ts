/** People in front of a recorder: what each user was shown, and the administrator's list. */
import { afterEach, describe, expect, it } from 'vitest'
import { PEOPLE, recordingEndpoint, RECORDINGS } from '../../../contract/endpoints.ts'
import type { Person } from '../../../contract/people.ts'
import { basic, ownPage } from '../../../testing/host.ts'
import { recorderFault } from '../../../testing/recorder/faults.ts'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import {
  ask,
  json,
  outcome,
  relayHost,
  type Answered,
  type Relay,
  type TestRelayOptions,
} from '../../../testing/relay.ts'

const ids = ['75A90276-E47E-4e9e-B463-E3C743D5FF3A', '966B4AF0-CC56-4724-A640-7025142652EF'] as const
const maria = { username: 'MRossi', firstName: 'Maria', lastName: 'Rossi', group: 'Sales' }
const recordings = makeCalls(
  { id: ids[0], owner: maria },
  { id: ids[1], owner: { username: 'tmüller' } },
  { owner: null },
)

const listed: readonly Person[] = [
  { username: 'TMüller', name: 'Müller, Thomas', group: 'Support' },
  { username: 'absent', name: 'Absent, Anna', group: null },
]

let relay: Relay
afterEach(() => relay.close())
const open = async (options: TestRelayOptions = {}): Promise<void> => {
  relay = await relayHost({ recorder: { recordings }, ...options })
}

type Headers = Readonly<Record<string, string>>
const list = (headers: Headers, query = ''): Promise<Answered> =>
  ask(relay, `${RECORDINGS}?page=0&pageSize=50${query}`, headers)
const find = async (headers: Headers, q = ''): Promise<readonly Person[]> => {
  const answer = await ask(relay, `${PEOPLE}?${new URLSearchParams({ q }).toString()}`, headers)
  expect(answer.status, answer.body.toString()).toBe(200)
  return json(answer) as unknown as Person[]
}
const names = async (headers: Headers, q = ''): Promise<string[]> =>
  (await find(headers, q)).map(({ username }) => username)

describe('a user in front of a recorder finds', () => {
  it('the owners of the rows that they were shown, and a name once they opened a recording', async () => {
    await open()
    const ada = await relay.enter('ada')
    expect(await names(ada)).toEqual([])
    const first = json(await list(ada))
    expect(first.owners).toEqual({})
    expect(Date.parse(String(first.asOf))).toBe(relay.nowMs)
    expect(await names(ada)).toEqual(['MRossi', 'tmüller'])
    await ask(relay, recordingEndpoint(ids[0]), ada)
    expect(await find(ada, 'maria ro')).toEqual([
      { username: 'MRossi', name: 'Rossi, Maria', group: 'Sales' },
    ])
    expect(json(await list(ada)).owners).toEqual({ MRossi: 'Rossi, Maria' })
  })

  it('nobody whom only another user was shown', async () => {
    await open()
    const [ada, boss, own] = [
      await relay.enter('ada'),
      await relay.enter('boss'),
      await relay.enter('mrossi'),
    ]
    await list(ada)
    await ask(relay, recordingEndpoint(ids[0]), ada)
    expect(await names(boss)).toEqual([])
    expect(json(await list(boss)).owners).toEqual({})
    await list(own)
    expect(await names(own)).toEqual(['MRossi'])
    expect(await names(own, 'maria')).toEqual([])
    // Another spelling may be another person.
    expect(await names(await relay.enter('ADA'))).toEqual([])
  })

  it('nobody from a count, which shows no rows', async () => {
    await open()
    const ada = await relay.enter('ada')
    await list(ada, '&ownerUsername=nobody')
    await list({ ...ada, 'search-purpose': 'count' }, '&direction=1')
    expect(await names(ada)).toEqual([])
  })

  it('nobody any more after signing out, or half an hour away', async () => {
    await open()
    const ada = await relay.enter('ada')
    await list(ada)
    await ask(relay, '/auth/logout', { ...ada, ...ownPage }, { method: 'POST' })
    const again = await relay.enter('ada')
    expect(await names(again)).toEqual([])
    await list(again)
    relay.steadyMs += 29 * 60_000
    expect(await names(again)).toHaveLength(2)
    relay.steadyMs += 31 * 60_000
    expect(await names(again)).toEqual([])
  })

  it('nobody once the recorder refuses the password', async () => {
    await open()
    const ada = await relay.enter('ada')
    await list(ada)
    // Somebody else's guess changes nothing.
    expect(outcome(await ask(relay, PEOPLE, basic('ada', 'guess')))).toMatch(/^401/)
    expect(await names(ada)).toHaveLength(2)
    relay.recorder.setPassword('ada', 'changed')
    expect(outcome(await list(ada))).toBe('401 signed_out')
    expect(await names(await relay.enter('ada', 'changed'))).toEqual([])
  })
})

describe('the administrator’s list', () => {
  it('is found by everybody who may search, and names the owners of their rows', async () => {
    await open({ people: listed })
    const ada = await relay.enter('ada')
    // The recorder has not said yet whether this user may search.
    expect(await names(ada)).toEqual([])
    expect(json(await list(ada)).owners).toEqual({ tmüller: 'Müller, Thomas' })
    expect(await names(ada)).toEqual(['absent', 'MRossi', 'TMüller'])
    expect(await find(ada, 'thomas')).toEqual([listed[0]])
    expect(await names(basic('boss'), 'absent')).toEqual(['absent'])
  })

  it('is closed to users without the right to search, whatever way they come in', async () => {
    await open({ people: listed })
    expect(outcome(await ask(relay, PEOPLE, basic('guest')))).toBe('403 forbidden')
    const guest = await relay.enter('guest')
    expect(outcome(await ask(relay, PEOPLE, guest))).toBe('403 forbidden')
    await relay.restart()
    const later = await relay.enter('guest')
    expect(await names(later)).toEqual([])
    const refused = await list(later)
    const answer = await ask(relay, PEOPLE, later)
    expect(outcome(answer)).toBe('403 forbidden')
    expect(json(answer).message).toBe(json(refused).message)
  })

  it('is closed again to a user who has lost that right', async () => {
    await open({ people: listed })
    const ada = await relay.enter('ada')
    await list(ada)
    expect(await names(ada)).toHaveLength(3)
    relay.recorder.on('list', recorderFault.status(403))
    expect(outcome(await list(ada))).toBe('403 forbidden')
    expect(outcome(await ask(relay, PEOPLE, ada))).toBe('403 forbidden')
    relay.recorder.heal()
    await list(ada)
    expect(await names(ada)).toHaveLength(3)
  })

  it('takes no name away that the recorder has told', async () => {
    await open({ people: [{ username: 'mrossi', name: 'Other, Name', group: null }] })
    const ada = await relay.enter('ada')
    expect(json(await list(ada)).owners).toEqual({ MRossi: 'Other, Name' })
    await ask(relay, recordingEndpoint(ids[0]), ada)
    expect(json(await list(ada)).owners).toEqual({ MRossi: 'Rossi, Maria' })
    expect(await names(ada, 'other')).toEqual([])
  })
})

it('asks the recorder nothing, and sends a program’s list on as it is', async () => {
  await open({ people: listed })
  const ada = await relay.enter('ada')
  await list(ada)
  const before = relay.recorder.requests.length
  await names(ada)
  await names(ada, 'ross')
  expect(relay.recorder.requests).toHaveLength(before)
  expect(
    relay.recorder.requests.filter(({ path, query }) => /api\/|people|owners=/.test(path + query)),
  ).toEqual([])
  const { body } = await list(basic('boss'))
  const { totalCount, recordings: rows } = JSON.parse(body.toString()) as {
    totalCount: number
    recordings: object[]
  }
  expect(body.toString()).toBe(JSON.stringify({ totalCount, recordings: rows }))
})
