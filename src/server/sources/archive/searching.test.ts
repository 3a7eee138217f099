/** Compares every search of both archives with a simple filter over the same rows. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Direction, TimeFilter } from '../../../contract/filter-kinds.ts'
import { readDuration } from '../../../contract/durations.ts'
import { readInstant, toEpochMs, writeRecorded } from '../../../contract/instants.ts'
import type { WireRecording } from '../../../contract/recording.ts'
import type { Search } from '../../../contract/search.ts'
import type { Principal } from '../source.ts'
import { testArchives, type ArchiveSource, type TestArchive } from '../../../testing/archives.ts'
import { testGuid, type TestRecording } from '../../../testing/store.ts'

const { signal } = new AbortController()

/** Few values in every field, so that random filters find something and many rows start in the same ms. */
const numbers = ['+390244548866', '02', '980200', '%', '_', '+39', '225', 'anonymous', 'Anonymous', "o'b;--"]
const owners = ['mrossi', 'MRossi', 'mROSSI', 'josé', 'JOSÉ', 'zoë', 'nobody', 'Straße']
const groupOf: Readonly<Record<string, string>> = {
  mrossi: 'Sales',
  josé: 'Support',
  zoë: 'support',
  nobody: 'Billing',
}
const BASE_MS = Date.UTC(2026, 2, 29)
const DAY_MS = 86_400_000
const OFFSETS = [0, 60, 120, -300, 345]
const LENGTHS = ['PT0S', 'PT1S', 'PT1M31.87S', 'PT0.001S', 'PT3H']

/** Picks unevenly, but always the same item for the same seed. */
function pick<T>(items: readonly T[], seed: number): T {
  const mixed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) >>> 0
  return items[((mixed ^ (mixed >>> 12)) >>> 0) % items.length]!
}

/** Spreads starts over the whole span. */
const stepOf = (spanMs: number): number => (spanMs > DAY_MS ? 104_729 : 1)

function recordings(count: number, spanMs: number): TestRecording[] {
  return Array.from({ length: count }, (_, index) => {
    const startMs = BASE_MS + (((index + 1) * 7919 * stepOf(spanMs)) % spanMs)
    return {
      id: testGuid(index + 1),
      startTime: writeRecorded(startMs, pick(OFFSETS, index * 3), index % 10_000),
      duration: pick(LENGTHS, index * 5 + 1),
      direction: pick([0, 1, 2, 1] as const, index * 7 + 2),
      ownerUsername: pick([...owners, null], index * 11 + 3),
      localPartyNumber: pick([...numbers, null], index * 13 + 4),
      remotePartyNumber: pick([...numbers, null], index * 17 + 5),
    }
  })
}

const viewers: readonly Principal[] = [
  { username: 'm', role: 'manager', scope: { kind: 'all' } },
  { username: 'MROSSI', role: 'base', scope: { kind: 'own' } },
  { username: 'stranger', role: 'base', scope: { kind: 'own' } },
  { username: 's', role: 'supervisor', scope: { kind: 'groups', groups: ['Sales', 'SUPPORT', 'None such'] } },
  { username: 's', role: 'supervisor', scope: { kind: 'groups', groups: [] } },
  { username: 'g', role: 'none', scope: { kind: 'none' } },
].map((viewer) => ({ ...viewer, displayName: null, stamp: '' }) as Principal)
const manager = viewers[0]!

const startOf = (row: WireRecording): number => toEpochMs(readInstant(row.startTime)!)
const endOf = (row: WireRecording): number => startOf(row) + readDuration(row.duration)!

function inBounds(ms: number, bounds: TimeFilter): boolean {
  switch (bounds.op) {
    case 'equals':
      return ms === bounds.at
    case 'after':
      return ms > bounds.at
    case 'before':
      return ms < bounds.at
    case 'between':
      return ms >= bounds.from && ms < bounds.to
  }
}

function matches(row: WireRecording, search: Search): boolean {
  const { startTime, endTime, localPartyNumber, remotePartyNumber, ownerUsername, direction } = search
  const remote = row.remotePartyNumber
  return (
    (!startTime || inBounds(startOf(row), startTime)) &&
    (!endTime || inBounds(endOf(row), endTime)) &&
    (!localPartyNumber || row.localPartyNumber === localPartyNumber.text) &&
    (!remotePartyNumber ||
      (remotePartyNumber.op === 'equals'
        ? remote === remotePartyNumber.text
        : (remote?.includes(remotePartyNumber.text) ?? false))) &&
    (!ownerUsername || row.ownerUsername?.toLowerCase() === ownerUsername.text.toLowerCase()) &&
    (direction === undefined || row.direction === direction)
  )
}

