/** Removing recordings from both archives. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Search } from '../../../contract/search.ts'
import { testArchives, testManager, type TestArchive } from '../../../testing/archives.ts'
import { testMp3 } from '../../../testing/audio.ts'
import { temporaryFolder, testGuid, type TestRecording, type TestStore } from '../../../testing/store.ts'
import { audioFolder, AudioShelf, hasAudio } from './audio-files.ts'

const { signal } = new AbortController()
const plainCall = {
  referenceNumber: '1',
  subMsTicks: 0,
  offsetMinutes: 0,
  durationMs: 1000,
  direction: 1,
  localNumber: null,
  remoteNumber: null,
} as const
const callsOf = (text: string) => ({ ownerUsername: { op: 'equals', text } }) as const
const ofAda = callsOf('ADA')

const totalOf = async ({ source }: TestArchive, search: Search = {}) =>
  (await source.list(search, { page: 0, pageSize: 1 }, testManager, signal)).totalCount
const idsOf = async ({ source }: TestArchive, search: Search = {}) =>
  (await source.list(search, { page: 0, pageSize: 1000 }, testManager, signal)).recordings.map(({ id }) => id)

describe.each(testArchives)('a removal from %s', (_name, open) => {
  let given: TestStore
  let archive: TestArchive

  /** Ada owns two recordings and one on legal hold. Bob's recording has the same audio as one of Ada's. */
  beforeEach(async () => {
    given = temporaryFolder()
    const audio = (frames: number): string => {
      const file = join(given.dataDir, `${frames}.mp3`)
      writeFileSync(file, testMp3(frames))
      return file
    }
    archive = await open([
      { ownerUsername: 'ada', audioFile: audio(1) },
      { ownerUsername: 'ada', audioFile: audio(2) },
      { ownerUsername: 'ada', audioFile: audio(3), preservingUser: { username: 'chief' } },
      { ownerUsername: 'bob', audioFile: audio(2) },
    ])
  })
  afterEach(async () => {
    await archive.remove()
    given.remove()
  })

  const media = (): number =>
    readdirSync(join(archive.dataDir, 'media'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.mp3'),
    ).length

  it('removes matches with audio that nothing else uses, and keeps those on legal hold', async () => {
    expect(await archive.countForRemoval(ofAda)).toEqual({ total: 3, preserved: 1 })
    expect(await archive.removeMatching(ofAda)).toEqual({ removed: 2, preserved: 1, audio: 1 })
    expect(await archive.countForRemoval({})).toEqual({ total: 2, preserved: 1 })
    expect(media()).toBe(2)
    expect(await archive.removeMatching({})).toEqual({ removed: 1, preserved: 1, audio: 1 })
    expect(await archive.removeMatching({})).toEqual({ removed: 0, preserved: 1, audio: 0 })
    expect(await idsOf(archive)).toEqual([testGuid(3)])
    expect(media()).toBe(1)
  })

  it('keeps a clip for as long as a recording repeats it', async () => {
    const folder = audioFolder(archive.dataDir)
    const clip = new AudioShelf(folder).put(testMp3(7))
    const repeating = (n: number, username: string, times: number) => {
      const audio = { sha256: `${times}`.repeat(64), size: times * clip.size, clip }
      return { ...plainCall, id: testGuid(n), startMs: Date.UTC(2026, 0, n), owner: { username }, audio }
    }
    await archive.store([repeating(8, 'cleo', 2), repeating(9, 'dan', 3)])
    expect(await archive.removeMatching(callsOf('cleo'))).toMatchObject({ removed: 1, audio: 0 })
    expect(hasAudio(folder, clip)).toBe(true)
    expect(await archive.removeMatching(callsOf('dan'))).toMatchObject({ removed: 1, audio: 1 })
    expect(hasAudio(folder, clip)).toBe(false)
  })

  it('is seen by a running host', async () => {
    expect(await totalOf(archive)).toBe(4)
    await archive.removeMatching(ofAda)
    expect(await totalOf(archive)).toBe(2)
    expect(await totalOf(archive, ofAda)).toBe(1)
    expect(await archive.source.detail(testGuid(1), testManager, signal)).toBeNull()
    expect(await archive.source.media(testGuid(1), testManager, signal, 'first')).toBeNull()
    expect(await archive.source.detail(testGuid(3), testManager, signal)).toMatchObject({
      size: testMp3(3).length,
    })
  })

  it('is refused if other recordings match than the operator agreed to', async () => {
    for (const expected of [
      { total: 4, preserved: 1 },
      { total: 3, preserved: 0 },
    ]) {
      await expect(archive.removeMatching(ofAda, expected)).rejects.toThrow(/nothing was removed/)
    }
    expect((await archive.countForRemoval({})).total).toBe(4)
    expect(await archive.removeMatching(ofAda, { total: 3, preserved: 1 })).toMatchObject({ removed: 2 })
  })

  it('leaves the people, and lets the same recordings come again', async () => {
    await archive.removeMatching({})
    expect(await archive.source.people('ada', 5, testManager)).toHaveLength(1)
    await archive.write([{ ownerUsername: 'ada' }, { ownerUsername: 'ada' }])
    expect((await idsOf(archive, ofAda)).toSorted()).toEqual([1, 2, 3].map(testGuid))
  })
})

