import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Principal } from '../source.ts'
import type { SqliteSource } from './sqlite-source.ts'
import { openForWriting, type Database } from './database.ts'
import { SEQUENCES } from '../archive/key.ts'
import type { NewRecording } from '../archive/new-recording.ts'
import { RecordingWriter } from './recording-writer.ts'
import { openSqliteSource } from './sqlite-source.ts'
import { temporaryFolder, testGuid, type TestStore } from '../../../testing/store.ts'

const { signal } = new AbortController()
const manager: Principal = {
  username: 'm',
  displayName: null,
  role: 'manager',
  scope: { kind: 'all' },
  stamp: '',
}
const START_MS = Date.UTC(2026, 10, 23, 8, 30)

const recording = (changes: Partial<NewRecording> = {}): NewRecording => ({
  id: testGuid(1),
  referenceNumber: '2026000000001',
  startMs: START_MS,
  subMsTicks: 0,
  offsetMinutes: 60,
  durationMs: 1000,
  direction: 1,
  owner: { username: 'mrossi' },
  localNumber: '225',
  remoteNumber: '+3902',
  ...changes,
})

let folder: TestStore
let db: Database
let writer: RecordingWriter
let source: SqliteSource
beforeEach(async () => {
  folder = temporaryFolder()
  db = openForWriting(folder.dataDir)
  writer = new RecordingWriter(db)
  source = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
})
afterEach(async () => {
  await source.close()
  db.close()
  folder.remove()
})

const list = async (search = {}) =>
  (await source.list(search, { page: 0, pageSize: 100_000 }, manager, signal)).recordings
const ids = async (search = {}) => (await list(search)).map(({ id }) => id)
const detail = () => source.detail(testGuid(1), manager, signal)

describe('a recording', () => {
  it('comes back as it was written, to the last digit and letter', async () => {
    const id = '75A90276-E47E-4e9e-B463-E3C743D5FF3A'
    writer.put(recording({ id, subMsTicks: 1234, offsetMinutes: -210, durationMs: 10_800_000 }))
    expect(await list()).toEqual([
      {
        id,
        referenceNumber: '2026000000001',
        startTime: '2026-11-23T05:00:00.0001234-03:30',
        duration: 'PT3H',
        direction: 1,
        ownerUsername: 'mrossi',
        localPartyNumber: '225',
        remotePartyNumber: '+3902',
      },
    ])
    expect((await source.detail(id.toLowerCase(), manager, signal))?.id).toBe(id)
  })

  it.each([-62_135_596_800_000, -1, 0, 253_402_300_799_999])('may start at %i ms', async (startMs) => {
    writer.put(recording({ startMs, offsetMinutes: 0 }))
    writer.put(recording({ id: testGuid(2), startMs, offsetMinutes: 0 }))
    expect(await list({ startTime: { op: 'equals', at: startMs } })).toHaveLength(2)
    expect(await list({ startTime: { op: 'before', at: startMs } })).toEqual([])
    expect(await list({ startTime: { op: 'after', at: startMs } })).toEqual([])
    const [{ startTime } = { startTime: '' }] = await list()
    expect(Date.parse(startTime.replace(/\d{4}\+/, '+'))).toBe(startMs)
  })

  it('keeps its place among those of the same ms, of which there are at most 32,768', async () => {
    db.transaction(() => {
      for (let n = 1; n <= SEQUENCES; n += 1) writer.put(recording({ id: testGuid(n) }))
    })()
    writer.put(recording({ id: testGuid(SEQUENCES + 1), startMs: START_MS + 1 }))
    writer.put(recording({ id: testGuid(SEQUENCES + 2), startMs: START_MS - 1 }))
    expect(() => writer.put(recording({ id: testGuid(SEQUENCES + 3) }))).toThrow(
      'more than 32,768 recordings start in the same millisecond, 2026-11-23T08:30:00.000Z',
    )
    expect(() => writer.put(recording({ id: testGuid(SEQUENCES + 1) }))).toThrow('more than 32,768')
    const wanted = [
      SEQUENCES + 1,
      ...Array.from({ length: SEQUENCES }, (_, n) => SEQUENCES - n),
      SEQUENCES + 2,
    ]
    expect(await ids()).toEqual(wanted.map(testGuid))
    expect(await ids({ startTime: { op: 'equals', at: START_MS } })).toHaveLength(SEQUENCES)
  })
})

