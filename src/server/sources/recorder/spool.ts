/** The audio that is being listened to: bounded in size, and gone when nobody has listened for a while. */
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Figures } from '../../platform/figures.ts'
import type { Credentials, Media, MediaAsk } from '../source.ts'
import { askAudio, etagOf, factsOf, type AudioFacts } from './audio.ts'
import type { Connection } from './connection.ts'
import { askDetail } from './detail.ts'
import { explainFailure, recorderFailed } from './failures.ts'
import { KeptListenings, type KeepingLimits } from './kept.ts'
import { Listening, nobody } from './listening.ts'
import { openPassing } from './passing.ts'
import { orAborted } from './signals.ts'
import { SpoolFault, Spooled } from './spooled.ts'
import { discard, type WireAnswer } from './wire.ts'

export const SPOOL_BYTES = 1024 * 1024 * 1024
export const IDLE_MS = 10 * 60_000
export const GRACE_MS = 2000
/** A player fails as many minutes later as it has audio ahead, but asks about it at once when it does. */
export const FAILURE_MS = 60_000
/** A disk that failed is full for a while: nobody waits for it to fail again. */
export const FAULT_MS = 60_000

/** How long the recorder's word holds that a user may hear it: with each request for what is kept, it is asked again. */
export const RIGHT_MS = 60_000

export interface SpoolOptions extends Partial<KeepingLimits> {
  readonly connection: Connection
  /** A clock that nobody sets, ms. */
  readonly steadyMs: () => number
  /** Made where it is missing. */
  readonly folder: string
  /** How long audio is passed on after the disk has failed, ms. */
  readonly faultMs?: number
  /** How long a right to hear it holds without being asked for, ms. */
  readonly rightMs?: number
}

/** Asks for the recording's detail: unlike the audio, it costs no line in the recorder's audit. */
async function mayHear(
  { id, abort, right }: Listening,
  credentials: Credentials,
  { connection, steadyMs, rightMs }: Required<SpoolOptions>,
): Promise<boolean> {
  if (right.isFresh(credentials, steadyMs() - rightMs)) return true
  const ask = async () => (await askDetail(connection, id, credentials, abort.signal)) !== null
  return right.renew(credentials, steadyMs, ask)
}

export class Spool {
  readonly #options: Required<SpoolOptions>
  readonly #kept: KeptListenings
  readonly #media = new WeakMap<Listening, Promise<Media | null>>()
  /** Runs while the disk is not tried. */
  #fault: NodeJS.Timeout | null = null

