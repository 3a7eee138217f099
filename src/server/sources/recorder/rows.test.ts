/** Rows that the search does not ask for are not shown, but undocumented behaviour alone hides no rows. */
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { generateCalls, makeCalls, NEWEST_MS, type Call } from '../../../testing/recorder/calls.ts'
import { recorderFault, type RecorderFault } from '../../../testing/recorder/faults.ts'
import { find } from '../../../testing/recorder/matching.ts'
import { usualQuirks, type Quirks } from '../../../testing/recorder/quirks.ts'
import { writeRow, type Fields } from '../../../testing/recorder/wire.ts'
import { filterNames, writeApiQuery, type Search } from '../../../contract/search.ts'
import { mismatch } from './matches.ts'
import { askFirstPage, json, outcome, relayHost, type Relay } from '../../../testing/relay.ts'

const calls = generateCalls(60)
const [call] = calls.filter(({ owner, direction }) => owner?.username === 'mrossi' && direction === 1)
if (!call) throw new Error('The generated set has such a recording.')

let relay: Relay
beforeAll(async () => {
  relay = await relayHost({ recorder: { recordings: calls }, remoteParameter: 'remotePartyNumber' })
})
afterAll(() => relay.close())
afterEach(() => relay.recorder.heal())

const search = async (query: string, what: RecorderFault | readonly RecorderFault[] = []) => {
  relay.recorder.on('list', what)
  return askFirstPage(relay, await relay.enter('ada'), query)
}

const iso = (ms: number): string => new Date(ms).toISOString()

describe('a filter that the recorder ignores', () => {
  const middle = calls[30]?.startMs ?? 0
  it.each([
    ['startTime', `after:${iso(NEWEST_MS + 1000)}`],
    ['startTime', `before:${iso(middle)}`],
    ['startTime', `between:${iso(middle - 60_000)};${iso(middle + 60_000)}`],
    ['startTime', iso(middle)],
    ['endTime', `after:${iso(NEWEST_MS + 86_400_000)}`],
    ['endTime', `before:${iso(middle)}`],
    ['endTime', `between:${iso(middle)};${iso(middle)}`],
    ['endTime', iso(middle)],
    ['localPartyNumber', '201'],
    ['localPartyNumber', 'nobody'],
    ['remotePartyNumber', 'contains:+39'],
    ['remotePartyNumber', '980200'],
    ['ownerUsername', 'mrossi'],
    ['direction', '0'],
    ['direction', '2'],
  ])('%s=%s shows no row and no total', async (name, value) => {
    const answer = await search(`${name}=${encodeURIComponent(value)}`, recorderFault.ignoreFilters(name))
    expect(outcome(answer)).toBe('502 recorder_mismatch')
    expect(json(answer).message).toContain(name)
    expect(Object.keys(json(answer)).toSorted()).toEqual(['code', 'message', 'requestId'])
    for (const { id, referenceNumber } of calls) {
      expect(answer.body.includes(id)).toBe(false)
      expect(answer.body.includes(referenceNumber)).toBe(false)
    }
  })

  it('is noticed beside a filter that it applies', async () => {
    const answer = await search('ownerUsername=mrossi&direction=1', recorderFault.ignoreFilters('direction'))
    expect(outcome(answer)).toBe('502 recorder_mismatch')
  })

  it('is noticed by one row among many', async () => {
    const wrong = recorderFault.changeRows((rows) => rows.with(3, { ...(rows[3] as Fields), direction: 2 }))
    expect(outcome(await search('direction=1', wrong))).toBe('502 recorder_mismatch')
  })
})

describe('a field that is not a scalar', () => {
  it.each([
    ['remotePartyNumber', 'contains:+39'],
    ['ownerUsername', 'mrossi'],
    ['direction', '1'],
  ])('is left out, and is no mismatch with %s=%s', async (name, value) => {
    const odd = recorderFault.changeRows((rows) =>
      rows.map((row) => ({ ...(row as Fields), [name]: ['hidden'] })),
    )
    const answer = await search(`${name}=${encodeURIComponent(value)}`, odd)
    expect(outcome(answer)).toBe('200')
    for (const row of json(answer).recordings as readonly Fields[]) expect(row).not.toHaveProperty(name)
  })
})

