/** Hands the recordings of an import to an archive, within its transaction, and counts them. */
import type { AudioShelf } from './audio-files.ts'
import type { ImportEntry } from './import-entry.ts'
import { MediaFolder } from './import-media.ts'
import type { ImportReport } from './import-report.ts'
import { readImported } from './import-row.ts'
import { ValueReader, type ImportReading } from './import-values.ts'
import { RowError, type NewRecording } from './new-recording.ts'
import { FileFault } from './file-fault.ts'

export interface LoaderOptions {
  /** A folder with `{id}.mp3` files to attach. */
  readonly mediaDir?: string | undefined
  /** Leaves bad recordings out. Otherwise one of them fails the import. */
  readonly skipBad?: boolean | undefined
  /** How to read values that are not in the API's form. Without it, only the API's form is read. */
  readonly reading?: ImportReading | undefined
}

/** A recording that an archive could not store. */
export interface Refused {
  /** As given with the recording. */
  readonly place: string
  readonly why: RowError
}

/** Stores recordings in an archive. */
export interface ImportWriter {
  /** How many were new. It counts what is stored by now. */
  readonly added: number
  /**
   * Stores the recording, or updates the one of the same id, now or later.
   * @param place where it stands in the file.
   * @throws RowError if it cannot be stored.
   */
  put(recording: NewRecording, place: string): void
  /**
   * Stores what it holds if that is much, or if it is the last.
   * @returns what could not be stored.
   */
  settle(isLast: boolean): Promise<readonly Refused[]>
}

/** Where the loader writes. */
export interface LoaderPlaces {
  readonly writer: ImportWriter
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
  #withAudio = 0
  #withoutAudio = 0
  #skipped = 0
  readonly #reasons: string[] = []
  readonly #writer: ImportWriter
  readonly #report: ImportReport
  readonly #media: MediaFolder | null
  readonly #values: ValueReader
  readonly #skipBad: boolean

  /** @throws OperatorError if the folder of audio cannot be read. */
  constructor(
    { writer, shelf, report }: LoaderPlaces,
    { mediaDir, skipBad = false, reading = { dates: null, zone: null } }: LoaderOptions,
  ) {
    this.#writer = writer
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
      this.#writer.put(this.#withMedia(readImported(value, this.#values)), place)
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      this.#skip(`${place}: ${error.message}`)
    }
  }

  /** Lets the archive store what it holds. Call it last with `isLast`. @throws FileFault as `take` does. */
  async settle(isLast: boolean): Promise<void> {
    for (const { place, why } of await this.#writer.settle(isLast)) this.#skip(`${place}: ${why.message}`)
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

  /** Call it after the last `settle`. */
  counts(): ImportCounts {
    const unusedAudio = this.#media?.unused() ?? []
    for (const name of unusedAudio) this.#report.add(`unused: ${name}`)
    return {
      added: this.#writer.added,
      updated: this.rows - this.#writer.added - this.#skipped,
      withAudio: this.#withAudio,
      withoutAudio: this.#withoutAudio,
      unusedAudio,
      skipped: this.#skipped,
      zoneless: this.#values.zoneless,
      reasons: this.#reasons,
    }
  }
}
