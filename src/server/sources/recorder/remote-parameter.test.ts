/** The relay finds out once how the recorder calls the remote number, but not by a user who finds nothing. */
import { afterEach, describe, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault } from '../../../testing/recorder/faults.ts'
import type { Quirks } from '../../../testing/recorder/quirks.ts'
import {
  askFirstPage,
  json,
  outcome,
  relayHost,
  type Relay,
  type TestRelayOptions,
} from '../../../testing/relay.ts'

const recordings = makeCalls(
  { remotePartyNumber: '+39055' },
  { remotePartyNumber: '980200' },
  { remotePartyNumber: null },
)

let relay: Relay
afterEach(() => relay.close())
const open = async (quirks: Partial<Quirks>, options: TestRelayOptions = {}): Promise<Relay> => {
  relay = await relayHost({ ...options, recorder: { recordings, quirks, ...options.recorder } })
  return relay
}

const byNumber = async (user = 'ada', number = 'contains:39055') =>
  askFirstPage(relay, await relay.enter(user), `remotePartyNumber=${number}`)
const queries = (): string[] =>
  relay.recorder.requests.map(({ params }) => {
    const [name = ''] = [...params.keys()].filter((key) => key.startsWith('remote'))
    return name === '' ? 'all' : `${name} ${(params.get(name) ?? '').replace(/^none-.*/, 'impossible')}`
  })
const isOld = (params: URLSearchParams): boolean => params.has('remotePartyNumber')
const found = { totalCount: 1, recordings: [{ remotePartyNumber: '+39055' }] }

describe('the remote parameter', () => {
  it('is remotePartyNumber if an impossible value of it finds nothing', async () => {
    await open({})
    expect(json(await byNumber())).toMatchObject(found)
    expect(queries()).toEqual(['remotePartyNumber impossible', 'all', 'remotePartyNumber contains:39055'])
  })

  it.each(['ignored', 'refused'] as const)(
    'is remoteParty if the other name is %s',
    async (unknownParameter) => {
      await open({ remoteParameter: 'remoteParty', unknownParameter })
      expect(json(await byNumber())).toMatchObject(found)
      expect(queries()).toEqual([
        'remotePartyNumber impossible',
        'remoteParty impossible',
        'all',
        'remoteParty contains:39055',
      ])
    },
  )

  it.each(['ignored', 'refused'] as const)(
    'is an error if both names are %s, and no row is shown',
    async (unknownParameter) => {
      await open({ remoteParameter: 'neither', unknownParameter })
      for (let count = 0; count < 2; count += 1) {
        const answer = await byNumber()
        expect(outcome(answer)).toBe('502 recorder_failed')
        expect(answer.body.toString()).toMatch(/neither remotePartyNumber nor remoteParty/)
      }
      expect(outcome(await askFirstPage(relay, await relay.enter('ada'), 'direction=1'))).toBe('200')
    },
  )

  it('is found out once for all users', async () => {
    await open({ remoteParameter: 'remoteParty' })
    await byNumber()
    for (const user of ['ada', 'boss', 'mrossi']) expect(outcome(await byNumber(user))).toBe('200')
    expect(relay.recorder.requests).toHaveLength(4 + 3)
  })

  it('is found out once for concurrent searches', async () => {
    await open({ remoteParameter: 'remoteParty' })
    const answers = await Promise.all(['ada', 'boss', 'mrossi', 'ada', 'boss'].map((user) => byNumber(user)))
    expect(answers.map(outcome)).toEqual(Array.from({ length: 5 }, () => '200'))
    expect(queries().filter((query) => query.endsWith('impossible'))).toHaveLength(2)
  })

  it('is not looked for by a search without it', async () => {
    await open({})
    expect(
      outcome(await askFirstPage(relay, await relay.enter('ada'), 'direction=1&localPartyNumber=201')),
    ).toBe('200')
    expect(queries()).toEqual(['all'])
  })

  it('is not decided by a user who finds nothing', async () => {
    await open({ remoteParameter: 'remoteParty' })
    expect(json(await byNumber('nobody'))).toMatchObject({ totalCount: 0, recordings: [] })
    expect(json(await byNumber('ada'))).toMatchObject(found)
    expect(json(await byNumber('nobody'))).toMatchObject({ totalCount: 0, recordings: [] })
    expect(queries().filter((query) => query === 'remoteParty impossible')).toHaveLength(1)
    expect(queries().at(-1)).toBe('remoteParty contains:39055')
  })

  it('is not decided for waiting users by a user who finds nothing', async () => {
    await open({ remoteParameter: 'remoteParty' })
    relay.recorder.on('list', recorderFault.hold, 1)
    const empty = byNumber('nobody')
    await expect.poll(() => relay.recorder.held()).toBe(1)
    const full = byNumber('ada')
    relay.recorder.release()
    expect(json(await empty)).toMatchObject({ totalCount: 0 })
    expect(json(await full)).toMatchObject(found)
  })

  it('is found out by a waiting request if the first one fails or leaves', async () => {
    await open({ remoteParameter: 'remoteParty' })
    relay.recorder.on('list', [recorderFault.hold, recorderFault.status(500)], 1)
    const [first, second] = [byNumber('ada'), byNumber('boss')]
    await expect.poll(() => relay.recorder.held()).toBe(1)
    relay.recorder.release()
    expect([outcome(await first), outcome(await second)].toSorted()).toEqual(['200', '500 recorder_failed'])
  })

  it.each(['remotePartyNumber', 'remoteParty'] as const)(
    'configured as %s is used without asking',
    async (name) => {
      await open({ remoteParameter: name }, { remoteParameter: name })
      expect(json(await byNumber())).toMatchObject(found)
      expect(queries()).toEqual([`${name} contains:39055`])
    },
  )

  it('configured wrongly shows no wrong rows, and stays as configured', async () => {
    await open({ remoteParameter: 'remoteParty' }, { remoteParameter: 'remotePartyNumber' })
    for (let count = 0; count < 2; count += 1) {
      const answer = await byNumber()
      expect(outcome(answer)).toBe('502 recorder_mismatch')
      expect(answer.body.toString()).not.toContain('980200')
    }
    expect(new Set(queries())).toEqual(new Set(['remotePartyNumber contains:39055']))
  })

  it.each(['ignored', 'refused'] as const)(
    'is found again if another release renames it: the old name is %s',
    async (unknownParameter) => {
      const { recorder } = await open({ unknownParameter })
      expect(json(await byNumber())).toMatchObject(found)
      const refusal = recorderFault.json(400, { reason: 0, message: 'Unknown parameter remotePartyNumber.' })
      recorder.on(
        'list',
        unknownParameter === 'ignored' ? recorderFault.ignoreFilters('remotePartyNumber') : refusal,
        2,
        isOld,
      )
      expect(outcome(await byNumber())).toBe(
        unknownParameter === 'ignored' ? '502 recorder_mismatch' : '400 reason',
      )
      const asked = queries().length
      await byNumber()
      expect(queries().slice(asked, asked + 2)).toEqual([
        'remotePartyNumber impossible',
        'remoteParty impossible',
      ])
    },
  )
})
