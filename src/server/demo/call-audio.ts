/**
 * Makes the audio of each invented call as long as the call, by repeating one of a few short clips. A hash over the
 * repeated bytes describes them, but they are not stored: the store repeats the clip each time the audio is read.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AudioShelf, StoredAudio } from '../sources/archive/audio-files.ts'
import { wholeFrames } from '../sources/archive/mp3.ts'
import type { DemoCall } from './call.ts'

/** Calls of about the same length share their audio, so the length in whole seconds, as the list shows it, is enough. */
const wholeSeconds = (durationMs: number): number => Math.max(1, Math.round(durationMs / 1000))

/** The audio of each length, by its seconds. */
type Lengths = ReadonlyMap<number, StoredAudio>

/**
 * Copies the clips to the shelf.
 * @param files MP3 files of whole frames, without tags: they could not be repeated otherwise.
 * @param calls all calls whose audio will be asked for.
 * @returns the audio of a call, or undefined if it has none.
 * @throws if a file has anything besides frames, or the file system's error.
 */
export function audioOfCalls(
  shelf: AudioShelf,
  files: readonly string[],
  calls: readonly DemoCall[],
): (call: DemoCall) => StoredAudio | undefined {
  const clips = files.map((file, index): Lengths => {
    const own = calls.filter(({ audioIndex }) => audioIndex !== null && audioIndex % files.length === index)
    return repeated(shelf, file, new Set(own.map(({ durationMs }) => wholeSeconds(durationMs))))
  })
  return ({ audioIndex, durationMs }) =>
    audioIndex === null ? undefined : clips[audioIndex % clips.length]?.get(wholeSeconds(durationMs))
}

function repeated(shelf: AudioShelf, file: string, lengths: ReadonlySet<number>): Lengths {
  const bytes = readFileSync(file)
  const sizeOf = sizes(bytes)
  if (!sizeOf) throw new Error(`${file} cannot be repeated: it has to consist of MP3 frames alone.`)
  const clip = shelf.put(bytes)
  const hash = createHash('sha256')
  let hashed = 0
  const audio = new Map<number, StoredAudio>()
  // Shorter audio is the beginning of longer audio, so one pass hashes every length.
  for (const seconds of [...lengths].toSorted((a, b) => a - b)) {
    const size = sizeOf(seconds)
    while (hashed < size) {
      const from = hashed % bytes.length
      const piece = bytes.subarray(from, from + size - hashed)
      hash.update(piece)
      hashed += piece.length
    }
    audio.set(seconds, { sha256: hash.copy().digest('hex'), size, clip })
  }
  return audio
}

/** @returns the bytes of as many whole frames as sound for a number of seconds, or null if it is not all frames. */
function sizes(bytes: Buffer): ((seconds: number) => number) | null {
  const frames = wholeFrames(bytes)
  const [first] = frames ?? []
  if (!frames || !first) return null
  const ends: number[] = [0]
  for (const { length } of frames) ends.push((ends.at(-1) ?? 0) + length)
  return (seconds) => {
    const count = Math.ceil((seconds * 1000) / first.durationMs)
    return Math.floor(count / frames.length) * bytes.length + (ends[count % frames.length] ?? 0)
  }
}
