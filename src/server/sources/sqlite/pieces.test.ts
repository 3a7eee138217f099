/** Searches in pieces can stop between them, and pieces meet exactly while the store grows. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Search } from '../../../contract/search.ts'
import { openForReading, openForWriting, type Database } from './database.ts'
import { PieceSize } from './pieces.ts'
import { RecordingWriter } from './recording-writer.ts'
import type { ScopedUser } from '../archive/search-kind.ts'
import { Searcher } from './searching.ts'
import { testGuid, testStore, type TestStore } from '../../../testing/store.ts'

const PIECE_ROWS = 10
const viewer: ScopedUser = { username: 'm', scope: { kind: 'all' } }
const inGroups: ScopedUser = { username: 's', scope: { kind: 'groups', groups: ['Sales'] } }
const contains = (text: string): Search => ({ remotePartyNumber: { op: 'contains', text } })
const page = { page: 0, pageSize: 5 }

/** 60 different numbers, and one that fills several pieces. */
const numbers = [
  ...Array.from({ length: 60 }, (_, n) => String(1000 + n)),
  ...Array.from({ length: 40 }, () => '1030'),
]

let store: TestStore
let db: Database
let searcher: Searcher
beforeEach(async () => {
  store = await testStore(
    numbers.map((remotePartyNumber, n) => ({
      remotePartyNumber,
      startTime: `2020-01-01T00:${String(n % 60).padStart(2, '0')}:00Z`,
      owner: { username: 'ann', group: 'Sales' },
    })),
  )
  db = openForReading(store.dataDir)
  searcher = new Searcher(db, PIECE_ROWS)
})
afterEach(() => {
  db.close()
  store.remove()
})

const total = () => searcher.list(contains('10'), page, viewer)?.totalCount

const walkOf = (search: Search, who: ScopedUser) => {
  const walk = searcher.walk(search, who, 1000)
  const steps = { counting: 1, reading: 0, empty: 0, rows: 0 }
  while (walk.count() === null) steps.counting += 1
  for (let rows = walk.next(); rows !== null; rows = walk.next()) {
    steps.reading += 1
    steps.rows += rows.length
    if (rows.length === 0) steps.empty += 1
  }
  walk.close()
  return steps
}

describe('a scan', () => {
  it.each([
    ['by number', contains('none'), viewer],
    ['by time', contains('none'), inGroups],
  ])('%s stops between two pieces', (_, search, who) => {
    let looks = 0
    expect(searcher.list(search, page, who, () => (looks += 1) === 3)).toBeNull()
    expect(looks).toBe(3)
    // The connection is free for the next one.
    expect(searcher.list(search, page, who)).toEqual({ totalCount: 0, recordings: [] })
  })

  it('checks after every piece whether to stop', () => {
    let looks = 0
    searcher.list(contains('none'), page, inGroups, () => (looks += 1) < 0)
    expect(looks).toBeGreaterThanOrEqual(numbers.length / PIECE_ROWS)
  })

  it('counts exactly after the store has grown between known edges', () => {
    expect(total()).toBe(100)
    const writing = openForWriting(store.dataDir)
    const writer = new RecordingWriter(writing)
    for (const [n, remoteNumber] of ['0', '1030', '1030', '10305', '9910', null].entries()) {
      writer.put({
        id: testGuid(1000 + n),
        referenceNumber: String(n),
        startMs: Date.UTC(2021, 0, 1),
        subMsTicks: 0,
        offsetMinutes: 0,
        durationMs: 0,
        direction: 1,
        owner: null,
        localNumber: null,
        remoteNumber,
      })
    }
    writing.close()
    for (let again = 0; again < 120; again += 1) expect(total()).toBe(104)
  })
})

describe('a walk', () => {
  it('counts in steps, so that others can take their turns', () => {
    expect(walkOf(contains('1059'), viewer)).toMatchObject({ rows: 1 })
    expect(walkOf(contains('1059'), viewer).counting).toBeGreaterThan(5)
    expect(walkOf(contains('1059'), inGroups).counting).toBeGreaterThan(5)
  })

  it('yields often when its matches are far apart', async () => {
    const sparse = await testStore(
      Array.from({ length: 2400 }, (_, n) => ({
        startTime: `2020-01-01T00:00:00.${String(n % 1000).padStart(3, '0')}Z`,
        direction: n < 2200 ? 1 : 2,
        remotePartyNumber: '1',
        owner: { username: 'ann', group: 'Sales' },
      })),
    )
    const connection = openForReading(sparse.dataDir)
    const walk = new Searcher(connection, PIECE_ROWS).walk({ ...contains('1'), direction: 1 }, inGroups, 3)
    while (walk.count() === null);
    const sizes: number[] = []
    for (let rows = walk.next(); rows !== null; rows = walk.next()) sizes.push(rows.length)
    walk.close()
    connection.close()
    sparse.remove()
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2200)
    expect(Math.max(...sizes)).toBe(3)
    // A piece of ten rows takes three full steps and a shorter one.
    expect(sizes.length).toBeGreaterThan(2200 / 3)
  })

  it('can be closed while it counts', () => {
    const walk = searcher.walk(contains('1'), viewer, 1000)
    expect(walk.count()).toBeNull()
    walk.close()
    expect(db.inTransaction).toBe(false)
  })
})

describe('the pace', () => {
  it('keeps a fixed number of rows, and otherwise grows in steps up to a limit', () => {
    const fixed = new PieceSize(7)
    fixed.timed(() => undefined)
    expect(fixed.rows).toBe(7)
    const pace = new PieceSize()
    const first = pace.rows
    for (let piece = 0; piece < 50; piece += 1) pace.timed(() => undefined)
    expect(pace.rows).toBeGreaterThan(first)
    expect(pace.rows).toBeLessThanOrEqual(100_000)
  })
})