describe('a page’s size', () => {
  it.each([
    ['ignored', recorderFault.ignorePageSize],
    ['cut', recorderFault.capPageSize(2)],
    ['of zero', recorderFault.changeRows(() => [])],
    ['of one more', recorderFault.changeRows((rows) => [...rows, rows[0]])],
  ])('%s is a mismatch', async (_name, what) => {
    const answer = await search('', what)
    expect(outcome(answer)).toBe('502 recorder_mismatch')
    expect(answer.body.toString()).not.toContain('referenceNumber')
  })

  it('may be smaller on the last page, because the total may just have changed', async () => {
    for (const total of [3, 5, 9]) {
      const few = recorderFault.change((own) => ({
        totalCount: total,
        recordings: (own.recordings as unknown[]).slice(0, 3),
      }))
      const answer = await search('', few)
      expect(outcome(answer)).toBe(total < 5 ? '200' : '502 recorder_mismatch')
      relay.recorder.heal()
    }
  })
})

describe('what is no mismatch', () => {
  const at = NEWEST_MS
  const rowOf = (own: Partial<Call>, quirks: Partial<Quirks> = {}): Fields => {
    const [made] = makeCalls({ startMs: at, durationMs: 12_000, ...own })
    return made ? writeRow(made, { ...usualQuirks, ...quirks }) : {}
  }
  const end = at + 12_000
  const bounds: readonly (readonly [string, Search])[] = [
    ['after its start', { startTime: { op: 'after', at } }],
    ['before its start', { startTime: { op: 'before', at } }],
    ['between from its start', { startTime: { op: 'between', from: at, to: at + 1 } }],
    ['between up to its start', { startTime: { op: 'between', from: at - 1, to: at } }],
    ['after its end', { endTime: { op: 'after', at: end } }],
    ['before its end', { endTime: { op: 'before', at: end } }],
    ['between up to its end', { endTime: { op: 'between', from: end - 1, to: end } }],
    ['at a start in the same second', { startTime: { op: 'equals', at: at + 999 } }],
    ['at an end in the same second', { endTime: { op: 'equals', at: end + 999 } }],
  ]
  it.each(bounds)('a row on the bound: %s', (_name, asked) => {
    expect(mismatch([rowOf({})], asked)).toBeNull()
  })

  const beyond: readonly (readonly [string, Search])[] = [
    ['a second before the required start', { startTime: { op: 'after', at: at + 1001 } }],
    ['a millisecond after it', { startTime: { op: 'before', at: at - 1001 } }],
    ['another second', { startTime: { op: 'equals', at: at + 1000 } }],
    ['before the period', { startTime: { op: 'between', from: at + 1001, to: at + 2000 } }],
    ['after the period', { startTime: { op: 'between', from: at - 2000, to: at - 1001 } }],
    ['ended before', { endTime: { op: 'after', at: end + 2011 } }],
    ['ended after', { endTime: { op: 'before', at: end - 2011 } }],
  ]
  it.each(beyond)('but a row beyond the bound is a mismatch: %s', (_name, asked) => {
    expect(mismatch([rowOf({})], asked)).not.toBeNull()
  })

  it('but a row with milliseconds must match them', () => {
    const row = rowOf({ startMs: at + 500 })
    expect(mismatch([row], { startTime: { op: 'after', at: at + 501 } })).toBe('startTime')
    expect(mismatch([row], { startTime: { op: 'before', at: at + 499 } })).toBe('startTime')
  })

  it('a start in whole seconds, if the search has milliseconds', () => {
    const row = rowOf({ startMs: at + 700 }, { startDigits: 0 })
    expect(mismatch([row], { startTime: { op: 'after', at: at + 500 } })).toBeNull()
    expect(mismatch([row], { endTime: { op: 'after', at: end + 690 } })).toBeNull()
    // It ended at :13.1, but the written start and duration give :12.6.
    const later = rowOf({ startMs: at + 500, durationMs: 12_600 }, { startDigits: 0 })
    expect(mismatch([later], { endTime: { op: 'equals', at: at + 13_999 } })).toBeNull()
  })

  const everything: Search = {
    startTime: { op: 'equals', at },
    endTime: { op: 'equals', at: end },
    localPartyNumber: { op: 'equals', text: '201' },
    remotePartyNumber: { op: 'contains', text: '+39' },
    ownerUsername: { op: 'equals', text: 'mrossi' },
    direction: 1,
  }
  it.each(['startTime', 'duration', 'direction', 'localPartyNumber', 'remotePartyNumber', 'ownerUsername'])(
    'a %s that cannot be read',
    (name) => {
      expect(mismatch([rowOf({})], everything)).toBeNull()
      for (const odd of [{ of: 'another release' }, ['x'], true]) {
        expect(mismatch([{ ...rowOf({}), [name]: odd }], everything)).toBeNull()
      }
    },
  )

  it.each([
    ['the case of a username', { ownerUsername: 'MROSSI' }],
    ['a direction in text', { direction: '1' }],
    ['fields of another release', { colour: 'blue' }],
    ['a missing id', { id: null }],
  ])('%s', (_name, own) => {
    expect(mismatch([{ ...rowOf({}), ...own }], everything)).toBeNull()
  })

  it('a row without fields', () => {
    expect(mismatch([null, 42, 'row', [], {}], {})).toBeNull()
    expect(mismatch([null, 42, 'row'], everything)).toBeNull()
  })
})

