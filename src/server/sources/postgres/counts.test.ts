/** The counts of days and owners stay those of the recordings, whatever is stored, changed and removed. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Direction, TimeFilter } from '../../../contract/filter-kinds.ts'
import type { Search } from '../../../contract/search.ts'
import { emptyPostgres, testManager, type TestConnection } from '../../../testing/archives.ts'
import { deriveCheaply, temporaryFolder, testGuid, type TestStore } from '../../../testing/store.ts'
import type { NewRecording } from '../archive/new-recording.ts'
import { connect, inTransaction } from './connecting.ts'
import { openPostgresSource, type PostgresSource } from './postgres-source.ts'
import { BatchWriter } from './recording-writer.ts'
import { removeFromArchive } from './removal.ts'
import { holdWriting } from './writing.ts'

const { signal } = new AbortController()

let folder: TestStore
let url: string
beforeAll(async () => {
  folder = temporaryFolder()
  url = await emptyPostgres()
})
afterAll(() => folder.remove())

/** Empties the archive, and does the work over it. */
async function withArchive(
  work: (client: TestConnection, source: PostgresSource) => Promise<void>,
): Promise<void> {
  await emptyPostgres(url)
  const source = await openPostgresSource({ url, mediaFolder: folder.dataDir, derive: deriveCheaply })
  const client = await connect(url)
  try {
    await work(client, source)
  } finally {
    await Promise.all([source.close(), client.end()])
  }
}

/** What is in one and not in the other, each with its table's name. */
const differences = (what: string, kept: string, counted: string): string => `
  SELECT '${what}: too much' AS what, to_jsonb(one) AS row FROM ((${kept}) EXCEPT ALL (${counted})) AS one
  UNION ALL
  SELECT '${what}: too little', to_jsonb(one) FROM ((${counted}) EXCEPT ALL (${kept})) AS one`

/** Counted from 1970, and not by the function that the archive uses. */
const DAY = 'floor((key >> 15) / 86400000.0)::integer'
const wrongCounts = [
  differences(
    'day_counts',
    'SELECT day, direction, recordings FROM day_counts WHERE recordings <> 0',
    `SELECT ${DAY}, direction, count(*) FROM recordings GROUP BY 1, 2`,
  ),
  differences(
    'owner_counts',
    'SELECT owner_id, day, direction, recordings FROM owner_counts WHERE recordings <> 0',
    `SELECT owner_id, ${DAY}, direction, count(*) FROM recordings WHERE owner_id IS NOT NULL GROUP BY 1, 2, 3`,
  ),
  differences('recording_ids', 'SELECT id, key FROM recording_ids', 'SELECT id, key FROM recordings'),
].join(' UNION ALL ')

const expectCounted = async (client: TestConnection): Promise<void> =>
  expect((await client.query(wrongCounts)).rows).toEqual([])

/** The last ms of a day and of a month, and the first after each, before and after 1970. */
const starts = [
  Date.UTC(2026, 0, 31, 12),
  Date.UTC(2026, 1, 1),
  Date.UTC(2026, 1, 2),
  Date.UTC(2026, 2, 1),
  0,
  Date.UTC(1969, 11, 31),
].flatMap((ms) => [ms - 1, ms])
const owners = ['ada', 'bob', 'Ada', null]
const numbers = ['1', '22', null]
/** Few, so that most of them come again. */
const IDS = 12

const recordings: fc.Arbitrary<NewRecording> = fc.record({
  id: fc.integer({ min: 1, max: IDS }).map(testGuid),
  referenceNumber: fc.constant('1'),
  startMs: fc.constantFrom(...starts),
  subMsTicks: fc.constant(0),
  offsetMinutes: fc.constantFrom(0, 60),
  durationMs: fc.constantFrom(0, 1000),
  direction: fc.constantFrom<Direction>(0, 1, 2),
  owner: fc.constantFrom(...owners).map((username) => (username === null ? null : { username })),
  localNumber: fc.constantFrom(...numbers),
  remoteNumber: fc.constantFrom(...numbers),
  preservingUser: fc.constantFrom(undefined, undefined, null, { username: 'chief' }),
})

const instants = fc.constantFrom(...starts)
const bounds: fc.Arbitrary<TimeFilter> = fc.oneof(
  fc.record({ op: fc.constantFrom('after' as const, 'before' as const, 'equals' as const), at: instants }),
  fc
    .tuple(instants, instants)
    .map(([a, b]) => ({ op: 'between' as const, from: Math.min(a, b), to: Math.max(a, b) })),
)
/** Half of them narrow by time alone, so that whole months are dropped. */
const searches: fc.Arbitrary<Search> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ startTime: bounds }) },
  { weight: 1, arbitrary: fc.constant({}) },
  fc.record({
    ownerUsername: fc.constantFrom('ADA', 'bob').map((text) => ({ op: 'equals' as const, text })),
  }),
  fc.record({ direction: fc.constantFrom<Direction>(0, 1, 2), startTime: bounds }),
)