function visible(row: WireRecording, { username, scope }: Principal): boolean {
  const owner = row.ownerUsername?.toLowerCase()
  if (scope.kind === 'own') return owner === username.toLowerCase()
  if (scope.kind !== 'groups') return scope.kind === 'all'
  const group = owner === undefined ? undefined : groupOf[owner]?.toLowerCase()
  return scope.groups.some((led) => led.toLowerCase() === group)
}

const text = (values: readonly string[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, fc.string({ minLength: 1, maxLength: 3 }))

function anyBounds(spanMs: number): fc.Arbitrary<TimeFilter> {
  const instant = fc.integer({ min: BASE_MS - 2000, max: BASE_MS + spanMs + 2000 })
  return fc.oneof(
    fc.record({ op: fc.constantFrom('equals' as const, 'after' as const, 'before' as const), at: instant }),
    fc
      .tuple(instant, instant)
      .map(([a, b]) => ({ op: 'between' as const, from: Math.min(a, b), to: Math.max(a, b) })),
  )
}

/** Up to three filters at once, because more of them seldom find anything. */
function searches(spanMs: number): fc.Arbitrary<Search> {
  const equals = (values: readonly string[]) =>
    text(values).map((value) => ({ op: 'equals' as const, text: value }))
  const contains = text(['0', '02', '+39', '%', '_', 'n', '9802', "'"]).map((value) => ({
    op: 'contains' as const,
    text: value,
  }))
  const every = {
    startTime: anyBounds(spanMs),
    endTime: anyBounds(spanMs),
    localPartyNumber: equals(numbers),
    remotePartyNumber: fc.oneof(equals(numbers), contains),
    ownerUsername: equals(owners),
    direction: fc.constantFrom<Direction>(0, 1, 2),
  }
  return fc
    .uniqueArray(fc.constantFrom(...Object.keys(every)), { maxLength: 3 })
    .chain((names) =>
      fc.record(Object.fromEntries(Object.entries(every).filter(([name]) => names.includes(name)))),
    ) as fc.Arbitrary<Search>
}

/** Compares rows as text, so that a difference among thousands is found fast and shown briefly. */
function expectSame(rows: readonly WireRecording[], wanted: readonly WireRecording[]): void {
  const differs = rows.findIndex((row, index) => JSON.stringify(row) !== JSON.stringify(wanted[index]))
  if (differs !== -1) expect(rows[differs]).toEqual(wanted[differs])
  expect(rows.length).toBe(wanted.length)
}

async function everything(
  source: ArchiveSource,
  search: Search,
  viewer: Principal,
): Promise<WireRecording[]> {
  const list = await source.listAll(search, viewer, signal)
  const rows: WireRecording[] = []
  for await (const row of list.recordings) rows.push(row)
  expect(list.totalCount).toBe(rows.length)
  return rows
}

/**
 * The larger archive tests the paths for many rows: reading by time from either end, and gathering that gives up. The
 * one of many months has whole days and months between the ends of its periods. Pieces of seven rows have edges
 * everywhere, and only the embedded store has pieces.
 */
const sizes = [
  { size: 'a small archive', count: 600, spanMs: 500, runs: 600, pieceRows: 1000 },
  { size: 'a small archive in small pieces', count: 600, spanMs: 500, runs: 600, pieceRows: 7 },
  { size: 'an archive of many months', count: 3000, spanMs: 100 * DAY_MS, runs: 400, pieceRows: 1000 },
  { size: 'a larger archive', count: 22_000, spanMs: 20_000, runs: 60, pieceRows: 1000 },
]

describe.each(
  testArchives
    .flatMap(([name, open]) => sizes.map((size) => ({ name, open, ...size })))
    .filter(({ name, pieceRows }) => name === 'the embedded store' || pieceRows === 1000),
)('searches in $name, $size', ({ open, count, spanMs, runs, pieceRows }) => {
  let archive: TestArchive
  let source: ArchiveSource
  let all: WireRecording[]

  beforeAll(async () => {
    const people = Object.entries(groupOf).map(([username, group]) => ({ owner: { username, group } }))
    // The first rows put the people into groups. They lie outside all searched periods.
    const told = people.map((person, index) => ({
      ...person,
      id: testGuid(900_000 + index),
      startTime: '1999-12-31T23:59:59Z',
    }))
    archive = await open([...told, ...recordings(count, spanMs)], [], { pieceRows })
    source = archive.source
    all = await everything(source, {}, manager)
  })
  afterAll(async () => {
    await archive.remove()
  })

  it('holds every row as it was written, newest first', () => {
    const given = new Map(recordings(count, spanMs).map((row) => [row.id, row]))
    expect(all).toHaveLength(count + Object.keys(groupOf).length)
    for (const [index, row] of all.entries()) {
      const before = all[index - 1]
      if (before && startOf(before) < startOf(row)) expect.fail(`${row.id} is newer than ${before.id}`)
      const wanted = given.get(row.id)
      if (
        wanted &&
        Object.entries(wanted).some(([name, value]) => row[name as keyof WireRecording] !== value)
      ) {
        expect(row).toMatchObject(wanted)
      }
    }
  })

  it('answers every search, role and page as the simple filter does', async () => {
    const paging = fc.record({
      page: fc.oneof(fc.nat(3), fc.nat(2000), fc.constant(2 ** 31 - 1)),
      pageSize: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(2 ** 31 - 1)),
    })
    const arbitraries = [searches(spanMs), paging, fc.constantFrom(...viewers)] as const
    await fc.assert(
      fc.asyncProperty(...arbitraries, async (search, { page, pageSize }, viewer) => {
        const wanted = all.filter((row) => visible(row, viewer) && matches(row, search))
        const first = page * pageSize
        const { totalCount, recordings: rows } = await source.list(search, { page, pageSize }, viewer, signal)
        expect(totalCount).toBe(wanted.length)
        expectSame(rows, wanted.slice(first, first + pageSize))
      }),
      { numRuns: runs },
    )
  })

  it('repeats and skips nothing across all pages, ties included', async () => {
    const different: Search[] = [{}, { direction: 1 }, { remotePartyNumber: { op: 'contains', text: '2' } }]
    // Every search of the manager, and one of each other viewer.
    const asked = [
      ...different.map((search) => [manager, search] as const),
      ...viewers.slice(1).map((viewer, index) => [viewer, different[index % different.length]!] as const),
    ]
    for (const [viewer, search] of asked) {
      const walked: WireRecording[] = []
      const pageSize = Math.ceil(count / 7) + 1
      for (let page = 0; ; page += 1) {
        const { recordings: rows } = await source.list(search, { page, pageSize }, viewer, signal)
        if (rows.length === 0) break
        walked.push(...rows)
      }
      const wanted = all.filter((row) => visible(row, viewer) && matches(row, search))
      expectSame(walked, wanted)
      expectSame(await everything(source, search, viewer), wanted)
    }
  })

  it('shows details only of recordings that the viewer may find', async () => {
    const sample = all.filter((_, index) => index % Math.ceil(all.length / 40) === 0)
    for (const viewer of viewers) {
      for (const row of sample) {
        const detail = await source.detail(row.id.toUpperCase(), viewer, signal)
        expect(detail?.id ?? null).toBe(visible(row, viewer) ? row.id : null)
      }
    }
  })
})

