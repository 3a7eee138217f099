/**
 * An archive's audio: `ab/abcd….mp3` in its folder, named by the SHA-256 of its bytes. No part of the name comes
 * from a request or an imported file, so no path can lead out of the folder. Audio that repeats a shorter file has no
 * file of its own.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { inDataDir } from '../../files/data-dir.ts'

export interface StoredAudio {
  /** 64 hexadecimal digits in small letters. */
  readonly sha256: string
  /** Bytes. */
  readonly size: number
  /** The file whose bytes are repeated up to `size`. Without it, the audio is a file. */
  readonly clip?: AudioFile | undefined
}

/** Audio that is a file. */
export type AudioFile = Omit<StoredAudio, 'clip'>

const pathOf = (folder: string, sha256: string): string => join(folder, sha256.slice(0, 2), `${sha256}.mp3`)

/** The folder of the audio that belongs to an embedded store. */
export const audioFolder = (dataDir: string): string => inDataDir(dataDir, 'media')

/** Whether the file exists and is complete. */
export function hasAudio(folder: string, audio: StoredAudio): boolean {
  const { sha256, size } = audio.clip ?? audio
  const stats = statSync(pathOf(folder, sha256), { throwIfNoEntry: false })
  return stats?.size === size
}

/** Streams the bytes from `start` to `end`, both included, counted from 0. */
export const openAudio = (
  folder: string,
  { sha256, clip }: StoredAudio,
  start: number,
  end: number,
): NodeJS.ReadableStream =>
  clip
    ? Readable.from(repeat(pathOf(folder, clip.sha256), start, end), { objectMode: false })
    : createReadStream(pathOf(folder, sha256), { start, end })

/** The bytes from `start` to `end` of a short file that is repeated without end. */
async function* repeat(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  const clip = await readFile(path)
  for (let at = start; at <= end;) {
    const from = at % clip.length
    const piece = clip.subarray(from, from + end + 1 - at)
    yield piece
    at += piece.length
  }
}

/**
 * Copies a file between two folders, unless it is there already.
 * @returns false if the first folder does not have it, or has other bytes under its name.
 * @throws the file system's error.
 */
export function copyAudio(from: string, to: string, audio: AudioFile): boolean {
  if (hasAudio(to, audio)) return true
  if (!hasAudio(from, audio)) return false
  const bytes = readFileSync(pathOf(from, audio.sha256))
  if (createHash('sha256').update(bytes).digest('hex') !== audio.sha256) return false
  new AudioShelf(to).put(bytes)
  return true
}

/** Deletes the file if it exists. */
export const removeAudio = (folder: string, sha256: string): void =>
  rmSync(pathOf(folder, sha256), { force: true })

/** Copies files into the store, and can remove them again if the surrounding transaction fails. */
export class AudioShelf {
  readonly #folder: string
  readonly #added: string[] = []

  /** @param folder is made with the first file. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Copies one file; the same bytes are kept once. @throws the file system's error. */
  add(file: string): AudioFile {
    return this.put(readFileSync(file))
  }

  /** Keeps the bytes of a file; the same bytes are kept once. @throws the file system's error. */
  put(bytes: Buffer): AudioFile {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const path = pathOf(this.#folder, sha256)
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      this.#write(path, bytes)
      this.#added.push(sha256)
    }
    return { sha256, size: bytes.length }
  }

  /** Writes and syncs under another name first, so that a crash leaves no partial file under the real one. */
  #write(path: string, bytes: Buffer): void {
    const unfinished = `${path}.${process.pid}`
    try {
      const handle = openSync(unfinished, 'w', 0o600)
      try {
        writeFileSync(handle, bytes)
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      renameSync(unfinished, path)
    } catch (error) {
      rmSync(unfinished, { force: true })
      throw error
    }
  }

  /** Keeps the added files. Call it once the transaction is committed. */
  keep(): void {
    this.#added.length = 0
  }

  /** The digests of the added files. */
  get added(): readonly string[] {
    return this.#added
  }

  /** Removes the added files. @param used the digests of those that others use by now. */
  undo(used: ReadonlySet<string> = new Set()): void {
    for (const sha256 of this.#added.splice(0)) if (!used.has(sha256)) removeAudio(this.#folder, sha256)
  }
}