const text = (...values: readonly string[]) =>
  fc.constantFrom(...values).map((value) => ({ op: 'equals', text: value }))

describe('any search', () => {
  const quirks: fc.Arbitrary<Quirks> = fc.record({
    ...Object.fromEntries(Object.entries(usualQuirks).map(([name, value]) => [name, fc.constant(value)])),
    afterBefore: fc.constantFrom('exclusive', 'inclusive'),
    betweenUpper: fc.constantFrom('exclusive', 'inclusive'),
    equalsTo: fc.constantFrom('millisecond', 'second'),
    usernames: fc.constantFrom('caseless', 'exact'),
    startDigits: fc.constantFrom(7, 3, 0),
    startOffset: fc.constantFrom('written', 'left-out'),
    directions: fc.constantFrom('number', 'text'),
    absent: fc.constantFrom('null', 'left-out'),
    ties: fc.constantFrom('ascending', 'descending', 'changing'),
  }) as fc.Arbitrary<Quirks>
  const all = generateCalls(300)
  // Times at, just before and just after the recordings, where the interpretations differ.
  const near = (of: (one: Call) => number): fc.Arbitrary<number> =>
    fc
      .tuple(fc.constantFrom(...all), fc.constantFrom(0, 0, 1, -1, 250, -250, 999, -1000, 60_000))
      .map(([one, off]) => of(one) + off)
  const time = (of: (one: Call) => number) =>
    fc.oneof(
      fc.record({ op: fc.constantFrom('equals', 'after', 'before'), at: near(of) }),
      fc
        .tuple(near(of), near(of))
        .map(([a, b]) => ({ op: 'between', from: Math.min(a, b), to: Math.max(a, b) })),
    )
  const searches = fc.record(
    {
      startTime: time(({ startMs }) => startMs),
      endTime: time(({ startMs, durationMs }) => startMs + durationMs),
      localPartyNumber: text('201', '202', '999'),
      remotePartyNumber: fc.oneof(
        text('980200', '+390244548866', '02'),
        fc.constantFrom('02', '+39', 'anon').map((value) => ({ op: 'contains', text: value })),
      ),
      ownerUsername: text('mrossi', 'MRossi', 'tmüller', 'nobody'),
      direction: fc.constantFrom(0, 1, 2),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Search>

  it('has no mismatch in a correct recorder’s answer, under any interpretation', () => {
    const property = fc.property(searches, quirks, (asked, read) => {
      const rows = find(all, asked, read, 0).map((one) => writeRow(one, read))
      expect(mismatch(rows, asked)).toBeNull()
    })
    fc.assert(property, { numRuns: 300 })
  })

  const single = searches.filter((asked) => Object.keys(asked).length === 1)
  const SLACK_MS = 2100
  /** Whether the row is right under any interpretation: with its times moved and inclusive bounds. */
  const isRight = (one: Call, asked: Search): boolean =>
    [-SLACK_MS, -1000, -1, 0, 1, 1000, SLACK_MS].some((offMs) => {
      const moved = { ...one, startMs: one.startMs + offMs }
      return (
        find(
          [moved],
          asked,
          { ...usualQuirks, equalsTo: 'second', afterBefore: 'inclusive', betweenUpper: 'inclusive' },
          0,
        ).length > 0
      )
    })

  it('has a mismatch if a row is wrong under every interpretation', () => {
    const property = fc.property(single, quirks, fc.constantFrom(...all), (asked, read, one) => {
      fc.pre(!isRight(one, asked))
      expect(mismatch([writeRow(one, read)], asked)).toBe(
        filterNames.find((name) => asked[name] !== undefined),
      )
    })
    fc.assert(property, { numRuns: 300 })
  })

  it('is answered through the relay with the recorder’s own rows', async () => {
    const property = fc.asyncProperty(searches, async (asked) => {
      const query = writeApiQuery(asked, null)
      const expected = find(calls, asked, usualQuirks, 0)
      const answer = await askFirstPage(relay, await relay.enter('ada'), query)
      expect(json(answer)).toMatchObject({ totalCount: expected.length })
      expect((json(answer).recordings as readonly Fields[]).map(({ id }) => id)).toEqual(
        expected.slice(0, 5).map(({ id }) => id),
      )
    })
    await fc.assert(property, { numRuns: 30 })
  })
})
