/** What a removal leaves in the file of the embedded store. See `archive/removal.test.ts` for both archives. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testStore, type TestStore } from '../../../testing/store.ts'
import { openForWriting, type Database } from './database.ts'
import { removeMatches } from './removal.ts'

const ofAda = { ownerUsername: { op: 'equals', text: 'ADA' } } as const

let folder: TestStore
let db: Database
beforeEach(async () => {
  const preservingUser = { username: 'chief' }
  folder = await testStore([
    { ownerUsername: 'ada', remotePartyNumber: '+39055424242' },
    { ownerUsername: 'ada', preservingUser },
    { ownerUsername: 'bob' },
  ])
  db = openForWriting(folder.dataDir)
})
afterEach(() => {
  db.close()
  folder.remove()
})

describe('a removal', () => {
  it('leaves the file in order', () => {
    expect(removeMatches(db, folder.dataDir, ofAda, null)).toMatchObject({ removed: 1 })
    expect(removeMatches(db, folder.dataDir, {}, null)).toMatchObject({ removed: 1 })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('foreign_key_check')).toEqual([])
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
})
