import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testMp3 } from '../../../testing/audio.ts'
import { temporaryFolder, testGuid, testStore, type TestStore } from '../../../testing/store.ts'
import type { Principal } from '../source.ts'
import { audioFolder, AudioShelf, hasAudio } from '../archive/audio-files.ts'
import { openForWriting, type Database } from './database.ts'
import { RecordingWriter } from './recording-writer.ts'
import { countMatches, removeMatches } from './removal.ts'
import { openSqliteSource } from './sqlite-source.ts'

const { signal } = new AbortController()
const manager: Principal = {
  username: 'm',
  displayName: null,
  role: 'manager',
  scope: { kind: 'all' },
  stamp: '',
}
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

let given: TestStore
let folder: TestStore
let db: Database

/** Ada owns two recordings and one on legal hold. Bob's recording has the same audio as one of Ada's. */
beforeEach(async () => {
  given = temporaryFolder()
  const audio = (frames: number): string => {
    const file = join(given.dataDir, `${frames}.mp3`)
    writeFileSync(file, testMp3(frames))
    return file
  }
  folder = await testStore([
    { ownerUsername: 'ada', audioFile: audio(1) },
    { ownerUsername: 'ada', audioFile: audio(2), remotePartyNumber: '+39055424242' },
    { ownerUsername: 'ada', audioFile: audio(3), preservingUser: { username: 'chief' } },
    { ownerUsername: 'bob', audioFile: audio(2) },
  ])
  db = openForWriting(folder.dataDir)
})
afterEach(() => {
  db.close()
  folder.remove()
  given.remove()
})

const media = (): number =>
  readdirSync(join(folder.dataDir, 'media'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.mp3'),
  ).length

describe('a removal', () => {
  it('removes matches with audio that nothing else uses, and keeps those on legal hold', async () => {
    expect(countMatches(db, ofAda)).toEqual({ total: 3, preserved: 1 })
    expect(removeMatches(db, folder.dataDir, ofAda, null)).toEqual({ removed: 2, preserved: 1, audio: 1 })
    expect(countMatches(db, {})).toEqual({ total: 2, preserved: 1 })
    expect(media()).toBe(2)
    expect(removeMatches(db, folder.dataDir, {}, null)).toEqual({ removed: 1, preserved: 1, audio: 1 })
    expect(removeMatches(db, folder.dataDir, {}, null)).toEqual({ removed: 0, preserved: 1, audio: 0 })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('foreign_key_check')).toEqual([])
  })

  it('keeps a clip for as long as a recording repeats it', () => {
    const shelf = new AudioShelf(audioFolder(folder.dataDir))
    const clip = shelf.put(testMp3(7))
    const writer = new RecordingWriter(db)
    const repeating = (n: number, username: string, times: number): void => {
      const audio = { sha256: `${times}`.repeat(64), size: times * clip.size, clip }
      const startMs = Date.UTC(2026, 0, n)
      writer.put({ ...plainCall, id: testGuid(n), startMs, owner: { username }, audio })
    }
    repeating(8, 'cleo', 2)
    repeating(9, 'dan', 3)
    expect(removeMatches(db, folder.dataDir, callsOf('cleo'), null)).toMatchObject({ removed: 1, audio: 0 })
    expect(hasAudio(audioFolder(folder.dataDir), clip)).toBe(true)
    expect(removeMatches(db, folder.dataDir, callsOf('dan'), null)).toMatchObject({ removed: 1, audio: 1 })
    expect(hasAudio(audioFolder(folder.dataDir), clip)).toBe(false)
    expect(db.pragma('foreign_key_check')).toEqual([])
  })

  it('is seen by a running host', async () => {
    const source = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
    const total = async () => (await source.list({}, { page: 0, pageSize: 1 }, manager, signal)).totalCount
    expect(await total()).toBe(4)
    removeMatches(db, folder.dataDir, ofAda, null)
    expect(await total()).toBe(2)
    expect(await source.detail(testGuid(1), manager, signal)).toBeNull()
    expect(await source.detail(testGuid(3), manager, signal)).toMatchObject({ size: testMp3(3).length })
    await source.close()
  })

  it('leaves no number behind in the file', () => {
    const holds = () =>
      ['recordings.db', 'recordings.db-wal'].some((name) => {
        const file = join(folder.dataDir, name)
        return existsSync(file) && readFileSync(file).includes('+39055424242')
      })
    expect(holds()).toBe(true)
    removeMatches(db, folder.dataDir, ofAda, null)
    expect(holds()).toBe(false)
  })

  it('is refused if other recordings match than the operator agreed to', () => {
    for (const expected of [
      { total: 4, preserved: 1 },
      { total: 3, preserved: 0 },
    ]) {
      expect(() => removeMatches(db, folder.dataDir, ofAda, expected)).toThrow(/nothing was removed/)
    }
    expect(countMatches(db, {}).total).toBe(4)
    expect(removeMatches(db, folder.dataDir, ofAda, { total: 3, preserved: 1 })).toMatchObject({ removed: 2 })
  })
})
