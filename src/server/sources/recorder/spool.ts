/** The audio that is being listened to: bounded in size, and gone when nobody has listened for a while. */
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../../contract/problems.ts'
import type { Credentials, Media, MediaAsk } from '../source.ts'
import { askAudio, etagOf, factsOf, type AudioFacts } from './audio.ts'
import { discard, type Answer, type Connection } from './connection.ts'
import { explainFailure, recorderFailed } from './failures.ts'
import { Listening, nobody } from './listening.ts'
import { openPassing } from './passing.ts'
import { orAborted } from './signals.ts'
import { SpoolFault, Spooled } from './spooled.ts'

export const SPOOL_BYTES = 1024 * 1024 * 1024
export const IDLE_MS = 10 * 60_000
export const GRACE_MS = 2000
/** A player fails as many minutes later as it has audio ahead, but asks about it at once when it does. */
export const FAILURE_MS = 60_000
/** A disk that failed is full for a while: nobody waits for it to fail again. */
export const FAULT_MS = 60_000

export interface SpoolOptions {
  readonly connection: Connection
  /** Made where it is missing. */
  readonly folder: string
  /** All audio together; what does not fit is passed on without being kept. */
  readonly maxBytes?: number
  /** How long audio is kept after the last answer from it, ms. */
  readonly idleMs?: number
  /** How long unfinished audio goes on coming after everybody left, ms: players leave to come back elsewhere. */
  readonly graceMs?: number
  /** How long a failure is told to whoever asks for more of the same audio, ms after its last answer. */
  readonly failureMs?: number
  /** How long audio is passed on after the disk has failed, ms. */
  readonly faultMs?: number
}

