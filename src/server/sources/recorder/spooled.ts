/**
 * Bytes of audio in a file that is still being written. Players ask for parts and jump about, and the recorder writes
 * an audit event for each time that it is asked; so its bytes go into a file as they come, and every part is read
 * from there.
 */
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'

const CHUNK_BYTES = 64 * 1024

/** The host's own disk failed, such as for want of room: no fault of the recorder, which can be asked again. */
export class SpoolFault extends Error {
  override readonly name = 'SpoolFault'
}

export class Spooled {
  readonly #file: FileHandle
  readonly #changed = new Set<() => void>()
  #received = 0
  #ended: 'no' | 'whole' | Error = 'no'

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** @throws where the file cannot be made. */
  static async create(path: string): Promise<Spooled> {
    const file = await open(path, 'wx+', 0o600)
    // Without a name it goes with the process, however that ends, and nobody else can open it.
    await unlink(path)
    return new Spooled(file)
  }

  get received(): number {
    return this.#received
  }

  get ended(): 'no' | 'whole' | Error {
    return this.#ended
  }

  /** @throws SpoolFault where the disk does not take it. */
  async write(chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await this.#file
        .write(chunk, written, chunk.length - written, this.#received)
        .catch((error: unknown) => {
          throw new SpoolFault('The spool’s file cannot be written.', { cause: error })
        })
      written += bytesWritten
      this.#received += bytesWritten
    }
    this.#tell()
  }

  /** No more bytes will come. */
  end(how: 'whole' | Error): void {
    if (this.#ended === 'no') this.#ended = how
    this.#tell()
  }

  async close(): Promise<void> {
    this.end(new Error('the spool is closed'))
    await this.#file.close()
  }

  /** Resolves with up to a chunk from `position`, or null where none will come. @throws what ended it early. */
  async read(position: number, atMost: number, signal: AbortSignal): Promise<Buffer | null> {
    while (this.#received <= position) {
      if (this.#ended instanceof Error) throw this.#ended
      if (this.#ended === 'whole') return null
      await this.#change(signal)
      signal.throwIfAborted()
    }
    const length = Math.min(CHUNK_BYTES, atMost, this.#received - position)
    try {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, position)
      return buffer.subarray(0, bytesRead)
    } catch (error) {
      // Closed in between: why it was closed says more.
      throw this.#ended instanceof Error ? this.#ended : error
    }
  }

  /**
   * A stream of the bytes from `start` to `end`, both included, as they come.
   * @param goOn opens the rest elsewhere, from a position on, where the disk failed.
   */
  stream(start: number, end: number, goOn: (position: number) => Readable): Readable {
    const abort = new AbortController()
    let position = start
    let rest: Readable | null = null
    let chunks: AsyncIterator<Buffer> | null = null
    const next = async (): Promise<Buffer | null> => {
      if (!chunks) {
        try {
          return await this.read(position, end + 1 - position, abort.signal)
        } catch (error) {
          if (!(error instanceof SpoolFault)) throw error
          abort.signal.throwIfAborted()
          rest = goOn(position)
          chunks = rest[Symbol.asyncIterator]() as AsyncIterator<Buffer>
        }
      }
      const { value, done } = await chunks.next()
      return done ? null : value
    }
    const push = async (stream: Readable): Promise<void> => {
      const chunk = position > end ? null : await next()
      if (chunk === null && position <= end) throw new Error('the audio is shorter than it said')
      position += chunk?.length ?? 0
      stream.push(chunk)
    }
    return new Readable({
      read() {
        push(this).catch((error: Error) => this.destroy(error))
      },
      destroy(error, done) {
        abort.abort()
        rest?.destroy()
        done(error)
      },
    })
  }

  /** The next change, or the signal. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.#changed.delete(go)
        signal.removeEventListener('abort', go)
        resolve()
      }
      this.#changed.add(go)
      signal.addEventListener('abort', go, { once: true })
    })
  }

  #tell(): void {
    for (const go of this.#changed) go()
  }
}
