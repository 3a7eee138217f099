/**
 * Imports all recordings of a file in one transaction, so that a bad line, Ctrl-C or a crash leaves the store as it
 * was. A running host keeps reading the old state, and sees the recordings once all of them are stored.
 */
import { setImmediate } from 'node:timers/promises'
import { audioFolder, AudioShelf, removeAudio } from '../archive/audio-files.ts'
import { databaseFile, explained, openForWriting, type Database } from './database.ts'
import { dropDemo, readDemoMark } from './demo-mark.ts'
import { ImportLoader, type ImportWriter, type LoaderPlaces } from '../archive/import-loader.ts'
import { readFileInto, type ImportOptions, type ImportResult } from '../archive/import-reading.ts'
import { ImportReport } from '../archive/import-report.ts'
import { dropSearchIndexes } from './schema.ts'
import { explain } from './explain.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { RecordingWriter } from './recording-writer.ts'

export interface StoreImportOptions extends ImportOptions {
  readonly dataDir: string
}

/** With a smaller cache, a long transaction writes the same pages many times. */
const CACHE_KIB = 131_072

/** @throws OperatorError saying what is wrong and what to do. Nothing was imported then. */
export async function importRecordings(options: StoreImportOptions): Promise<ImportResult> {
  const { dataDir } = options
  const db = openForWriting(dataDir)
  const places = { shelf: new AudioShelf(audioFolder(dataDir)), report: new ImportReport(dataDir) }
  try {
    db.pragma(`cache_size = -${CACHE_KIB}`)
    explained(databaseFile(dataDir), () => db.exec('BEGIN IMMEDIATE'))
    const dropped = makeRoom(db, options.replaceDemo ?? false)
    const result = await load(db, places, options)
    places.report.finish()
    db.exec('COMMIT')
    places.shelf.keep()
    removeUnused(db, dataDir, dropped)
    db.pragma('wal_checkpoint(TRUNCATE)')
    return { ...result, reportFile: places.report.keep() }
  } catch (error) {
    // SQLite itself rolls back when the disk is full.
    if (db.inTransaction) db.exec('ROLLBACK')
    places.shelf.undo()
    places.report.undo()
    throw explain(error, databaseFile(dataDir))
  } finally {
    db.close()
  }
}

/** Each recording is stored as it comes. */
function importWriter(db: Database): ImportWriter {
  const writer = new RecordingWriter(db)
  let added = 0
  return {
    get added() {
      return added
    },
    put(recording) {
      if (writer.put(recording) === 'added') added += 1
    },
    settle: async () => [],
  }
}

async function load(
  db: Database,
  places: Omit<LoaderPlaces, 'writer'>,
  options: ImportOptions,
): Promise<Omit<ImportResult, 'reportFile'>> {
  const isFirst = db.prepare('SELECT 1 FROM recordings').get() === undefined
  const indexes = isFirst ? dropSearchIndexes(db) : []
  const loader = new ImportLoader({ ...places, writer: importWriter(db) }, options)
  const format = await readFileInto(loader, options)
  for (const build of indexes) {
    // Each index takes a while, so Ctrl-C can stop the import between them.
    await setImmediate()
    options.signal?.throwIfAborted()
    build()
  }
  const accounts = Number(db.prepare('SELECT count(*) FROM accounts').pluck().get())
  return { ...loader.counts(), format, accounts }
}

/** Demo data is replaced every week, so real recordings must not mix with it. @returns the audio that was dropped. */
function makeRoom(db: Database, replaceDemo: boolean): string[] {
  if (readDemoMark(db) === null) return []
  if (!replaceDemo) {
    throw new OperatorError(
      'DATA_DIR holds demo data, which is replaced every week and would take your recordings with it. ' +
        'Run the import again with --replace-demo to drop the demo’s recordings and accounts, or set DATA_DIR to another folder.',
    )
  }
  return dropDemo(db)
}

function removeUnused(db: Database, dataDir: string, dropped: readonly string[]): void {
  const used = db.prepare('SELECT 1 FROM media WHERE sha256 = ?')
  for (const sha256 of dropped) if (used.get(sha256) === undefined) removeAudio(audioFolder(dataDir), sha256)
}