  /** @throws where the folder cannot be made. */
  constructor(options: SpoolOptions) {
    this.#options = {
      maxBytes: SPOOL_BYTES,
      idleMs: IDLE_MS,
      graceMs: GRACE_MS,
      failureMs: FAILURE_MS,
      faultMs: FAULT_MS,
      rightMs: RIGHT_MS,
      ...options,
    }
    this.#kept = new KeptListenings(this.#options)
    mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  }

  /** @returns null where there is no such audio, or it is out of reach. */
  async media(
    id: string,
    credentials: Credentials,
    signal: AbortSignal,
    ask: MediaAsk,
  ): Promise<Media | null> {
    signal.throwIfAborted()
    // As it was typed: who knows whether the recorder takes two spellings for one user.
    const key = `${credentials.username} ${id.toLowerCase()}`
    const kept = this.#kept.get(key)
    if (kept?.failure && ask === 'further') throw kept.failure
    if (kept?.failure) this.#kept.drop(key, kept)
    else if (kept?.right.isAskedWithAnother(credentials)) {
      // What the recorder says of an old password is no answer to the new one.
      await orAborted(Promise.allSettled([this.#media.get(kept)]), signal)
      return this.media(id, credentials, signal, ask)
    }
    const listening = this.#kept.get(key) ?? new Listening(id, credentials)
    this.#kept.hold(key, listening, signal)
    const media = this.#media.get(listening)
    if (!media) return orAborted(this.#start(key, listening), signal)
    if (await orAborted(mayHear(listening, credentials, this.#options), signal))
      return orAborted(media, signal)
    this.#kept.drop(key, listening)
    return null
  }

  gauges(): Figures {
    return {
      recorder_spool_bytes: this.#kept.reserved,
      recorder_spool_recordings: this.#kept.sound,
      recorder_spool_unwritable: this.#fault ? 1 : 0,
    }
  }

  async close(): Promise<void> {
    await this.#kept.close()
    if (this.#fault) clearTimeout(this.#fault)
  }

  /** Leaves the disk alone for a while. */
  #rest(): void {
    this.#fault ??= setTimeout(() => (this.#fault = null), this.#options.faultMs).unref()
  }

  #start(key: string, listening: Listening): Promise<Media | null> {
    const media = this.#ask(key, listening)
    this.#media.set(listening, media)
    media.then(
      (found) => found ?? this.#kept.drop(key, listening),
      (why: unknown) => this.#kept.fail(key, listening, why),
    )
    return media
  }

  async #ask(key: string, listening: Listening): Promise<Media | null> {
    const { connection, folder, steadyMs } = this.#options
    const { id, right, abort } = listening
    const answer = await askAudio(connection, id, right.credentials, null, abort.signal)
    if (!answer) return null
    right.confirm(steadyMs())
    const facts = factsOf(answer, id)
    const hasRoom = !this.#fault && this.#kept.makeRoom(facts.size ?? 1)
    // Before its file is made: others look for room meanwhile.
    listening.reserved = hasRoom ? (facts.size ?? 0) : 0
    const spooled = hasRoom ? await Spooled.create(join(folder, randomUUID())).catch(() => null) : null
    if (!spooled) {
      listening.reserved = 0
      return this.#pass(listening, answer, facts)
    }
    listening.spooled = spooled
    const filled = this.#fill(key, listening, spooled, answer)
    if (facts.size === null) await filled
    if (spooled.ended instanceof SpoolFault) return this.#pass(listening, answer, facts)
    if (spooled.ended instanceof Error) throw spooled.ended
    const size = facts.size ?? spooled.received
    const open: Media['open'] = (start, end) =>
      spooled.stream(start, end, (position) => openPassing(connection, id, right.credentials, position, end))
    return { size, etag: etagOf(facts, id, size), fileName: facts.fileName, open }
  }

  /** Without room each part is asked for when it is wanted. */
  #pass(listening: Listening, answer: WireAnswer, facts: AudioFacts): Media {
    discard(answer)
    const { id, right } = listening
    const { size, fileName } = facts
    if (size === null) {
      throw recorderFailed('sends audio of unknown length, and there is no room to find it out')
    }
    listening.isSettled = true
    const open: Media['open'] = (start, end) =>
      openPassing(this.#options.connection, id, right.credentials, start, end)
    return { size, etag: etagOf(facts, id, size), fileName, open }
  }

  /** Takes the bytes in as fast as they come, whoever reads them how slowly. */
  async #fill(key: string, listening: Listening, spooled: Spooled, answer: WireAnswer): Promise<void> {
    const { signal } = listening.abort
    const leave = (): void => void answer.body.destroy(nobody())
    signal.addEventListener('abort', leave, { once: true })
    try {
      // It may have been dropped while its file was made.
      signal.throwIfAborted()
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        const beyond = Math.max(0, spooled.received + chunk.length - listening.reserved)
        if (beyond > 0 && !this.#kept.makeRoom(beyond)) {
          throw recorderFailed('sent more audio than there is room for')
        }
        // Where nobody listens to it, this one may have made the room by being dropped itself.
        signal.throwIfAborted()
        listening.reserved += beyond
        await spooled.write(chunk)
      }
      spooled.end('whole')
      listening.isSettled = true
      this.#kept.rest(key, listening)
    } catch (error) {
      if (error instanceof SpoolFault) this.#rest()
      const why = explainFailure(error)
      spooled.end(why instanceof Error ? why : new Error(String(why)))
      discard(answer)
      this.#kept.fail(key, listening, why)
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }
}