export class Spool {
  readonly #options: Required<SpoolOptions>
  /** The one that was used last stands last. */
  readonly #listenings = new Map<string, Listening>()
  readonly #media = new WeakMap<Listening, Promise<Media | null>>()
  readonly #closing = new Set<Promise<void>>()
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
      ...options,
    }
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
    const key = `${credentials.username.toLowerCase()} ${id.toLowerCase()}`
    const failed = this.#listenings.get(key)
    if (failed?.failure && ask === 'further') throw failed.failure
    if (failed?.failure) this.#drop(key, failed)
    const listening = this.#listenings.get(key) ?? new Listening(id, credentials)
    this.#hold(key, listening, signal)
    const media = this.#media.get(listening) ?? this.#start(key, listening)
    return orAborted(media, signal)
  }

  gauges(): Readonly<Record<string, number>> {
    return {
      recorder_spool_bytes: this.#reserved(),
      recorder_spool_recordings: [...this.#listenings.values()].filter(({ failure }) => !failure).length,
      recorder_spool_unwritable: this.#fault ? 1 : 0,
    }
  }

  async close(): Promise<void> {
    for (const [key, listening] of this.#listenings) this.#drop(key, listening)
    await Promise.all(this.#closing)
    if (this.#fault) clearTimeout(this.#fault)
  }

  /** Keeps it for as long as an answer is made of it, and a while longer. */
  #hold(key: string, listening: Listening, signal: AbortSignal): void {
    listening.holders += 1
    clearTimeout(listening.timer)
    this.#listenings.delete(key)
    this.#listenings.set(key, listening)
    const leave = (): void => {
      listening.holders -= 1
      this.#await(key, listening)
    }
    signal.addEventListener('abort', leave, { once: true })
  }

  /** Drops it after a while, if nobody comes back. */
  #await(key: string, listening: Listening): void {
    if (listening.holders > 0 || this.#listenings.get(key) !== listening) return
    const { idleMs, graceMs, failureMs } = this.#options
    const keptMs = listening.isSettled ? idleMs : graceMs
    if (listening.failure) this.#empty(listening)
    clearTimeout(listening.timer)
    listening.timer = setTimeout(() => this.#drop(key, listening), listening.failure ? failureMs : keptMs)
    listening.timer.unref()
  }

  /** Keeps what the recorder did wrong, for whoever is on the way to ask; anything else is forgotten. */
  #fail(key: string, listening: Listening, why: unknown): void {
    const isRecorders = why instanceof Problem && why.status >= 500
    if (!isRecorders || this.#listenings.get(key) !== listening) return this.#drop(key, listening)
    listening.failure = why
    this.#await(key, listening)
  }

  #drop(key: string, listening: Listening): void {
    if (this.#listenings.get(key) === listening) this.#listenings.delete(key)
    clearTimeout(listening.timer)
    listening.abort.abort(nobody())
    this.#empty(listening)
  }

  #empty(listening: Listening): void {
    const closed = listening.empty()
    this.#closing.add(closed)
    void closed.then(() => this.#closing.delete(closed))
  }

  #reserved(): number {
    let sum = 0
    for (const { reserved } of this.#listenings.values()) sum += reserved
    return sum
  }

  /** Makes room by what nobody listens to, the longest unheard first. */
  #makeRoom(bytes: number): boolean {
    const { maxBytes } = this.#options
    for (const [key, listening] of this.#listenings) {
      if (this.#reserved() + bytes <= maxBytes) return true
      if (listening.holders === 0 && listening.reserved > 0) this.#drop(key, listening)
    }
    return this.#reserved() + bytes <= maxBytes
  }

  /** Leaves the disk alone for a while. */
  #rest(): void {
    this.#fault ??= setTimeout(() => (this.#fault = null), this.#options.faultMs).unref()
  }

  #start(key: string, listening: Listening): Promise<Media | null> {
    const media = this.#ask(key, listening)
    this.#media.set(listening, media)
    media.then(
      (found) => found ?? this.#drop(key, listening),
      (why: unknown) => this.#fail(key, listening, why),
    )
    return media
  }

  async #ask(key: string, listening: Listening): Promise<Media | null> {
    const { connection, folder } = this.#options
    const { id, credentials, abort } = listening
    const answer = await askAudio(connection, id, credentials, null, abort.signal)
    if (!answer) return null
    const facts = factsOf(answer, id)
    const hasRoom = !this.#fault && this.#makeRoom(facts.size ?? 1)
    const spooled = hasRoom ? await Spooled.create(join(folder, randomUUID())).catch(() => null) : null
    if (!spooled) return this.#pass(listening, answer, facts)
    listening.spooled = spooled
    listening.reserved = facts.size ?? 0
    const filled = this.#fill(key, listening, spooled, answer)
    if (facts.size === null) await filled
    if (spooled.ended instanceof SpoolFault) return this.#pass(listening, answer, facts)
    if (spooled.ended instanceof Error) throw spooled.ended
    const size = facts.size ?? spooled.received
    const open: Media['open'] = (start, end) =>
      spooled.stream(start, end, (position) => openPassing(connection, id, credentials, position, end))
    return { size, etag: etagOf(facts, id, size), fileName: facts.fileName, open }
  }

  /** Without room each part is asked for when it is wanted. */
  #pass(listening: Listening, answer: Answer, facts: AudioFacts): Media {
    discard(answer)
    const { id, credentials } = listening
    const { size, fileName } = facts
    if (size === null) {
      throw recorderFailed('sends audio of unknown length, and there is no room to find it out')
    }
    listening.isSettled = true
    const open: Media['open'] = (start, end) =>
      openPassing(this.#options.connection, id, credentials, start, end)
    return { size, etag: etagOf(facts, id, size), fileName, open }
  }

  /** Takes the bytes in as fast as they come, whoever reads them how slowly. */
  async #fill(key: string, listening: Listening, spooled: Spooled, answer: Answer): Promise<void> {
    const { signal } = listening.abort
    const leave = (): void => void answer.body.destroy(nobody())
    signal.addEventListener('abort', leave, { once: true })
    try {
      // It may have been dropped while its file was made.
      signal.throwIfAborted()
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        const beyond = Math.max(0, spooled.received + chunk.length - listening.reserved)
        if (beyond > 0 && !this.#makeRoom(beyond)) {
          throw recorderFailed('sent more audio than there is room for')
        }
        listening.reserved += beyond
        await spooled.write(chunk)
      }
      spooled.end('whole')
      listening.isSettled = true
      this.#await(key, listening)
    } catch (error) {
      if (error instanceof SpoolFault) this.#rest()
      const why = explainFailure(error)
      spooled.end(why instanceof Error ? why : new Error(String(why)))
      discard(answer)
      this.#fail(key, listening, why)
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }
}