const inBounds = (ms: number, given: TimeFilter): boolean => {
  switch (given.op) {
    case 'equals':
      return ms === given.at
    case 'after':
      return ms > given.at
    case 'before':
      return ms < given.at
    case 'between':
      return ms >= given.from && ms < given.to
  }
}
const matches = ({ startMs, owner, direction }: NewRecording, search: Search): boolean =>
  (!search.startTime || inBounds(startMs, search.startTime)) &&
  (!search.ownerUsername || owner?.username.toLowerCase() === search.ownerUsername.text.toLowerCase()) &&
  (search.direction === undefined || direction === search.direction)

type Step = { readonly batches: readonly NewRecording[][] } | { readonly removed: Search }
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      batches: fc.array(fc.array(recordings, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ removed: searches }) },
)

/** What the archive should hold, by id. */
type Model = Map<string, NewRecording>

function remember(model: Model, recording: NewRecording): void {
  const { preservingUser = model.get(recording.id)?.preservingUser } = recording
  model.set(recording.id, { ...recording, preservingUser })
}

/** Removes what matches, and is not preserved. @returns how many there were. */
function forget(model: Model, search: Search): number {
  const gone = [...model.values()].filter((one) => matches(one, search) && !one.preservingUser)
  for (const { id } of gone) model.delete(id)
  return gone.length
}

async function take(client: TestConnection, model: Model, step: Step): Promise<void> {
  if ('removed' in step) {
    const { removed } = await removeFromArchive(client, folder.dataDir, step.removed, null)
    expect(removed).toBe(forget(model, step.removed))
    return
  }
  const known = new Set(model.keys())
  await inTransaction(client, async () => {
    await holdWriting(client)
    const writer = new BatchWriter(client)
    for (const batch of step.batches) {
      for (const recording of batch) {
        writer.put(recording, '')
        remember(model, recording)
      }
      expect(await writer.settle(true)).toEqual([])
    }
    expect(writer.added).toBe(model.size - known.size)
  })
}

/** Searches whose totals the counts tell, in whole or in part. */
const counted: readonly Search[] = [
  {},
  { direction: 1, ownerUsername: { op: 'equals', text: 'ada' }, startTime: { op: 'after', at: 0 } },
  { startTime: { op: 'between', from: Date.UTC(2026, 0, 31, 12), to: Date.UTC(2026, 1, 14, 15) } },
  ...([0, 1, 2] as const).map((direction) => ({ direction })),
  ...['ada', 'bob'].map((text) => ({ ownerUsername: { op: 'equals' as const, text } })),
  ...starts.map((at) => ({ startTime: { op: 'before' as const, at } })),
  { startTime: { op: 'between', from: Date.UTC(2026, 1), to: Date.UTC(2026, 2) } },
]

async function expectTotals(source: PostgresSource, model: Model, asked: readonly Search[]): Promise<void> {
  for (const search of asked) {
    const page = { page: 0, pageSize: 100 }
    const { totalCount, recordings: rows } = await source.list(search, page, testManager, signal)
    const wanted = [...model.values()].filter((one) => matches(one, search))
    expect(rows.map(({ id }) => id).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted())
    expect(totalCount).toBe(wanted.length)
  }
}

/** As many as an import stores at once. */
const BATCH = 20_000

/** Over four months. Another direction moves some of the same ids to other months. */
const batch = (from: number, to: number, direction: Direction): NewRecording[] =>
  Array.from({ length: to - from }, (_, index) => ({
    id: testGuid(from + index),
    referenceNumber: '1',
    startMs: Date.UTC(2026, 0, 1 + ((index * 7 + direction * 31) % 120), index % 24),
    subMsTicks: 0,
    offsetMinutes: 0,
    durationMs: 0,
    direction,
    owner: index % 3 === 0 ? null : { username: owners[index % 2] ?? '' },
    localNumber: null,
    remoteNumber: null,
  }))

describe('counts', () => {
  it('stay those of the recordings, whatever is stored, changed and removed', async () => {
    const property = fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 8 }), (given) =>
      withArchive(async (client, source) => {
        const model: Model = new Map()
        for (const step of given) {
          await take(client, model, step)
          await expectCounted(client)
          await expectTotals(source, model, counted.slice(0, 3))
        }
        await expectTotals(source, model, counted)
      }),
    )
    await fc.assert(property, { numRuns: 12 })
  })

  it('are right after an import of many batches, of which each changes those before it', () =>
    withArchive(async (client, source) => {
      const model: Model = new Map()
      const batches = [
        batch(0, BATCH, 0),
        batch(BATCH, 2 * BATCH, 1),
        batch(BATCH / 2, 3 * BATCH, 2),
        batch(100, 200, 1),
      ]
      await inTransaction(client, async () => {
        await holdWriting(client)
        const writer = new BatchWriter(client)
        for (const [index, one] of batches.entries()) {
          for (const recording of one) {
            writer.put(recording, '')
            model.set(recording.id, recording)
          }
          expect(await writer.settle(index === batches.length - 1)).toEqual([])
        }
        expect(writer.added).toBe(model.size)
      })
      await expectCounted(client)
      for (const search of counted) {
        const { totalCount } = await source.list(search, { page: 0, pageSize: 1 }, testManager, signal)
        expect(totalCount).toBe([...model.values()].filter((one) => matches(one, search)).length)
      }
    }))
})
