/** Takes a recording's audio in for a listening: into a file, or without keeping it if there is no room or no disk. */
import { onAbort } from '../../platform/aborting.ts'
import type { ByteRange } from '../../../contract/ranges.ts'
import type { Media } from '../source.ts'
import { askAudio, etagOf, factsOf, type AudioFacts } from './audio.ts'
import { byteStream } from './byte-stream.ts'
import type { Connection } from './connection.ts'
import { explainFailure, recorderFailed } from './failures.ts'
import type { Listening } from './listening.ts'
import { passOn } from './passing.ts'
import { nobodyListens } from './signals.ts'
import type { SpoolDisk } from './spool-disk.ts'
import { SpoolFault, type Spooled } from './spooled.ts'
import { discard, type WireAnswer } from './wire.ts'

export interface Intake {
  readonly connection: Connection
  readonly disk: SpoolDisk
  /** A clock that is never set, ms. */
  readonly steadyMs: () => number
  /** Makes room for this many more bytes. @returns whether there is room now. */
  readonly makeRoom: (bytes: number) => boolean
}

type Bytes = (range: ByteRange, signal: AbortSignal) => AsyncGenerator<Buffer>

const mediaOf = (facts: AudioFacts, id: string, size: number, bytes: Bytes): Media => ({
  size,
  etag: etagOf(facts, id, size),
  fileName: facts.fileName,
  open: (start, end) => byteStream((signal) => bytes({ start, end }, signal)),
})

/** Asks the recorder for each part, with the password that was last confirmed. */
const passedOn =
  ({ id, right }: Listening, { connection }: Intake): Bytes =>
  (range, signal) =>
    passOn(connection.as(right.credentials), id, range, signal)

/** Reads from the file, and asks the recorder for the rest if the disk fails. */
const keptIn = (file: Spooled, rest: Bytes): Bytes =>
  async function* read({ start, end }, signal) {
    let position = start
    try {
      for await (const chunk of file.read({ start, end }, signal)) {
        position += chunk.length
        yield chunk
      }
    } catch (error) {
      if (!(error instanceof SpoolFault)) throw error
      signal.throwIfAborted()
      yield* rest({ start: position, end }, signal)
    }
  }

/** @returns the file that takes the bytes from now on, or null if there is no room or no disk. */
async function openFile(
  listening: Listening,
  { disk, makeRoom }: Intake,
  size: number | null,
): Promise<Spooled | null> {
  if (disk.isResting || !makeRoom(size ?? 1)) return null
  listening.reserve(size ?? 0)
  const file = await disk.create()
  if (file) listening.fill(file)
  return file
}

/** Takes the bytes in as fast as they come, however slowly they are read. */
async function fill(
  listening: Listening,
  file: Spooled,
  answer: WireAnswer,
  { disk, makeRoom }: Intake,
): Promise<void> {
  const { signal } = listening
  const endWait = onAbort(signal, () => void answer.body.destroy(nobodyListens()))
  try {
    // It may have ended while its file was made.
    signal.throwIfAborted()
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      const beyond = Math.max(0, file.received + chunk.length - listening.bytes)
      if (beyond > 0 && !makeRoom(beyond)) {
        throw recorderFailed('sent more audio than there is room for')
      }
      // If nobody listens, making room may have ended this listening itself.
      signal.throwIfAborted()
      listening.grow(beyond)
      await file.write(chunk)
    }
    file.end('whole')
    listening.finish()
  } catch (error) {
    if (error instanceof SpoolFault) disk.rest()
    const why = explainFailure(error)
    file.end(why instanceof Error ? why : new Error(String(why)))
    discard(answer)
    listening.fail(why)
  } finally {
    endWait()
  }
}

/** Keeps nothing of the answer. @throws Problem 502 if only the bytes could show the length. */
function pass(listening: Listening, answer: WireAnswer, facts: AudioFacts, intake: Intake): Media {
  discard(answer)
  listening.pass()
  if (facts.size === null) {
    throw recorderFailed('sends audio of unknown length, and there is no room to find it out')
  }
  return mediaOf(facts, listening.id, facts.size, passedOn(listening, intake))
}

/**
 * Asks the recorder for the audio.
 * @returns audio that can be read once its size is known, even while its bytes still arrive, or null if there is none
 * or the user may not hear it.
 * @throws as `Connection.as` does, or the error that ended the bytes before their size was known.
 */
export async function takeIn(listening: Listening, intake: Intake): Promise<Media | null> {
  const { id, right, signal } = listening
  const answer = await askAudio(intake.connection.as(right.credentials), id, null, signal)
  if (!answer) return null
  right.confirm(intake.steadyMs())
  const facts = factsOf(answer, id)
  const file = await openFile(listening, intake, facts.size)
  if (!file) return pass(listening, answer, facts, intake)
  const filled = fill(listening, file, answer, intake)
  if (facts.size === null) await filled
  if (file.ended instanceof SpoolFault) return pass(listening, answer, facts, intake)
  if (file.ended instanceof Error) throw file.ended
  return mediaOf(facts, id, facts.size ?? file.received, keptIn(file, passedOn(listening, intake)))
}
