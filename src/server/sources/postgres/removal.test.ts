/** Removals while others read: whole months can only be dropped where nobody does. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WireRecording } from '../../../contract/recording.ts'
import { emptyPostgres, storeInPostgres, testManager, withConnection } from '../../../testing/archives.ts'
import {
  deriveCheaply,
  newRecording,
  temporaryFolder,
  testGuid,
  type TestStore,
} from '../../../testing/store.ts'
import { AudioShelf } from '../archive/audio-files.ts'
import { existingMonths } from './months.ts'
import { openPostgresSource, type PostgresSource } from './postgres-source.ts'
import { removeFromArchive } from './removal.ts'

const { signal } = new AbortController()
const firstHalf = { startTime: { op: 'before', at: Date.UTC(2026, 6) } } as const

let folder: TestStore
let url: string
let source: PostgresSource
/** Ends the walks of a test, however it ends. */
let leaving: AbortController

const startOf = (month: number) => `2026-${String(month + 1).padStart(2, '0')}-15T00:00:00Z`

/** One recording on the 15th of each month of 2026. */
beforeEach(async () => {
  folder = temporaryFolder()
  url = await emptyPostgres()
  const shelf = new AudioShelf(folder.dataDir)
  const months = Array.from({ length: 12 }, (_, index) =>
    newRecording({ startTime: startOf(index), ownerUsername: 'ada' }, index, shelf),
  )
  await storeInPostgres(url, months)
  source = await openPostgresSource({ url, mediaFolder: folder.dataDir, derive: deriveCheaply })
  leaving = new AbortController()
})
afterEach(async () => {
  leaving.abort()
  await source.close()
  folder.remove()
})

const total = async () => (await source.list({}, { page: 0, pageSize: 1 }, testManager, signal)).totalCount
const remove = (search = {}) =>
  withConnection(url, (client) => removeFromArchive(client, folder.dataDir, search, null))
const monthsLeft = () => withConnection(url, existingMonths)
const walk = async () => {
  const { recordings } = await source.listAll({}, testManager, leaving.signal)
  return (recordings as AsyncIterable<WireRecording>)[Symbol.asyncIterator]()
}
async function idsOf(rows: AsyncIterator<WireRecording>): Promise<string[]> {
  const ids: string[] = []
  for (let next = await rows.next(); !next.done; next = await rows.next()) ids.push(next.value.id)
  return ids
}
const newestFirst = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => testGuid(from - index))

describe('a removal', () => {
  it('drops whole months', async () => {
    expect(await monthsLeft()).toHaveLength(12)
    expect(await remove(firstHalf)).toMatchObject({ removed: 6 })
    expect(await monthsLeft()).toHaveLength(6)
    expect(await remove({ ...firstHalf, direction: 1 })).toMatchObject({ removed: 0 })
    expect(await remove({ direction: 1 })).toMatchObject({ removed: 6 })
    expect(await monthsLeft()).toHaveLength(6)
  })

  it('is done while somebody reads, who reads on as if nothing was removed', async () => {
    const begun = await walk()
    expect(await begun.next()).toMatchObject({ value: { id: testGuid(12) } })
    expect(await remove(firstHalf)).toMatchObject({ removed: 6 })
    expect(await total()).toBe(6)
    expect(await idsOf(begun)).toEqual(newestFirst(11, 1))
  })

  it('is done between the count of a walk and its first row, and takes nothing from it', async () => {
    const unread = await walk()
    expect(await remove()).toMatchObject({ removed: 12 })
    expect(await total()).toBe(0)
    expect(await idsOf(unread)).toEqual(newestFirst(12, 1))
  })
})
