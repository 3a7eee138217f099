/**
 * One listening: one recording for one user, asked of the recorder once, however often a player asks the host. It owns
 * its state, which only its transitions change. A listening may end at any time, so a transition that does not fit the
 * state does nothing.
 */
import { Problem } from '../../../contract/problems.ts'
import type { Credentials, Media } from '../source.ts'
import { Audience } from './audience.ts'
import { Right } from './right.ts'
import { nobodyListens } from './signals.ts'
import type { Spooled } from './spooled.ts'

/** How long a listening is kept after its last answer, ms. */
export interface KeepingTimes {
  /** Where nothing more comes from the recorder. */
  readonly idleMs: number
  /** Where more is coming: players leave, and come back for another part. */
  readonly graceMs: number
  /** Where it failed. Until then each further part is answered with the failure, and the recorder is not asked. */
  readonly failureMs: number
}

type State =
  /** The recorder has not answered. */
  | { readonly kind: 'asking' }
  /** Room is taken for its bytes, and the file is being made. */
  | { readonly kind: 'opening'; readonly bytes: number }
  /** The bytes come. */
  | { readonly kind: 'filling'; readonly bytes: number; readonly file: Spooled }
  | { readonly kind: 'whole'; readonly bytes: number; readonly file: Spooled }
  /** Nothing is kept: the recorder is asked for each part when somebody listens to it. */
  | { readonly kind: 'passing' }
  /** The recorder failed. Answers that have begun read on from what came before. */
  | { readonly kind: 'failed'; readonly bytes: number; readonly file: Spooled | null; readonly why: Problem }
  /** It is forgotten, whatever answers are still made of it. */
  | { readonly kind: 'ended' }

const keptFor = {
  asking: 'graceMs',
  opening: 'graceMs',
  filling: 'graceMs',
  whole: 'idleMs',
  passing: 'idleMs',
  failed: 'failureMs',
} as const satisfies Record<Exclude<State['kind'], 'ended'>, keyof KeepingTimes>

export interface ListeningOptions {
  readonly id: string
  readonly credentials: Credentials
  readonly times: KeepingTimes
  /** Called once, when it ends. */
  readonly onEnd: () => void
}

export class Listening {
  readonly id: string
  readonly right: Right
  readonly #options: ListeningOptions
  readonly #abort = new AbortController()
  readonly #audience = new Audience()
  #state: State = { kind: 'asking' }
  #media: Promise<Media | null> | null = null
  #closed: Promise<unknown> = Promise.resolve()

  constructor(options: ListeningOptions) {
    this.#options = options
    this.id = options.id
    this.right = new Right(options.credentials)
  }

  get state(): State['kind'] {
    return this.#state.kind
  }

  /** Aborts when it ends. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get isHeard(): boolean {
    return this.#audience.isPresent
  }

  /** The room that it takes. */
  get bytes(): number {
    return 'bytes' in this.#state ? this.#state.bytes : 0
  }

  /** What the recorder did wrong, or null. */
  get failure(): Problem | null {
    return this.#state.kind === 'failed' ? this.#state.why : null
  }

  /** Resolves once each file that it is done with is closed. */
  get closed(): Promise<unknown> {
    return this.#closed
  }

  /** Asks once. Further calls get the same result. */
  ask(question: () => Promise<Media | null>): Promise<Media | null> {
    if (this.#media) return this.#media
    const media = question()
    this.#media = media
    media.then(
      (found) => found ?? this.end(),
      (why: unknown) => this.fail(why),
    )
    return media
  }

  /** Resolves once the question has an answer, whatever that is. */
  async answered(): Promise<void> {
    await this.#media?.catch(() => null)
  }

  /** Keeps it until the signal, and for a while after. */
  hold(signal: AbortSignal): void {
    this.#audience.join(signal, () => this.#rest())
  }

  /** Takes room before the file is made, since others look for room meanwhile. */
  reserve(bytes: number): void {
    if (this.#state.kind === 'asking') this.#state = { kind: 'opening', bytes }
  }

  /** Takes the file for its bytes. Where it has ended meanwhile the file is closed at once. */
  fill(file: Spooled): void {
    if (this.#state.kind === 'opening') this.#state = { ...this.#state, kind: 'filling', file }
    else this.#close(file)
  }

  /** Takes more room than was reserved. */
  grow(bytes: number): void {
    if (this.#state.kind === 'filling') this.#state = { ...this.#state, bytes: this.#state.bytes + bytes }
  }

  /** All of its bytes have come. */
  finish(): void {
    if (this.#state.kind !== 'filling') return
    this.#state = { ...this.#state, kind: 'whole' }
    this.#rest()
  }

  /** Keeps nothing, for want of room or of a disk. */
  pass(): void {
    if (this.#state.kind === 'asking' || this.#state.kind === 'opening') this.#state = { kind: 'passing' }
  }

  /** Keeps a failure of the recorder for requests on their way. Any other error ends the listening. */
  fail(why: unknown): void {
    if (this.#state.kind === 'failed') return
    if (!(why instanceof Problem) || why.status < 500) return this.end()
    if (this.#state.kind === 'ended') return
    const file = 'file' in this.#state ? this.#state.file : null
    this.#state = { kind: 'failed', bytes: this.bytes, file, why }
    this.#rest()
  }

  /** Forgets it, and gives back its room and its connection. */
  end(): void {
    if (this.#state.kind === 'ended') return
    if ('file' in this.#state && this.#state.file) this.#close(this.#state.file)
    this.#state = { kind: 'ended' }
    this.#audience.stop()
    this.#abort.abort(nobodyListens())
    this.#options.onEnd()
  }

  /** Ends it after a while, unless somebody comes back. */
  #rest(): void {
    if (this.isHeard || this.#state.kind === 'ended') return
    if (this.#state.kind === 'failed' && this.#state.file) {
      this.#close(this.#state.file)
      this.#state = { ...this.#state, bytes: 0, file: null }
    }
    this.#audience.wait(this.#options.times[keptFor[this.#state.kind]], () => this.end())
  }

  #close(file: Spooled): void {
    this.#closed = Promise.all([this.#closed, file.close().catch(() => undefined)])
  }
}
