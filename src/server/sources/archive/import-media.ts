/** The folder of `--media` with one file `{id}.mp3` for each recording that has audio. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { codeOf } from '../../platform/code-of.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import type { AudioShelf, StoredAudio } from './audio-files.ts'
import { isMp3 } from './mp3.ts'
import { RowError } from './new-recording.ts'

const EXTENSION = '.mp3'

/** Paths by id. The ids are in small letters, because they compare without regard to case. */
function filesIn(folder: string): ReadonlyMap<string, string> {
  try {
    const names = readdirSync(folder).filter((name) => extname(name).toLowerCase() === EXTENSION)
    return new Map(names.map((name) => [name.slice(0, -EXTENSION.length).toLowerCase(), join(folder, name)]))
  } catch (error) {
    throw new OperatorError(
      `The folder given with --media cannot be read: ${folder}. Give the folder that holds the {id}.mp3 files.`,
      { cause: error },
    )
  }
}

function readAudio(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new RowError(`its audio ${file} cannot be read (${codeOf(error)})`)
  }
}

export class MediaFolder {
  readonly #shelf: AudioShelf
  readonly #files: ReadonlyMap<string, string>
  readonly #asked = new Set<string>()

  /** @throws OperatorError if the folder cannot be read. */
  constructor(folder: string, shelf: AudioShelf) {
    this.#shelf = shelf
    this.#files = filesIn(folder)
  }

  /** Keeps the recording's audio. @returns null if it has none. @throws RowError if its file is not a readable MP3. */
  keep(recordingId: string): StoredAudio | null {
    const id = recordingId.toLowerCase()
    const file = this.#files.get(id)
    if (file === undefined) return null
    this.#asked.add(id)
    const bytes = readAudio(file)
    if (bytes.length === 0) throw new RowError(`its audio ${file} is empty`)
    if (!isMp3(bytes)) throw new RowError(`its audio ${file} is no MP3`)
    return this.#shelf.put(bytes)
  }

  /** The names of the files that no recording has used so far. */
  unused(): string[] {
    return [...this.#files].flatMap(([id, file]) => (this.#asked.has(id) ? [] : [basename(file)]))
  }
}