describe('the same id again', () => {
  it('updates in any case', async () => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001'
    expect(writer.put(recording({ id }))).toBe('added')
    expect(writer.put(recording({ id: id.toUpperCase(), direction: 2, owner: null }))).toBe('updated')
    expect(await list()).toMatchObject([{ id: id.toUpperCase(), direction: 2, ownerUsername: null }])
  })

  it('moves if the start changed, and else keeps its place', async () => {
    for (const n of [1, 2, 3]) writer.put(recording({ id: testGuid(n) }))
    writer.put(recording({ id: testGuid(2), direction: 2 }))
    expect(await ids()).toEqual([3, 2, 1].map(testGuid))
    writer.put(recording({ id: testGuid(1), startMs: START_MS + 1 }))
    expect(await ids()).toEqual([1, 3, 2].map(testGuid))
    expect(await ids({ endTime: { op: 'after', at: START_MS + 1000 } })).toEqual([testGuid(1)])
    writer.put(recording({ id: testGuid(3), startMs: START_MS - 1 }))
    expect(await ids()).toEqual([1, 2, 3].map(testGuid))
  })

  it('keeps the fields of the detail that are not given, and clears those that are null', async () => {
    const note = { text: 'Call back', author: 'mrossi', updatedAt: '2026-11-23T09:00:00Z' }
    const preservingUser = { username: 'chief', firstName: 'Ada' }
    writer.put(
      recording({ note, preservingUser, pbxCallId: 'c1', audio: { sha256: 'ab'.repeat(32), size: 5 } }),
    )
    writer.put(recording({ direction: 2 }))
    expect(await detail()).toEqual({
      id: testGuid(1),
      referenceNumber: '2026000000001',
      startTime: '2026-11-23T09:30:00.0000000+01:00',
      duration: 'PT1S',
      direction: 2,
      localPartyNumber: '225',
      remotePartyNumber: '+3902',
      owner: { username: 'mrossi' },
      pbxCallId: 'c1',
      preservingUser,
      note,
      size: 5,
      hash: { algorithm: 'SHA-256', value: 'ab'.repeat(32) },
    })
    writer.put(recording({ note: null, preservingUser: null, pbxCallId: null }))
    expect(await detail()).toMatchObject({ note: null, preservingUser: null, pbxCallId: null, size: 5 })
  })
})

describe('owners', () => {
  it('are one person in any spelling, and each recording keeps its spelling', async () => {
    for (const [index, username] of ['José', 'JOSÉ', 'josé'].entries()) {
      writer.put(recording({ id: testGuid(index + 1), owner: { username } }))
    }
    const found = await list({ ownerUsername: { op: 'equals', text: 'jOSÉ' } })
    expect(found.map(({ ownerUsername }) => ownerUsername)).toEqual(['josé', 'JOSÉ', 'José'])
    expect(db.prepare('SELECT count(*) FROM people').pluck().get()).toBe(1)
  })

  it('gain the new fields of each detail', async () => {
    writer.put(recording({ owner: { username: 'mrossi', firstName: 'Maria', group: 'Sales' } }))
    writer.put(recording({ owner: { username: 'mrossi' } }))
    writer.put(recording({ owner: { username: 'mrossi', lastName: 'Rossi', group: 'SALES' } }))
    expect((await detail())?.owner).toEqual({
      username: 'mrossi',
      firstName: 'Maria',
      lastName: 'Rossi',
      group: 'Sales',
    })
  })
})
