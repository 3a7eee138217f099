import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readDuration } from '../../contract/durations.ts'
import { readApiQuery } from '../../contract/search.ts'
import type { Media, Principal } from '../sources/source.ts'
import type { SqliteSource } from '../sources/sqlite/sqlite-source.ts'
import { openForWriting } from '../sources/sqlite/database.ts'
import { Directory } from '../sources/sqlite/directory.ts'
import { importRecordings } from '../sources/sqlite/import-file.ts'
import { wholeFrames } from '../sources/archive/mp3.ts'
import { openSqliteSource } from '../sources/sqlite/sqlite-source.ts'
import { DEMO_NOW_MS, demoStore } from '../../testing/demo.ts'
import { temporaryFolder, testStore, type TestStore } from '../../testing/store.ts'
import type { DemoCall } from './call.ts'
import { DEMO_RECORDINGS, demoCalls } from './calls.ts'
import { demoAccounts, isDemoStore, prepareDemo } from './demo.ts'
import { demoPeople } from './people.ts'
import { vendorQuery, vendorRows } from '../../testing/vendor-example.ts'

const { signal } = new AbortController()
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW_MS = DEMO_NOW_MS

const mediaDir = join(import.meta.dirname, 'media')
const clips = readdirSync(mediaDir).map((name) => readFileSync(join(mediaDir, name)))

const quiet = (): void => {}
/** For tests in which the number does not matter. */
const FEW = 200
const prepareFew = (dataDir: string) => prepareDemo({ dataDir, nowMs: NOW_MS, log: quiet, recordings: FEW })

async function withSource<T>(dataDir: string, work: (source: SqliteSource) => Promise<T>): Promise<T> {
  const source = await openSqliteSource({ dataDir, workers: 0 })
  try {
    return await work(source)
  } finally {
    await source.close()
  }
}

async function ask(source: SqliteSource, username: string, query: string) {
  const asked = readApiQuery(new URLSearchParams(query))
  const viewer = await source.principal(username)
  if (!asked.ok || !asked.paging || !viewer) throw new Error(`Cannot ask ${query} as ${username}`)
  return source.list(asked.search, asked.paging, viewer, signal)
}
const total = async (source: SqliteSource, username: string, query = '') =>
  (await ask(source, username, `page=0&pageSize=1&${query}`)).totalCount

/** All that a manager finds, as one text. */
const everything = (dataDir: string) =>
  withSource(dataDir, async (source) => {
    const manager = (await source.principal('manager')) as Principal
    const list = await source.listAll({}, manager, signal)
    const texts: string[] = []
    for await (const row of list.recordings) texts.push(JSON.stringify(row))
    return texts.join('\n')
  })

