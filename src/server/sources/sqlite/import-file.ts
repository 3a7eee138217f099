/**
 * An import: all recordings of a file in one transaction, so that a bad line, Ctrl-C or a crash leaves the store as
 * it was. A running host goes on reading the store as it was, and sees the recordings once they are all there.
 */
import { readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AudioShelf, removeAudio } from './audio-files.ts'
import { databaseFile, explained, openForWriting, type Database } from './database.ts'
import { dropDemo, readDemoMark } from './demo-mark.ts'
import {
  detectFormat,
  isFormatError,
  readEntries,
  type ImportEntry,
  type ImportFormat,
} from './import-formats.ts'
import { readImported } from './import-row.ts'
import { RecordingWriter, RowError, type NewRecording } from './recording-writer.ts'
import { dropSearchIndexes } from './schema.ts'
import { explain } from './explain.ts'
import { OperatorError } from '../../platform/operator-error.ts'

export interface ImportOptions {
  readonly dataDir: string
  /** The file's bytes. */
  readonly input: AsyncIterable<Uint8Array>
  /** The file's name, for its extension and for messages. */
  readonly name: string
  readonly format?: ImportFormat | undefined
  /** A folder with `{id}.mp3` files to attach. */
  readonly mediaDir?: string | undefined
  /** Leaves bad recordings out, in place of importing nothing. */
  readonly skipBad?: boolean | undefined
  /** Drops the demo data of a demo store, which otherwise refuses an import. */
  readonly replaceDemo?: boolean | undefined
  /** Aborting rejects with its reason; the store is as it was. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

export interface ImportProgress {
  readonly bytesRead: number
  readonly rows: number
}

export interface ImportResult {
  readonly format: ImportFormat
  readonly added: number
  readonly updated: number
  /** Recordings that had an audio file. */
  readonly withAudio: number
  readonly skipped: number
  /** How many may sign in: with none, nobody sees what was imported. */
  readonly accounts: number
  /** The first of what was skipped: `line 7: startTime is missing …`. */
  readonly reasons: readonly string[]
}

const REASONS_KEPT = 10
/** Characters by which a format can be told; a pipe may bring fewer at first. */
const ENOUGH_TO_TELL = 4096
/** KiB: a long transaction writes a page again each time that the cache was too small for it. */
const CACHE_KIB = 131_072

/** @throws OperatorError saying what is wrong and what to do; then nothing was imported. */
export async function importRecordings(options: ImportOptions): Promise<ImportResult> {
  const { dataDir } = options
  const db = openForWriting(dataDir)
  const shelf = new AudioShelf(dataDir)
  try {
    db.pragma(`cache_size = -${CACHE_KIB}`)
    explained(databaseFile(dataDir), () => db.exec('BEGIN IMMEDIATE'))
    const dropped = makeRoom(db, options.replaceDemo ?? false)
    const result = await load(db, shelf, options)
    db.exec('COMMIT')
    shelf.keep()
    removeUnused(db, dataDir, dropped)
    db.pragma('wal_checkpoint(TRUNCATE)')
    return result
  } catch (error) {
    // A full disk has rolled back already.
    if (db.inTransaction) db.exec('ROLLBACK')
    shelf.undo()
    throw explain(error, databaseFile(dataDir))
  } finally {
    db.close()
  }
}

async function load(db: Database, shelf: AudioShelf, options: ImportOptions): Promise<ImportResult> {
  const isFirst = db.prepare('SELECT 1 FROM recordings').get() === undefined
  const indexes = isFirst ? dropSearchIndexes(db) : []
  const loader = new Loader(db, shelf, options)
  let format: ImportFormat
  try {
    format = await readAll(loader, options)
  } catch (error) {
    if (!isFormatError(error)) throw error
    throw new OperatorError(`${options.name}: ${error.message}. Nothing was imported.`, { cause: error })
  }
  for (const build of indexes) {
    // Each takes a while; between them Ctrl-C is heard.
    await setImmediate()
    options.signal?.throwIfAborted()
    build()
  }
  return { ...loader.result(), format }
}

