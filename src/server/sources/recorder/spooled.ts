/**
 * Bytes of audio in a file that is still being written. Players ask for parts and jump about, and the recorder writes
 * an audit event for each time that it is asked; so its bytes go into a file as they come, and every part is read
 * from there.
 */
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'

const CHUNK_BYTES = 64 * 1024

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

  async write(chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await this.#file.write(chunk, written, chunk.length - written, this.#received)
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
    const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }

  /** A stream of the bytes from `start` to `end`, both included, as they come. */
  stream(start: number, end: number): Readable {
    const abort = new AbortController()
    let position = start
    const push = async (stream: Readable): Promise<void> => {
      const chunk = position > end ? null : await this.read(position, end + 1 - position, abort.signal)
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
