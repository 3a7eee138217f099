/** All recordings in one answer, which the relay requests page by page. */
import { afterEach, describe, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault, type RecorderFault } from '../../../testing/recorder/faults.ts'
import { RECORDINGS } from '../../../contract/endpoints.ts'
import { basic } from '../../../testing/host.ts'
import {
  ask,
  json,
  outcome,
  relayHost,
  recorderIdle,
  type Answered,
  type Relay,
} from '../../../testing/relay.ts'

const TOTAL = 2345
const recordings = makeCalls(...Array.from({ length: TOTAL }, () => ({})))
const references = recordings.map(({ referenceNumber }) => referenceNumber)

let relay: Relay
afterEach(() => relay.close())
const open = async (): Promise<Relay> => {
  relay = await relayHost({ recorder: { recordings } })
  return relay
}
const all = (query = ''): Promise<Answered> => ask(relay, `${RECORDINGS}${query}`, basic('ada'))
const referencesOf = (answer: Answered): unknown[] =>
  (json(answer).recordings as readonly { referenceNumber: unknown }[]).map((row) => row.referenceNumber)
/** Plans a fault for this page of the walk. */
const onPage = (page: number, what: RecorderFault): void =>
  relay.recorder.on(
    'list',
    what,
    1,
    (params) => params.get('page') === String(page) && params.get('pageSize') === '1000',
  )

describe('all recordings', () => {
  it('are requested a thousand at a time, and come in one answer', async () => {
    const { recorder } = await open()
    const answer = await all()
    expect(json(answer)).toMatchObject({ totalCount: TOTAL })
    expect(referencesOf(answer)).toEqual(references)
    expect(recorder.requests.map(({ query }) => query)).toEqual([
      'page=0&pageSize=1',
      'page=0&pageSize=1000',
      'page=1&pageSize=1000',
      'page=2&pageSize=1000',
    ])
  })

  it('of a search are requested with it, and checked page by page', async () => {
    await open()
    expect(referencesOf(await all('?direction=1'))).toEqual(references)
    expect(json(await all('?direction=2'))).toEqual({ totalCount: 0, recordings: [] })
    relay.recorder.on('list', recorderFault.ignoreFilters('direction'))
    expect(outcome(await all('?direction=2'))).toBe('502 recorder_mismatch')
  })

  it('may come in larger pages than those of the recorder', async () => {
    await open()
    expect(referencesOf(await all('?page=0&pageSize=1500'))).toEqual(references.slice(0, 1500))
    expect(referencesOf(await all('?page=1&pageSize=1500'))).toEqual(references.slice(1500))
    expect(json(await all('?page=2&pageSize=1500'))).toEqual({ totalCount: TOTAL, recordings: [] })
  })

  it('exclude those that arrive meanwhile, and repeat none', async () => {
    await open()
    // Ten new recordings push the last ten of the first page onto the second.
    const pushed = recorderFault.change((own) => ({
      totalCount: TOTAL + 10,
      recordings: [
        ...recordings
          .slice(990, 1000)
          .map(({ id, referenceNumber }) => ({ id: id.toUpperCase(), referenceNumber })),
        ...(own.recordings as unknown[]).slice(0, 990),
      ],
    }))
    onPage(1, pushed)
    const moved = recorderFault.change((own) => ({
      totalCount: TOTAL + 10,
      recordings: [...recordings.slice(1990, 2000), ...(own.recordings as unknown[])],
    }))
    onPage(2, moved)
    const answer = await all()
    expect(answer.complete).toBe(true)
    expect(referencesOf(answer)).toEqual(references)
  })

  const vanishing: Readonly<Record<string, RecorderFault>> = {
    'rows vanish': recorderFault.change(() => ({ totalCount: 1000, recordings: [] })),
    'a page is short': recorderFault.changeRows((rows) => rows.slice(0, 5)),
    'a page fails': recorderFault.status(500),
    'the recorder goes down': recorderFault.status(504),
    'the connection breaks': recorderFault.cut('half'),
    'a page is no JSON': recorderFault.loginPage,
    'the password changes': recorderFault.status(401),
  }

  it.each(Object.entries(vanishing))(
    'break off if %s, and are never short but complete',
    async (_name, what) => {
      const { recorder } = await open()
      onPage(1, what)
      const answer = await all().catch(() => null)
      expect(answer?.status === 200 && answer.complete).toBe(false)
      await recorderIdle(recorder)
      expect(recorder.count('list')).toBeLessThanOrEqual(4)
    },
  )

  it('are not available to a session of the page', async () => {
    const { recorder } = await open()
    const cookie = await relay.enter('ada')
    for (const query of ['', '?page=0&pageSize=1001']) {
      expect(json(await ask(relay, `${RECORDINGS}${query}`, cookie))).toMatchObject({ reason: 1 })
    }
    expect(recorder.requests).toEqual([])
  })
})
