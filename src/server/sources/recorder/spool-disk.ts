/** The folder for audio that is listened to, and whether its disk takes any. */
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Spooled } from './spooled.ts'

export class SpoolDisk {
  readonly #folder: string
  readonly #faultMs: number
  /** Runs while the disk is left alone. */
  #resting: NodeJS.Timeout | null = null

  /**
   * @param folder made if it is missing.
   * @param faultMs how long the disk is left alone after it failed: a full one stays full for a while.
   * @throws if the folder cannot be made.
   */
  constructor(folder: string, faultMs: number) {
    this.#folder = folder
    this.#faultMs = faultMs
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  get isResting(): boolean {
    return this.#resting !== null
  }

  /** @returns null if no file can be made. */
  create(): Promise<Spooled | null> {
    return Spooled.create(join(this.#folder, randomUUID())).catch(() => null)
  }

  /** Leaves the disk alone for a while. */
  rest(): void {
    this.#resting ??= setTimeout(() => (this.#resting = null), this.#faultMs).unref()
  }

  close(): void {
    if (this.#resting) clearTimeout(this.#resting)
  }
}
