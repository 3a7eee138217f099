/** Audio for which there is no room, or no disk: each part is asked for when somebody listens to it, `Range` and all. */
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { readContentStart, writeRange } from '../../../contract/ranges.ts'
import type { Credentials } from '../source.ts'
import { header } from './answers.ts'
import { askAudio } from './audio.ts'
import type { Connection } from './connection.ts'
import { recorderFailed } from './failures.ts'
import { discard, type WireAnswer } from './wire.ts'

/** Yields the bytes from `start` to `end` of an answer that begins at `from`. */
async function* cut(answer: WireAnswer, from: number, start: number, end: number): AsyncGenerator<Buffer> {
  let position = from
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    const wanted = chunk.subarray(Math.max(0, start - position), Math.max(0, end + 1 - position))
    position += chunk.length
    if (wanted.length > 0) yield wanted
    if (position > end) return
  }
  // Headers have promised these bytes: a shorter answer must not pass for the whole.
  if (position <= end) throw recorderFailed('ended the audio early')
}

/** A recorder that does not know `Range` answers 200 with everything, from the first byte. */
const firstByte = ({ statusCode, headers }: WireAnswer): number | null =>
  statusCode === 200 ? 0 : readContentStart(header(headers, 'content-range'))

/** Opens the bytes from `start` to `end`, both included. Destroying the stream ends the recorder's answer. */
export function openPassing(
  connection: Connection,
  id: string,
  credentials: Credentials,
  start: number,
  end: number,
): Readable {
  const abort = new AbortController()
  const stream = new PassThrough()
  stream.once('close', () => abort.abort(new DOMException('Nobody listens any more.', 'AbortError')))
  const fill = async (): Promise<void> => {
    const answer = await askAudio(connection, id, credentials, writeRange({ start, end }), abort.signal)
    if (!answer) throw recorderFailed('no longer has the audio')
    const from = firstByte(answer)
    if (from === null || from > start) {
      discard(answer)
      throw recorderFailed('answered another part of the audio than was asked for')
    }
    // A pipeline waits for the chunk that it has asked for, and a stalled recorder sends none.
    abort.signal.addEventListener('abort', () => discard(answer), { once: true })
    pipeline(cut(answer, from, start, end), stream, () => discard(answer))
    if (stream.destroyed) discard(answer)
  }
  fill().catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))))
  return stream
}