describe('the demo store', () => {
  let folder: TestStore
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  /** Replaces the folder with a copy of the complete data. */
  const useDemo = async (): Promise<void> => {
    folder.remove()
    folder = await demoStore()
  }

  it('answers the vendor’s first example to the letter', async () => {
    await useDemo()
    await withSource(folder.dataDir, async (source) => {
      expect(await ask(source, 'manager', vendorQuery)).toEqual({
        totalCount: 50,
        recordings: vendorRows,
      })
      const day = 'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z'
      expect(await total(source, 'manager', day)).toBeGreaterThan(50)
    })
  })

  it('has something for each account that anyone may try', async () => {
    await useDemo()
    expect(isDemoStore(folder.dataDir)).toBe(true)
    await withSource(folder.dataDir, async (source) => {
      const signedIn = demoAccounts.map(({ username, password }) => source.authenticate(username, password))
      expect((await Promise.all(signedIn)).map((user) => user?.role)).toEqual([
        'supervisor',
        'manager',
        'base',
        'none',
      ])
      expect(await total(source, 'manager')).toBe(DEMO_RECORDINGS)
      expect(await total(source, 'supervisor')).toBeGreaterThan(20_000)
      expect(await total(source, 'agent')).toBeGreaterThan(500)
      expect(await total(source, 'guest')).toBe(0)
      const manager = (await source.principal('manager')) as Principal
      const { recordings } = await ask(source, 'manager', 'page=0&pageSize=50')
      const media = await Promise.all(recordings.map(({ id }) => source.media(id, manager, signal, 'first')))
      expect(media.filter((audio) => audio !== null).length).toBeGreaterThan(40)
    })
  })

  it('has audio that sounds for as long as each call lasts', async () => {
    await useDemo()
    const heard = await withSource(folder.dataDir, async (source) => {
      const manager = (await source.principal('manager')) as Principal
      // The longest call is among the newest.
      const lists = ['page=2&pageSize=250', vendorQuery].map((query) => ask(source, 'manager', query))
      const rows = (await Promise.all(lists)).flatMap(({ recordings }) => recordings)
      const found: { listedMs: number; heardMs: number }[] = []
      for (const { id, duration } of rows) {
        const audio = await source.media(id, manager, signal, 'first')
        if (!audio) continue
        const bytes = await buffer(audio.open(0, audio.size - 1))
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        expect(audio).toMatchObject({ size: bytes.length, etag: sha256 })
        const detail = await source.detail(id, manager, signal)
        expect(detail).toMatchObject({ size: bytes.length, hash: { value: sha256 } })
        const heardMs = (wholeFrames(bytes) ?? []).reduce((sum, { durationMs }) => sum + durationMs, 0)
        found.push({ listedMs: readDuration(duration) ?? 0, heardMs })
      }
      return found
    })
    expect(heard.length).toBeGreaterThan(200)
    expect(Math.max(...heard.map(({ listedMs }) => listedMs))).toBe(3 * HOUR_MS)
    expect(heard.filter(({ listedMs, heardMs }) => Math.abs(listedMs - heardMs) >= 1000)).toEqual([])
  })

  it('has audio that is the same in pieces as in one, also where its clip begins again', async () => {
    await useDemo()
    await withSource(folder.dataDir, async (source) => {
      const manager = (await source.principal('manager')) as Principal
      const id = '75A90276-E47E-4e9e-B463-E3C743D5FF3A'
      const audio = (await source.media(id, manager, signal, 'first')) as Media
      const whole = await buffer(audio.open(0, audio.size - 1))
      const clip = clips.find((bytes) => whole.subarray(0, bytes.length).equals(bytes)) as Buffer
      const seam = clip.length
      expect(whole.length).toBeGreaterThan(2 * seam)
      for (const [start, end] of [
        [0, 0],
        [seam - 1, seam],
        [seam, seam],
        [seam - 100, 2 * seam + 100],
        [2 * seam, whole.length - 1],
        [whole.length - 1, whole.length - 1],
      ] as const) {
        expect((await buffer(audio.open(start, end))).equals(whole.subarray(start, end + 1))).toBe(true)
      }
    })
  })

  it('repeats clips that can be repeated: frames alone, and none that states a length', () => {
    expect(clips.length).toBeGreaterThan(3)
    expect(
      clips.filter((bytes) => !wholeFrames(bytes) || /Xing|Info|VBRI/.test(bytes.toString('latin1'))),
    ).toEqual([])
  })

  it('is the same for the same moment', async () => {
    const other = await demoStore()
    await prepareDemo({ dataDir: folder.dataDir, nowMs: NOW_MS, log: quiet })
    const [first, second] = await Promise.all([everything(folder.dataDir), everything(other.dataDir)])
    expect(first === second).toBe(true)
    other.remove()
  })

  it('is made again once it is a week old or lies in the future, and not before', async () => {
    const lines: string[] = []
    const log = (line: string): void => void lines.push(line)
    const madeAt = async (nowMs: number): Promise<boolean> => {
      lines.length = 0
      await prepareDemo({ dataDir: folder.dataDir, nowMs, log, recordings: FEW })
      return lines.length > 0
    }
    expect(await madeAt(NOW_MS)).toBe(true)
    const db = openForWriting(folder.dataDir)
    new Directory(db).saveAccount(
      { user: { username: 'mine', group: 'My own' }, role: 'manager', leads: [] },
      'x',
    )
    expect(await madeAt(NOW_MS)).toBe(false)
    expect(await madeAt(NOW_MS + 7 * DAY_MS - 1)).toBe(false)
    expect(await madeAt(NOW_MS + 7 * DAY_MS)).toBe(true)
    expect(await madeAt(NOW_MS + 6 * DAY_MS)).toBe(true)
    expect(new Directory(db).account('mine')?.user.group).toBe('My own')
    db.close()
    await withSource(folder.dataDir, async (source) => expect(await total(source, 'mine')).toBe(FEW))
  })

  it('never replaces real recordings or accounts', async () => {
    const stores = await Promise.all([
      testStore([{}]),
      testStore([], [{ username: 'me', role: 'manager', password: 'x' }]),
    ])
    for (const { dataDir, remove } of stores) {
      await prepareFew(dataDir)
      expect(isDemoStore(dataDir)).toBe(false)
      await withSource(dataDir, async (source) => expect(await source.principal('supervisor')).toBeNull())
      remove()
    }
  })

  it('makes room for real recordings on request, and leaves nothing behind', async () => {
    await useDemo()
    const input = Readable.from([Buffer.from('{"totalCount":0,"recordings":[]}')])
    await importRecordings({ dataDir: folder.dataDir, input, name: 'x.json', replaceDemo: true })
    expect(isDemoStore(folder.dataDir)).toBe(false)
    const left = readdirSync(folder.dataDir, { recursive: true, encoding: 'utf8' })
    expect(left.filter((name) => name.endsWith('.mp3'))).toEqual([])
    await withSource(folder.dataDir, async (source) => expect(await source.principal('manager')).toBeNull())
    await prepareFew(folder.dataDir)
    expect(isDemoStore(folder.dataDir)).toBe(true)
  })

  it('does not exist before it was made', () => {
    expect(isDemoStore(folder.dataDir)).toBe(false)
  })
})

