import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AttemptsFile } from './attempts-file.ts'
import { kinds, Ledger } from './ledger.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attempts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(clock: { nowMs: number }, saveMs = 0) {
  const path = join(folder, 'attempts.db')
  const file: AttemptsFile = new AttemptsFile({
    saveMs,
    file: path,
    restore: (_kind, key, entry) => ledger.restore(key, entry),
  })
  const ledger: Ledger = new Ledger({
    kind: kinds.account,
    maxEntries: 3,
    nowMs: () => clock.nowMs,
    keeper: file,
  })
  file.open((error) => {
    throw error
  })
  const stored = (): unknown[] => {
    const db = new Database(path, { readonly: true })
    const keys = db.prepare('SELECT key FROM attempt ORDER BY key').pluck().all()
    db.close()
    return keys
  }
  return { file, ledger, stored }
}

it('holds no more than its limit, and drops the entries that were added to longest ago', () => {
  const { file, ledger, stored } = open({ nowMs: 0 })
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) ledger.set(key, { untilMs: 100, lastMs: 0 })
  expect([ledger.size, stored()]).toEqual([3, ['a', 'd', 'e']])
  file.close()
})

it('holds no expired entry', () => {
  const clock = { nowMs: 0 }
  const first = open(clock)
  first.ledger.set('a', { untilMs: 10, lastMs: 0 })
  first.ledger.set('b', { untilMs: 100, lastMs: 0 })
  clock.nowMs = 10
  expect(first.ledger.get('a')).toBeNull()
  expect(first.stored()).toEqual(['b'])
  first.file.close()
  clock.nowMs = 100
  const second = open(clock)
  expect(second.ledger.size).toBe(0)
  second.ledger.set('c', { untilMs: 200, lastMs: 100 })
  expect(second.stored()).toEqual(['c'])
  second.file.close()
})

it('treats a file of another version as empty', () => {
  const first = open({ nowMs: 0 })
  first.ledger.set('a', { untilMs: 10, lastMs: 0 })
  first.file.close()
  const db = new Database(join(folder, 'attempts.db'))
  db.pragma('user_version = 99')
  db.close()
  const second = open({ nowMs: 0 })
  expect(second.ledger.get('a')).toBeNull()
  second.file.close()
})

it('writes changes together, and the last ones when it closes', async () => {
  const { file, ledger, stored } = open({ nowMs: 0 }, 20)
  ledger.set('a', { untilMs: 100, lastMs: 0 })
  ledger.set('b', { untilMs: 100, lastMs: 0 })
  expect(stored()).toEqual([])
  await expect.poll(stored).toEqual(['a', 'b'])
  ledger.set('c', { untilMs: 100, lastMs: 0 })
  file.close()
  expect(stored()).toEqual(['a', 'b', 'c'])
})

it('writes a try at the recorder at once', () => {
  const { file, stored } = open({ nowMs: 0 }, 1e6)
  file.save(kinds.account, 'a', { untilMs: 100, lastMs: 0 })
  expect(stored()).toEqual([])
  file.save(kinds.try, 'b', { untilMs: 100, lastMs: 0 })
  expect(stored()).toEqual(['a', 'b'])
  file.close()
})
