/** Two processes write to one log at once: a host and a command, which may hang. */
import { existsSync, rmSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAuditLog, type AuditLog } from './audit-log.ts'
import { auditKeys } from './keys.ts'
import { lockFile } from './lock.ts'
import { linesOf, testEvent, testFolder, testKey, type TestFolder } from '../../testing/audit.ts'
import { verifyLog } from './verify.ts'

let folder: TestFolder
const logs: AuditLog[] = []
beforeEach(() => {
  folder = testFolder()
})
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close()
  folder.remove()
})

async function open(patienceMs: number): Promise<AuditLog> {
  const log = await openAuditLog({ file: folder.file, hostKey: testKey, nowMs: Date.now, patienceMs })
  logs.push(log)
  return log
}

async function writeAll(log: AuditLog, first: number): Promise<void> {
  for (let n = first; n < first + 100; n += 1) await log.write(testEvent(n, { action: 'play' }))
}

it('never forks the chain', async () => {
  const [host, command] = [await open(60_000), await open(60_000)]
  await Promise.all([writeAll(host, 0), writeAll(command, 1000)])
  expect([host.finding(), command.finding()]).toEqual([null, null])
  expect(await verifyLog(folder.file, { key: auditKeys(testKey).lines })).toMatchObject({
    count: 200,
    fault: null,
    torn: [],
  })
  const counts = linesOf(folder.file).map(({ count }) => Number(count))
  const firstOfOther = counts.findIndex((count) => count >= 1000)
  expect(counts.slice(firstOfOther).some((count) => count < 1000)).toBe(true)
})

it('fails the line after a while, and comes back with the count of what was lost', async () => {
  const log = await open(30)
  const other = new Sqlite(lockFile(folder.file))
  other.exec('BEGIN IMMEDIATE')
  await expect(log.write(testEvent(1))).rejects.toThrow(/Another process has held .*audit\.lock for 30 ms/)
  expect([log.writable(), await log.check()]).toEqual([false, false])
  other.close()
  await log.write(testEvent(2))
  expect(linesOf(folder.file)).toMatchObject([{ n: 1, count: 2, lost: 1 }])
})

it('waits for a command that is about to finish', async () => {
  const log = await open(60_000)
  const other = new Sqlite(lockFile(folder.file))
  other.exec('BEGIN IMMEDIATE')
  const written = log.write(testEvent(1))
  await setTimeout(20)
  expect(linesOf(folder.file)).toEqual([])
  other.close()
  await written
  expect(linesOf(folder.file)).toHaveLength(1)
})

it('keeps its lock in an empty file that only the host can read, and makes it again', async () => {
  const log = await open(1000)
  const stats = statSync(lockFile(folder.file))
  expect([stats.mode & 0o777, stats.size]).toEqual([0o600, 0])
  rmSync(lockFile(folder.file))
  await log.write(testEvent(1))
  expect(existsSync(lockFile(folder.file))).toBe(true)
})