describe('the demo’s calls', () => {
  const calls: readonly DemoCall[] = [...demoCalls(NOW_MS)]
  const recent = calls.filter(({ startMs }) => startMs > NOW_MS - 400 * DAY_MS)

  it('are 50,000 over 13 months, and none ends in the future', () => {
    expect(calls).toHaveLength(DEMO_RECORDINGS)
    expect(new Set(calls.map(({ id }) => id)).size).toBe(DEMO_RECORDINGS)
    expect(new Set(calls.map(({ referenceNumber }) => referenceNumber)).size).toBe(DEMO_RECORDINGS)
    expect(calls.every(({ startMs, durationMs }) => durationMs >= 0 && startMs + durationMs <= NOW_MS)).toBe(
      true,
    )
    expect(Math.min(...recent.map(({ startMs }) => startMs))).toBeLessThan(NOW_MS - 390 * DAY_MS)
  })

  it('include every case that a dashboard must handle', () => {
    const some = (test: (call: DemoCall) => boolean): number => recent.filter(test).length
    expect(some(({ owner }) => owner === null)).toBeGreaterThan(100)
    expect(some(({ localNumber }) => localNumber === null)).toBeGreaterThan(10)
    expect(some(({ remoteNumber }) => remoteNumber === null)).toBeGreaterThan(10)
    expect(some(({ remoteNumber }) => remoteNumber === 'anonymous')).toBeGreaterThan(100)
    expect(some(({ direction }) => direction === 0)).toBeGreaterThan(100)
    expect(some(({ durationMs }) => durationMs === 0)).toBeGreaterThan(0)
    expect(some(({ durationMs }) => durationMs === 3 * HOUR_MS)).toBe(1)
    expect(some(({ note }) => Boolean(note))).toBeGreaterThan(100)
    expect(some(({ preservingUser }) => Boolean(preservingUser))).toBeGreaterThan(10)
    expect(some(({ audioIndex }) => audioIndex === null)).toBeGreaterThan(100)
    expect(recent.length - new Set(recent.map(({ pbxCallId }) => pbxCallId)).size).toBeGreaterThan(500)
  })

  it('come from a few who call often and many who call once', () => {
    const counts = new Map<string, number>()
    for (const { remoteNumber } of recent)
      counts.set(remoteNumber ?? '', (counts.get(remoteNumber ?? '') ?? 0) + 1)
    const sorted = [...counts.values()].toSorted((a, b) => b - a)
    expect(sorted[3]).toBeGreaterThan(500)
    expect(sorted.filter((count) => count < 5).length).toBeGreaterThan(1000)
  })

  // Each weekday, the middle of a night, and the hour that occurs twice.
  const moments = [0, 1, 2, 3, 4, 5, 6].map((day) => NOW_MS + day * DAY_MS)
  moments.push(
    Date.parse('2026-11-22T03:10:00Z'),
    Date.parse('2026-10-25T00:30:00Z'),
    Date.parse('2026-10-25T01:30:00Z'),
  )
  it.each(moments.map((ms) => new Date(ms).toISOString()))('look real at %s', (now) => {
    const nowMs = Date.parse(now)
    const starts = [...demoCalls(nowMs)].map(({ startMs }) => startMs)
    const since = (hours: number): number => starts.filter((ms) => ms > nowMs - hours * HOUR_MS).length
    expect(since(1)).toBeGreaterThanOrEqual(14)
    expect(since(24)).toBeGreaterThan(40)
    expect(since(48)).toBeGreaterThan(60)
    expect(since(7 * 24)).toBeGreaterThan(500)
  })
})

describe('the demo’s people', () => {
  it('are 60 in five groups, each with their own name and desk', () => {
    expect(demoPeople).toHaveLength(60)
    expect(new Set(demoPeople.map(({ group }) => group)).size).toBe(5)
    for (const field of ['username', 'phoneNumber'] as const) {
      expect(new Set(demoPeople.map((person) => person[field])).size).toBe(60)
    }
    const usernames = demoPeople.map(({ username }) => username)
    for (const known of ['user1', 'user2', ...demoAccounts.map(({ username }) => username)]) {
      expect(usernames).toContain(known)
    }
  })
})
