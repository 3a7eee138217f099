/** What a batch refuses, and when it is stored. */
import { expect, it } from 'vitest'
import { emptyPostgres, storeInPostgres, withConnection } from '../../../testing/archives.ts'
import { testGuid } from '../../../testing/store.ts'
import type { NewRecording } from '../archive/new-recording.ts'
import { inTransaction } from './connecting.ts'
import { BatchWriter } from './recording-writer.ts'

const recording = (n: number, changes: Partial<NewRecording> = {}): NewRecording => ({
  id: testGuid(n),
  referenceNumber: String(n),
  startMs: Date.UTC(2026, 10, 23),
  subMsTicks: 0,
  offsetMinutes: 0,
  durationMs: 0,
  direction: 1,
  owner: null,
  localNumber: null,
  remoteNumber: null,
  ...changes,
})

/** How many indexes each partition has, the oldest first. */
const indexCounts = `SELECT count(*)::integer AS indexes FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
  WHERE relname LIKE 'recordings\\_2%' AND relkind = 'r' GROUP BY relname ORDER BY relname`

it('is stored once 20,000 rows have come, however few recordings these are', async () => {
  await withConnection(await emptyPostgres(), (client) =>
    inTransaction(client, async () => {
      const writer = new BatchWriter(client)
      for (let n = 0; n < 20_000; n += 1) writer.put(recording(n % 10), '')
      await writer.settle(false)
      await writer.rest()
      expect(writer.added).toBe(10)
      await writer.settle(true)
    }),
  )
})

it('indexes a month that several batches leave alone, and still takes recordings of it', async () => {
  await withConnection(await emptyPostgres(), async (client) => {
    const { rows: early } = await inTransaction(client, async () => {
      const writer = new BatchWriter(client)
      for (let month = 0; month < 4; month += 1) {
        const startMs = Date.UTC(2026, month, 1)
        for (let n = 0; n < 20_000; n += 1) writer.put(recording(month * 10 + (n % 10), { startMs }), '')
        await writer.settle(false)
      }
      await writer.rest()
      const found = await client.query(indexCounts)
      writer.put(recording(40, { startMs: Date.UTC(2026, 0, 1) }), '')
      await writer.settle(true)
      return found
    })
    expect(early.map(({ indexes }) => indexes)).toEqual([8, 8, 1, 1])
    const { rows: late } = await client.query(indexCounts)
    expect(late.map(({ indexes }) => indexes)).toEqual([8, 8, 8, 8])
    const { rows } = await client.query(
      'SELECT (SELECT count(*)::integer FROM recordings), (SELECT sum(recordings)::integer FROM day_counts)',
    )
    expect(rows).toEqual([{ count: 41, sum: 41 }])
  })
})

it.each([
  ['remotePartyNumber', { remoteNumber: '9'.repeat(501) }],
  ['localPartyNumber', { localNumber: 'é'.repeat(251) }],
  ['ownerUsername', { owner: { username: 'x'.repeat(501) } }],
  ['ownerGroup', { owner: { username: 'x', group: 'x'.repeat(501) } }],
])('refuses a %s that no index can hold', async (name, changes) => {
  const url = await emptyPostgres()
  const { added, refused } = await storeInPostgres(url, [recording(1), recording(2, changes)])
  expect(refused).toEqual([`${name} is longer than 500 bytes, which PostgreSQL cannot search`])
  expect(added).toBe(1)
})

it('refuses dates that would make hundreds of partitions, and leaves none', async () => {
  const url = await emptyPostgres()
  const months = Array.from({ length: 401 }, (_, n) => recording(n, { startMs: Date.UTC(1990, n, 1) }))
  await expect(storeInPostgres(url, months)).rejects.toThrow(
    /begin in more than 400 months that the archive does not have, the last one 2023-05\. Check that startTime/,
  )
  await withConnection(url, async (client) => {
    const { rows } = await client.query(
      "SELECT tablename FROM pg_tables WHERE tablename LIKE 'recordings\\_%'",
    )
    expect(rows).toEqual([])
  })
})
