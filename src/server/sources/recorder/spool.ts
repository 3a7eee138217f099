/** The audio that is being listened to: bounded in size, and gone after a while without listeners. */
import { orAborted } from '../../platform/aborting.ts'
import type { Figures } from '../../platform/figures.ts'
import type { Credentials, Media, MediaAsk } from '../source.ts'
import type { Connection } from './connection.ts'
import { askDetail } from './detail.ts'
import { takeIn, type Intake } from './intake.ts'
import { KeptListenings, type KeepingLimits } from './kept.ts'
import type { Listening } from './listening.ts'
import { SpoolDisk } from './spool-disk.ts'

/** How long the recorder's word holds that a user may hear a recording. The next request for it asks again. */
export const HEARING_RIGHT_MS = 60_000

const usual = {
  maxBytes: 1024 * 1024 * 1024,
  idleMs: 10 * 60_000,
  graceMs: 2000,
  /** A player fails as many minutes later as it has audio ahead, but it asks for the reason at once. */
  failureMs: 60_000,
  faultMs: 60_000,
  rightMs: HEARING_RIGHT_MS,
} as const

export interface SpoolOptions extends Partial<KeepingLimits> {
  readonly connection: Connection
  /** A clock that is never set, ms. */
  readonly steadyMs: () => number
  /** Made if it is missing. */
  readonly folder: string
  /** How long audio is passed on after the disk has failed, ms. */
  readonly faultMs?: number
  /** How long a right to hear holds without being asked for, ms. */
  readonly rightMs?: number
}

export class Spool {
  readonly #kept: KeptListenings
  readonly #disk: SpoolDisk
  readonly #intake: Intake
  readonly #rightMs: number

  /** @throws if the folder cannot be made. */
  constructor(options: SpoolOptions) {
    const { connection, steadyMs, folder, faultMs, rightMs, ...limits } = { ...usual, ...options }
    const kept = new KeptListenings(limits)
    this.#kept = kept
    this.#disk = new SpoolDisk(folder, faultMs)
    this.#intake = { connection, steadyMs, disk: this.#disk, makeRoom: (bytes) => kept.makeRoom(bytes) }
    this.#rightMs = rightMs
  }

  /** @returns null if there is no such audio, or the user may not hear it. */
  async media(
    id: string,
    credentials: Credentials,
    signal: AbortSignal,
    ask: MediaAsk,
  ): Promise<Media | null> {
    signal.throwIfAborted()
    // The name as typed, because the recorder may treat two spellings as two users.
    const key = `${credentials.username} ${id.toLowerCase()}`
    const kept = this.#kept.get(key)
    if (kept?.failure && ask === 'further') throw kept.failure
    if (kept?.failure) kept.end()
    else if (kept?.right.isAskedWithAnother(credentials)) {
      // An answer about an old password says nothing about the new one.
      await orAborted(kept.answered(), signal)
      return this.media(id, credentials, signal, ask)
    }
    const listening = this.#kept.use(key, id, credentials)
    listening.hold(signal)
    const media = listening.ask(() => takeIn(listening, this.#intake))
    if (await orAborted(this.#mayHear(listening, credentials), signal)) return orAborted(media, signal)
    listening.end()
    return null
  }

  gauges(): Figures {
    return {
      recorder_spool_bytes: this.#kept.reserved,
      recorder_spool_recordings: this.#kept.sound,
      recorder_spool_unwritable: this.#disk.isResting ? 1 : 0,
    }
  }

  async close(): Promise<void> {
    await this.#kept.close()
    this.#disk.close()
  }

  /** Asks for the recording's detail, which unlike the audio costs no line in the recorder's audit. */
  async #mayHear({ id, signal, right }: Listening, credentials: Credentials): Promise<boolean> {
    const { connection, steadyMs } = this.#intake
    if (right.isFresh(credentials, steadyMs() - this.#rightMs)) return true
    const ask = async () => (await askDetail(connection.as(credentials), id, signal)) !== null
    return right.renew(credentials, steadyMs, ask)
  }
}
