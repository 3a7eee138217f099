/** Opening a store, and the messages for an operator if it cannot be opened. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databaseFile, openForReading, openForWriting } from './database.ts'
import { migrate, SCHEMA_VERSION } from './schema.ts'
import { openSqliteSource } from './sqlite-source.ts'
import { explain } from './explain.ts'
import { temporaryFolder, testStore, type TestStore } from '../../../testing/store.ts'

let folder: TestStore
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const open = (dataDir = folder.dataDir) => openSqliteSource({ dataDir, workers: 0 })

describe('opening a store', () => {
  it('makes the folder and the database', async () => {
    const dataDir = join(folder.dataDir, 'a', 'b')
    const source = await open(dataDir)
    expect(await source.ready()).toBe(true)
    await source.close()
    const db = openForReading(dataDir)
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION)
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    db.close()
  })

  it('writes with the safest settings', () => {
    const db = openForWriting(folder.dataDir)
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    db.close()
  })

  it('lets a running host wait for no lock', async () => {
    const source = await open()
    const db = openForReading(folder.dataDir)
    expect(db.pragma('busy_timeout', { simple: true })).toBe(0)
    db.close()
    await source.close()
  })

  it('is not ready if its file is gone', async () => {
    const source = await open()
    rmSync(databaseFile(folder.dataDir))
    expect(await source.ready()).toBe(false)
    await source.close()
    expect(await source.ready()).toBe(false)
  })

  it.each([
    ['DATA_DIR is a file', 'file', /DATA_DIR cannot be used: .*set DATA_DIR to another folder/],
    ['DATA_DIR lies under a file', 'file/below', /DATA_DIR cannot be used: .*set DATA_DIR to another folder/],
  ])('says what to do if %s', async (_, path, message) => {
    writeFileSync(join(folder.dataDir, 'file'), 'x')
    await expect(open(join(folder.dataDir, path))).rejects.toThrow(message)
  })

  it.runIf(process.platform === 'linux')('says what to do if a folder cannot be made', async () => {
    await expect(open('/proc/recordings')).rejects.toThrow(/DATA_DIR cannot be used: .* cannot be made/)
  })

  it('says what to do if the database is a folder', async () => {
    mkdirSync(databaseFile(folder.dataDir))
    await expect(open()).rejects.toThrow(/recordings\.db cannot be opened/)
  })

  it('does not change a file that is not a database', async () => {
    const text = 'This is a text, and long enough to be looked at.\n'.repeat(100)
    writeFileSync(databaseFile(folder.dataDir), text)
    await expect(open()).rejects.toThrow(/is not a database\. Move it away/)
    expect(readFileSync(databaseFile(folder.dataDir), 'utf8')).toBe(text)
  })

  it('does not change the database of another program', async () => {
    const other = new Sqlite(databaseFile(folder.dataDir))
    other.exec('CREATE TABLE theirs (x)')
    other.close()
    const before = readFileSync(databaseFile(folder.dataDir))
    await expect(open()).rejects.toThrow(/belongs|another program/)
    expect(readFileSync(databaseFile(folder.dataDir))).toEqual(before)
  })

  it('does not change the database of a newer version', async () => {
    const newer = openForWriting(folder.dataDir)
    newer.pragma(`user_version = ${SCHEMA_VERSION + 1}`)
    newer.close()
    await expect(open()).rejects.toThrow(/newer version .*Update this program, or set DATA_DIR/)
    const db = new Sqlite(databaseFile(folder.dataDir))
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION + 1)
    db.close()
  })
})

describe('migrations', () => {
  it('bring a database from any version to the newest, once', () => {
    const db = new Sqlite(':memory:')
    const steps = ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y', 'INSERT INTO a VALUES (1, 2)']
    migrate(db, steps.slice(0, 1))
    migrate(db, steps)
    migrate(db, steps)
    expect(db.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 1, y: 2 }])
    expect(db.pragma('user_version', { simple: true })).toBe(3)
  })

  it('change nothing if one of them fails', () => {
    const db = new Sqlite(':memory:')
    migrate(db, ['CREATE TABLE a (x)'])
    expect(() => migrate(db, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)', 'nonsense'])).toThrow(
      /syntax error/,
    )
    expect(db.pragma('user_version', { simple: true })).toBe(1)
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'b'").all()).toEqual([])
  })

  it('keep what a store holds', async () => {
    const store = await testStore([{}, {}])
    const db = openForWriting(store.dataDir)
    expect(db.prepare('SELECT count(*) FROM recordings').pluck().get()).toBe(2)
    db.close()
    store.remove()
  })
})

describe('the message for an operator', () => {
  it('names a lock', () => {
    const [holder, other] = [
      new Sqlite(join(folder.dataDir, 'x.db')),
      new Sqlite(join(folder.dataDir, 'x.db'), { timeout: 0 }),
    ]
    holder.exec('BEGIN EXCLUSIVE')
    expect(() => {
      try {
        migrate(other)
      } catch (error) {
        throw explain(error, 'x.db')
      }
    }).toThrow('x.db is locked: another import, user command or program is writing to it.')
    holder.close()
    other.close()
  })

  it('names a full disk', () => {
    const db = openForWriting(folder.dataDir)
    db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`)
    expect(() => {
      try {
        db.prepare('INSERT INTO meta VALUES (?, ?)').run('x', 'x'.repeat(100_000))
      } catch (error) {
        throw explain(error, 'x.db')
      }
    }).toThrow('The disk of x.db is full. Free some space and try again; nothing was changed.')
    db.close()
  })

  it('passes on an unknown error', () => {
    const unknown = new Error('else')
    expect(explain(unknown, 'x.db')).toBe(unknown)
  })
})