/** Three recordings on the first, a middle and the last day of each month of 2026. The last of May is preserved. */
const months: readonly TestRecording[] = Array.from({ length: 12 }, (_, month) =>
  ['01T00:00:00.000', '15T12:00:00.000', '28T23:59:59.999'].map((rest, part) => ({
    id: testGuid(month * 3 + part + 1),
    startTime: `2026-${String(month + 1).padStart(2, '0')}-${rest}Z`,
    ownerUsername: 'ada',
    preservingUser: month === 4 && part === 2 ? { username: 'chief' } : null,
  })),
).flat()
/** The first ms of a month of 2026, counted from 0. */
const monthStart = (month: number) => Date.UTC(2026, month)
const idsExcept = (from: number, to: number, ...kept: number[]) =>
  months
    .map((_, index) => index + 1)
    .filter((n) => n < from || n > to || kept.includes(n))
    .toReversed()
    .map(testGuid)

describe.each(testArchives)('a removal by time from %s', (_name, open) => {
  let archive: TestArchive
  beforeEach(async () => {
    archive = await open(months)
  })
  afterEach(() => archive.remove())

  it.each([
    ['everything', {}, 35, 15],
    ['all before a month', { op: 'before', at: monthStart(2) }, 6, null],
    ['all from a month on', { op: 'after', at: monthStart(10) - 1 }, 6, null],
    ['whole months', { op: 'between', from: monthStart(1), to: monthStart(3) }, 6, null],
    [
      'a month and parts of those beside it',
      { op: 'between', from: Date.UTC(2026, 1, 15), to: Date.UTC(2026, 3, 15) },
      6,
      null,
    ],
    ['a month of which one is preserved', { op: 'between', from: monthStart(3), to: monthStart(6) }, 8, 15],
    [
      'all of a month but its last ms',
      { op: 'between', from: monthStart(1), to: Date.UTC(2026, 1, 28, 23, 59, 59, 999) },
      2,
      null,
    ],
    ['a time in which nothing is', { op: 'between', from: Date.UTC(2025), to: monthStart(0) }, 0, null],
  ] as const)('takes %s, and no more', async (_what, bounds, removed, preserved) => {
    const search: Search = 'op' in bounds ? { startTime: bounds } : {}
    const matching = await idsOf(archive, search)
    const counts = { total: matching.length, preserved: preserved === null ? 0 : 1 }
    expect(await archive.countForRemoval(search)).toEqual(counts)
    const stay = (await idsOf(archive)).filter(
      (id) => !matching.includes(id) || id === testGuid(preserved ?? 0),
    )
    expect(await archive.removeMatching(search, counts)).toEqual({
      removed,
      preserved: counts.preserved,
      audio: 0,
    })
    expect(await idsOf(archive)).toEqual(stay)
    expect(await idsOf(archive, ofAda)).toEqual(stay)
    expect(await totalOf(archive, ofAda)).toBe(stay.length)
    expect(await totalOf(archive)).toBe(stay.length)
    expect(await totalOf(archive, { startTime: { op: 'after', at: monthStart(1) } })).toBe(
      stay.filter((id) => id > testGuid(4)).length,
    )
    await archive.write(months)
    expect(await idsOf(archive)).toHaveLength(months.length)
  })

  it('takes no preserved one, and no one of another owner, from whole months', async () => {
    await archive.write([{ id: testGuid(100), startTime: '2026-02-10T00:00:00Z', ownerUsername: 'bob' }])
    const search: Search = { ...ofAda, startTime: { op: 'between', from: monthStart(1), to: monthStart(5) } }
    expect(await archive.removeMatching(search)).toEqual({ removed: 11, preserved: 1, audio: 0 })
    expect(await idsOf(archive)).toEqual([
      ...idsExcept(4, 15, 15).slice(0, -3),
      testGuid(100),
      ...[3, 2, 1].map(testGuid),
    ])
  })
})
