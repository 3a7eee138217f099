/**
 * Bytes of audio in a file that is still being written. Players ask for parts and jump about, and the recorder writes
 * an audit event for each time that it is asked. So its bytes go into a file as they come, and every part is read from
 * there.
 */
import { EventEmitter, once } from 'node:events'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import type { ByteRange } from '../../../contract/ranges.ts'
import { nobodyListens } from './signals.ts'

const CHUNK_BYTES = 64 * 1024

/** The host's disk failed, for example because it is full. The recorder is not at fault and can be asked again. */
export class SpoolFault extends Error {
  override readonly name = 'SpoolFault'
}

export class Spooled {
  readonly #file: FileHandle
  /** Emits `change` for new bytes, and for their end. Any number of answers may wait for it. */
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #received = 0
  #ended: 'no' | 'whole' | Error = 'no'

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** @throws if the file cannot be made. */
  static async create(path: string): Promise<Spooled> {
    const file = await open(path, 'wx+', 0o600)
    // Without a name it goes with the process, however that ends, and no other process can open it.
    await unlink(path)
    return new Spooled(file)
  }

  get received(): number {
    return this.#received
  }

  get ended(): 'no' | 'whole' | Error {
    return this.#ended
  }

  /** @throws SpoolFault if the disk does not take it. */
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
    this.#changes.emit('change')
  }

  /** No more bytes will come. A second call changes nothing. */
  end(how: 'whole' | Error): void {
    if (this.#ended === 'no') this.#ended = how
    this.#changes.emit('change')
  }

  /** Frees the bytes on the disk. Later reads fail as if nobody listened any more. */
  async close(): Promise<void> {
    this.end(nobodyListens())
    await this.#file.close()
  }

  /**
   * Yields the bytes of the range as they come.
   * @throws the error that ended them early, or the signal's reason.
   */
  async *read({ start, end }: ByteRange, signal: AbortSignal): AsyncGenerator<Buffer> {
    for (let position = start; position <= end;) {
      await this.#arrival(position, signal)
      const chunk = await this.#chunk(position, Math.min(end + 1, this.#received) - position)
      position += chunk.length
      yield chunk
    }
  }

  /** Waits for the byte at `position`. */
  async #arrival(position: number, signal: AbortSignal): Promise<void> {
    while (this.#received <= position) {
      if (this.#ended instanceof Error) throw this.#ended
      if (this.#ended === 'whole') throw new Error('the audio is shorter than it said')
      signal.throwIfAborted()
      await once(this.#changes, 'change', { signal })
    }
  }

  async #chunk(position: number, atMost: number): Promise<Buffer> {
    const length = Math.min(CHUNK_BYTES, atMost)
    try {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, position)
      return buffer.subarray(0, bytesRead)
    } catch (error) {
      // It was closed in between: the reason for that says more.
      throw this.#ended instanceof Error ? this.#ended : error
    }
  }
}
