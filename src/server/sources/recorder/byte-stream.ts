import { PassThrough, pipeline, type Readable } from 'node:stream'
import { nobodyListens } from './signals.ts'

/**
 * A stream of a generator's bytes, which begins at once.
 * @param generate its signal aborts once the stream is read or destroyed. The generator must then end any wait for the
 * next bytes, because it cannot be ended from outside while it waits.
 */
export function byteStream(generate: (signal: AbortSignal) => AsyncGenerator<Buffer>): Readable {
  const leaving = new AbortController()
  const stream = new PassThrough()
  stream.once('close', () => leaving.abort(nobodyListens()))
  pipeline(generate(leaving.signal), stream, () => undefined)
  return stream
}