describe.each(testArchives)('a search in %s that nobody waits for', (_, open) => {
  it('is rejected with the reason of its signal', async () => {
    const { source, remove } = await open([{}])
    const left = AbortSignal.abort(new Error('left'))
    await expect(source.list({}, { page: 0, pageSize: 5 }, manager, left)).rejects.toThrow('left')
    await expect(source.listAll({}, manager, left)).rejects.toThrow('left')
    const leaving = new AbortController()
    const list = await source.listAll({}, manager, leaving.signal)
    leaving.abort(new Error('left later'))
    await expect(
      (async () => {
        for await (const row of list.recordings) expect(row).toBeUndefined()
      })(),
    ).rejects.toThrow('left later')
    await remove()
  })
})

describe.each(testArchives)('a walk over %s', (_, open) => {
  it('reads one snapshot, whatever is written meanwhile', async () => {
    const { source, write, remove } = await open(recordings(2500, 1000))
    const list = await source.listAll({}, manager, signal)
    const others = recordings(2500, 1000).map((row) => ({ ...row, ownerUsername: 'written later' }))
    await write([...others, { id: testGuid(5000) }])
    let rows = 0
    for await (const row of list.recordings) {
      expect(row.ownerUsername).not.toBe('written later')
      rows += 1
    }
    expect(rows).toBe(2500)
    expect((await source.list({}, { page: 0, pageSize: 1 }, manager, signal)).totalCount).toBe(2501)
    await remove()
  })
})
