/** Audio for which there is no room, or no disk: the recorder is asked for each part when somebody listens to it. */
import { onAbort } from '../../platform/aborting.ts'
import { readContentStart, writeRange, type ByteRange } from '../../../contract/ranges.ts'
import { header } from './answers.ts'
import { askAudio } from './audio.ts'
import type { RecorderClient } from './connection.ts'
import { recorderFailed } from './failures.ts'
import { discard, type WireAnswer } from './wire.ts'

/** Yields the bytes of the range from an answer that begins at `from`. */
async function* cut(answer: WireAnswer, from: number, { start, end }: ByteRange): AsyncGenerator<Buffer> {
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

/** Yields the bytes of the range as they come. The signal ends the recorder's answer. */
export async function* passOn(
  client: RecorderClient,
  id: string,
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const answer = await askAudio(client, id, writeRange(range), signal)
  if (!answer) throw recorderFailed('no longer has the audio')
  const endWait = onAbort(signal, () => discard(answer))
  try {
    signal.throwIfAborted()
    const from = firstByte(answer)
    if (from === null || from > range.start) {
      throw recorderFailed('answered another part of the audio than was asked for')
    }
    yield* cut(answer, from, range)
  } finally {
    endWait()
    discard(answer)
  }
}
