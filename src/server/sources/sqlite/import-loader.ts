/** Stores and counts the recordings of an import, within its transaction. */
import type { AudioShelf } from './audio-files.ts'
import type { Database } from './database.ts'
import type { ImportEntry } from './import-entry.ts'
import { MediaFolder } from './import-media.ts'
import type { ImportReport } from './import-report.ts'
import { readImported } from './import-row.ts'
import { ValueReader, type ImportReading } from './import-values.ts'
import { RecordingWriter, RowError, type NewRecording } from './recording-writer.ts'
import { FileFault } from './file-fault.ts'

export interface LoaderOptions {
  /** A folder with `{id}.mp3` files to attach. */
  readonly mediaDir?: string | undefined
  /** Leaves bad recordings out. Otherwise one of them fails the import. */
  readonly skipBad?: boolean | undefined
  /** How to read values that are not in the API's form. Without it, only the API's form is read. */
  readonly reading?: ImportReading | undefined
}

/** Where the loader writes. */
export interface LoaderPlaces {
  readonly db: Database
  readonly shelf: AudioShelf
  readonly report: ImportReport
}

export interface ImportCounts {
  readonly added: number
  readonly updated: number
  /** Recordings that had an audio file. */
  readonly withAudio: number
  /** Recordings without an audio file, if a folder was given. */
  readonly withoutAudio: number
  /** Names of audio files that belong to no recording of the file. */
  readonly unusedAudio: readonly string[]
  readonly skipped: number
  /** Start times that had no offset. */
  readonly zoneless: number
  /** The first reasons for skipping: `line 7: startTime is missing …`. The report has all of them. */
  readonly reasons: readonly string[]
}

const REASONS_KEPT = 10

export class ImportLoader {
  rows = 0
  #added = 0
  #withAudio = 0
  #withoutAudio = 0
  #skipped = 0
  readonly #reasons: string[] = []
  readonly #writer: RecordingWriter
  readonly #report: ImportReport
  readonly #media: MediaFolder | null
  readonly #values: ValueReader
  readonly #skipBad: boolean

  /** @throws OperatorError if the folder of audio cannot be read. */
  constructor(
    { db, shelf, report }: LoaderPlaces,
    { mediaDir, skipBad = false, reading = { dates: null, zone: null } }: LoaderOptions,
  ) {
    this.#writer = new RecordingWriter(db)
    this.#report = report
    this.#media = mediaDir === undefined ? null : new MediaFolder(mediaDir, shelf)
    this.#values = new ValueReader(reading)
    this.#skipBad = skipBad
  }

  /** @throws FileFault if the entry cannot be stored and bad ones are not to be left out. */
  take({ place, value, problem }: ImportEntry): void {
    this.rows += 1
    try {
      if (problem !== undefined) throw new RowError(problem)
      if (this.#writer.put(this.#withMedia(readImported(value, this.#values))) === 'added') this.#added += 1
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      this.#skip(`${place}: ${error.message}`)
    }
  }

  #withMedia(recording: NewRecording): NewRecording {
    if (!this.#media) return recording
    const audio = this.#media.keep(recording.id)
    if (audio === null) {
      this.#withoutAudio += 1
      this.#report.add(`no audio: ${recording.id}`)
      return recording
    }
    this.#withAudio += 1
    return { ...recording, audio }
  }

  #skip(reason: string): void {
    if (!this.#skipBad) {
      throw new FileFault(
        reason,
        'Correct it, or run the import again with --skip-bad to leave such recordings out.',
      )
    }
    this.#skipped += 1
    this.#report.add(`left out: ${reason}`)
    if (this.#reasons.length < REASONS_KEPT) this.#reasons.push(reason)
  }

  /** Call it after the last `take`. */
  counts(): ImportCounts {
    const unusedAudio = this.#media?.unused() ?? []
    for (const name of unusedAudio) this.#report.add(`unused: ${name}`)
    return {
      added: this.#added,
      updated: this.rows - this.#added - this.#skipped,
      withAudio: this.#withAudio,
      withoutAudio: this.#withoutAudio,
      unusedAudio,
      skipped: this.#skipped,
      zoneless: this.#values.zoneless,
      reasons: this.#reasons,
    }
  }
}
