/** A running host notices changes to a database's file. */
import Sqlite, { type Database } from 'better-sqlite3'
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchDatabaseFile, type DatabaseFile } from './database-file.ts'

let folder: string
let file: string
let db: Database
let watched: DatabaseFile
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-file-'))
  file = join(folder, 'x.db')
  db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE t (x)')
  watched = watchDatabaseFile(file)
})
afterEach(() => {
  db.close()
  watched.close()
  rmSync(folder, { recursive: true })
})

const fill = (rows: number): void => {
  const insert = db.prepare('INSERT INTO t VALUES (?)')
  db.transaction(() => {
    for (let row = 0; row < rows; row += 1) insert.run('x'.repeat(1000))
  })()
}

/** This process's locks on the file, as the kernel reports them, without their numbers among all of the machine's. */
const locks = () =>
  readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`:${statSync(file).ino} `) && line.includes(` ${process.pid} `))
    .map((line) => line.replace(/^\d+: /, ''))

describe('a database’s file', () => {
  it.runIf(process.platform === 'linux')(
    'keeps the locks of its database while it is looked at',
    async () => {
      db.prepare('SELECT count(*) FROM t').get()
      const before = locks()
      expect(before.length).toBeGreaterThan(0)
      expect(await watched.isReadable()).toBe(true)
      expect(locks()).toEqual(before)
    },
  )

  it('can be read while it is written, checkpointed and locked', async () => {
    expect(await watched.isReadable()).toBe(true)
    fill(1000)
    expect(await watched.isReadable()).toBe(true)
    db.pragma('wal_checkpoint(TRUNCATE)')
    expect(await watched.isReadable()).toBe(true)
    db.exec('BEGIN EXCLUSIVE')
    expect(await watched.isReadable()).toBe(true)
    db.exec('ROLLBACK')
  })

  it('can be read in the middle of a checkpoint, whose pages are in the log still', async () => {
    fill(100)
    const [short, { size }] = [statSync(file).size, statSync(`${file}-wal`)]
    expect(size).toBeGreaterThan(short)
    const log = join(folder, 'log')
    copyFileSync(`${file}-wal`, log)
    db.pragma('wal_checkpoint(TRUNCATE)')
    truncateSync(file, short)
    expect(await watched.isReadable()).toBe(false)
    copyFileSync(log, `${file}-wal`)
    expect(await watched.isReadable()).toBe(true)
  })

  it.each([
    ['was removed', () => rmSync(file)],
    ['was emptied', () => truncateSync(file, 0)],
    ['was cut within its header', () => truncateSync(file, 50)],
    ['holds something else', () => writeFileSync(file, 'nothing of ours '.repeat(1000))],
    [
      'was replaced by another',
      () => {
        copyFileSync(file, `${file}.other`)
        renameSync(`${file}.other`, file)
      },
    ],
  ])('cannot be read once it %s', async (_, spoil) => {
    fill(10)
    db.pragma('wal_checkpoint(TRUNCATE)')
    spoil()
    expect(await watched.isReadable()).toBe(false)
  })
})
