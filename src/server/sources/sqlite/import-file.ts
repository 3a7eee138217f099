/**
 * Imports all recordings of a file in one transaction, so that a bad line, Ctrl-C or a crash leaves the store as it
 * was. A running host keeps reading the old state, and sees the recordings once all of them are stored.
 */
import { setImmediate } from 'node:timers/promises'
import { AudioShelf, removeAudio } from './audio-files.ts'
import { databaseFile, explained, openForWriting, type Database } from './database.ts'
import { dropDemo, readDemoMark } from './demo-mark.ts'
import { detectFormat, readEntries, type ImportFormat } from './import-formats.ts'
import { ImportLoader, type ImportCounts, type LoaderOptions, type LoaderPlaces } from './import-loader.ts'
import { ImportReport } from './import-report.ts'
import { decoded } from './import-text.ts'
import { dropSearchIndexes } from './schema.ts'
import { explain } from './explain.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { emptyFile, FileFault } from './file-fault.ts'

export interface ImportOptions extends LoaderOptions {
  readonly dataDir: string
  /** The file's bytes. */
  readonly input: AsyncIterable<Uint8Array>
  /** The file's name, for its extension and for messages. */
  readonly name: string
  readonly format?: ImportFormat | undefined
  /** Drops the demo data. Without it, a demo store refuses the import. */
  readonly replaceDemo?: boolean | undefined
  /** Aborting rejects with its reason and leaves the store as it was. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

export interface ImportProgress {
  readonly bytesRead: number
  readonly rows: number
}

export interface ImportResult extends ImportCounts {
  readonly format: ImportFormat
  /** How many accounts there are. Without one, nobody can see the recordings. */
  readonly accounts: number
  /** The file that lists what was left out, has no audio, or was not used; null if the list is empty. */
  readonly reportFile: string | null
}

/** Characters that suffice to recognise a format. A pipe may deliver fewer at first. */
const ENOUGH_TO_TELL = 4096
/** With a smaller cache, a long transaction writes the same pages many times. */
const CACHE_KIB = 131_072

/** @throws OperatorError saying what is wrong and what to do. Nothing was imported then. */
export async function importRecordings(options: ImportOptions): Promise<ImportResult> {
  const { dataDir } = options
  const db = openForWriting(dataDir)
  const places = { db, shelf: new AudioShelf(dataDir), report: new ImportReport(dataDir) }
  try {
    db.pragma(`cache_size = -${CACHE_KIB}`)
    explained(databaseFile(dataDir), () => db.exec('BEGIN IMMEDIATE'))
    const dropped = makeRoom(db, options.replaceDemo ?? false)
    const result = await load(places, options)
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

async function load(places: LoaderPlaces, options: ImportOptions): Promise<Omit<ImportResult, 'reportFile'>> {
  const { db } = places
  const isFirst = db.prepare('SELECT 1 FROM recordings').get() === undefined
  const indexes = isFirst ? dropSearchIndexes(db) : []
  const loader = new ImportLoader(places, options)
  let format: ImportFormat
  try {
    format = await readAll(loader, options)
  } catch (error) {
    throw error instanceof FileFault
      ? new OperatorError(`${options.name}: ${error.message}. ${error.remedy} Nothing was imported.`, {
          cause: error,
        })
      : error
  }
  for (const build of indexes) {
    // Each index takes a while, so Ctrl-C can stop the import between them.
    await setImmediate()
    options.signal?.throwIfAborted()
    build()
  }
  const accounts = Number(db.prepare('SELECT count(*) FROM accounts').pluck().get())
  return { ...loader.counts(), format, accounts }
}

async function readAll(
  loader: ImportLoader,
  { input, name, format, signal, onProgress }: ImportOptions,
): Promise<ImportFormat> {
  let bytesRead = 0
  const pieces = decoded(input, (bytes) => (bytesRead += bytes))
  let beginning = ''
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    beginning += next.value
    if (beginning.length >= ENOUGH_TO_TELL) break
  }
  if (beginning.trim() === '') throw emptyFile()
  const known = format ?? detectFormat(name, beginning)
  for await (const entries of readEntries(known, beginning, pieces)) {
    signal?.throwIfAborted()
    for (const entry of entries) loader.take(entry)
    onProgress?.({ bytesRead, rows: loader.rows })
  }
  return known
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
  for (const sha256 of dropped) if (used.get(sha256) === undefined) removeAudio(dataDir, sha256)
}