async function readAll(
  loader: Loader,
  { input, name, format, signal, onProgress }: ImportOptions,
): Promise<ImportFormat> {
  let bytesRead = 0
  const pieces = decoded(input, (bytes) => (bytesRead += bytes))
  let beginning = ''
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    beginning += next.value
    if (beginning.length >= ENOUGH_TO_TELL) break
  }
  if (beginning.trim() === '') throw new OperatorError('the file is empty')
  const known = format ?? detectFormat(name, beginning)
  for await (const entries of readEntries(known, beginning, pieces)) {
    signal?.throwIfAborted()
    for (const entry of entries) loader.take(entry)
    onProgress?.({ bytesRead, rows: loader.rows })
  }
  return known
}

/** Demo data is made anew every week: nothing real may be mixed into it. @returns the audio that was dropped. */
function makeRoom(db: Database, replaceDemo: boolean): string[] {
  if (readDemoMark(db) === null) return []
  if (!replaceDemo) {
    throw new OperatorError(
      'DATA_DIR holds demo data, which is made anew every week and would take your recordings with it. ' +
        'Run the import again with --replace-demo to drop the demo’s recordings and accounts, or set DATA_DIR to another folder.',
    )
  }
  return dropDemo(db)
}

function removeUnused(db: Database, dataDir: string, dropped: readonly string[]): void {
  const used = db.prepare('SELECT 1 FROM media WHERE sha256 = ?')
  for (const sha256 of dropped) if (used.get(sha256) === undefined) removeAudio(dataDir, sha256)
}

async function* decoded(
  input: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch (error) {
      throw new OperatorError('the file is not UTF-8 text', { cause: error })
    }
  }
  for await (const bytes of input) {
    count(bytes.length)
    yield decode(bytes)
  }
  yield decode()
}

/** `DIR/{id}.mp3` by id, whatever the case of either. @throws OperatorError where the folder cannot be read. */
function audioFiles(mediaDir: string): ReadonlyMap<string, string> {
  try {
    const names = readdirSync(mediaDir).filter((name) => extname(name).toLowerCase() === '.mp3')
    return new Map(names.map((name) => [name.slice(0, -4).toLowerCase(), join(mediaDir, name)]))
  } catch (error) {
    throw new OperatorError(
      `The folder given with --media cannot be read: ${mediaDir}. Give the folder that holds the {id}.mp3 files.`,
      { cause: error },
    )
  }
}

class Loader {
  rows = 0
  #added = 0
  #withAudio = 0
  readonly #reasons: string[] = []
  #skipped = 0
  readonly #db: Database
  readonly #writer: RecordingWriter
  readonly #shelf: AudioShelf
  readonly #audio: ReadonlyMap<string, string>
  readonly #skipBad: boolean

  constructor(db: Database, shelf: AudioShelf, { mediaDir, skipBad = false }: ImportOptions) {
    this.#db = db
    this.#writer = new RecordingWriter(db)
    this.#shelf = shelf
    this.#audio = mediaDir === undefined ? new Map() : audioFiles(mediaDir)
    this.#skipBad = skipBad
  }

  take({ place, value, problem }: ImportEntry): void {
    this.rows += 1
    try {
      if (problem !== undefined) throw new RowError(problem)
      if (this.#writer.put(this.#withMedia(readImported(value))) === 'added') this.#added += 1
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      this.#skip(`${place}: ${error.message}`)
    }
  }

  #withMedia(recording: NewRecording): NewRecording {
    const file = this.#audio.get(recording.id.toLowerCase())
    if (file === undefined) return recording
    const audio = this.#shelf.add(file)
    if (audio.size === 0) throw new RowError(`its audio ${file} is empty`)
    this.#withAudio += 1
    return { ...recording, audio }
  }

  #skip(reason: string): void {
    if (!this.#skipBad) {
      throw new OperatorError(
        `${reason}. Correct it, or run the import again with --skip-bad to leave such recordings out`,
      )
    }
    this.#skipped += 1
    if (this.#reasons.length < REASONS_KEPT) this.#reasons.push(reason)
  }

  result(): Omit<ImportResult, 'format'> {
    const [added, withAudio, skipped, reasons] = [this.#added, this.#withAudio, this.#skipped, this.#reasons]
    const accounts = Number(this.#db.prepare('SELECT count(*) FROM accounts').pluck().get())
    return { added, updated: this.rows - added - skipped, withAudio, skipped, accounts, reasons }
  }
}
