/** Importing into the embedded store, as far as it is this engine's. See `importing.test.ts` for both archives. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importText, wireRecording as wire } from '../../../testing/imports.ts'
import { temporaryFolder, testGuid, type TestStore } from '../../../testing/store.ts'
import { openForWriting } from './database.ts'
import { writeDemoMark } from './demo-mark.ts'

let folder: TestStore
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const ndjson = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n')

/** The ids of all recordings, in the order of their keys. */
function stored(): readonly unknown[] {
  const db = openForWriting(folder.dataDir)
  const ids = db.prepare('SELECT lower(hex(id)) FROM recordings ORDER BY key').pluck().all()
  db.close()
  return ids
}
const written = (n: number) => testGuid(n).replaceAll('-', '')

/** How many indexes there are for searches. */
const indexes = (): unknown => {
  const db = openForWriting(folder.dataDir)
  const sql = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'recordings_by%'"
  const count = db.prepare(sql).pluck().get()
  db.close()
  return count
}

describe('a first import', () => {
  it('builds the indexes again that it left out', async () => {
    expect(await importText(folder.dataDir, ndjson([wire(1)]))).toMatchObject({ added: 1 })
    expect(indexes()).toBe(5)
  })

  it('that ends early leaves the store as it was, indexes included', async () => {
    const leaving = new AbortController()
    const input = async function* endless() {
      for (let n = 1; ; n += 1) {
        yield Buffer.from(`${JSON.stringify(wire(n))}\n`)
        if (n === 20) leaving.abort(new Error('Ctrl-C'))
      }
    }
    const options = { input: input(), name: 'x.ndjson', signal: leaving.signal }
    await expect(importText(folder.dataDir, '', options)).rejects.toThrow('Ctrl-C')
    expect(stored()).toEqual([])
    expect(indexes()).toBe(5)
  })
})

describe('a demo store', () => {
  it('refuses real recordings, which the next demo would delete, unless its data is dropped', async () => {
    const load = (text: string, options = {}) => importText(folder.dataDir, text, options)
    await load(ndjson([wire(1)]))
    const db = openForWriting(folder.dataDir)
    writeDemoMark(db, { edition: 1, madeForMs: 0, accounts: ['manager'] })
    await expect(load(ndjson([wire(2)]))).rejects.toThrow(/demo data, .*--replace-demo/)
    await expect(load('{', { replaceDemo: true })).rejects.toThrow(/cut off|not JSON/)
    expect(stored()).toEqual([written(1)])
    expect(await load(ndjson([wire(2)]), { replaceDemo: true })).toMatchObject({ added: 1 })
    expect(stored()).toEqual([written(2)])
    expect(await load(ndjson([wire(3)]))).toMatchObject({ added: 1 })
    db.close()
  })
})
