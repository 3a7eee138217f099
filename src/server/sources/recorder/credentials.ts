/**
 * Keeps passwords, which travel with every call, from doing harm: directories lock an account after a few wrong ones. A
 * refused password is not sent again, except once by a new sign-in, since the recorder may have refused it by mistake.
 * A password that was not proven lately is tried by a single request, so that a changed password costs only one failed
 * attempt. That request goes on when its caller leaves. Otherwise the password of a caller that asks and leaves
 * repeatedly would be sent each time, and nobody would learn that it is wrong.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { credentialsRefused } from './failures.ts'
import { joined, orDiscarded } from './signals.ts'
import { orAborted } from '../../platform/aborting.ts'
import { accountName } from '../account-name.ts'
import type { Credentials } from '../source.ts'
import { MAX_TRIES, type Tries } from '../tries.ts'
import { BoundedMap } from '../../platform/bounded-map.ts'

/** How long sessions do not send a refused password again. After that the account may have been unlocked. */
export const REFUSED_MS = 15 * 60_000
/** How long an answer proves the password of its request. */
export const PROVEN_MS = 60_000
/** How long a password that was right is no guess: as long as a session may last. */
export const KNOWN_RIGHT_MS = 10 * 3_600_000
/**
 * How often a password may be refused before it is no longer sent. The first refusal may be a mistake of the recorder.
 * Without a limit a script with an old password would use up all tries of its user.
 */
const MAX_REFUSALS = 2
/**
 * How many requests with a proven password may stay without an answer, because callers leave or the recorder fails,
 * before the password is tried again. Together with that trial, they are as many as may be wrong.
 */
export const MAX_UNANSWERED = MAX_TRIES - 1
const MAX_KNOWN = 10_000

/** What an answer says about the password of its request. A failure says nothing. */
export type Verdict = 'proven' | 'refused' | 'unknown'

/** What became of a request. Where it was not sent, the recorder has not seen the password. */
export type Sent<T> =
  | { readonly verdict: Verdict; readonly answer: T }
  | { readonly verdict: 'unsent'; readonly failure: unknown }

/**
 * It rejects only if the password was sent but no answer came.
 * @param running ends it at any time, such as when another request has the password refused.
 * @param leaving ends it only until it is sent.
 */
export type Request<T> = (running: AbortSignal, leaving: AbortSignal) => Promise<Sent<T>>

export interface Sending<T> {
  readonly request: Request<T>
  /** Disposes of an answer whose caller has left. */
  readonly discard: (answer: T) => void
  /** Tries a refused password again. */
  readonly isSignIn: boolean
  /** Whether it comes from a place where its user has signed in before, or from a session of theirs. */
  readonly isKnown: boolean
  /** Called if the password was sent but no answer came. */
  readonly onUnanswered?: (() => void) | undefined
}

export interface CredentialGuard {
  isRefused(credentials: Credentials): boolean
  /**
   * Sends a request with a password, unless it is known to be refused.
   * @param signal of the caller. The request may go on after it.
   * @throws Problem 401 `signed_out` if the password is refused, 429 `too_many_attempts` if it may be wrong and the
   * account has had too many wrong ones, or the signal's reason.
   */
  send<T>(credentials: Credentials, signal: AbortSignal, sending: Sending<T>): Promise<T>
}

interface Known {
  /** A hash of the password and the account, however it is spelled. Nothing else is kept of them. */
  readonly account: string
  state: 'unproven' | 'proven' | 'refused'
  untilMs: number
  refusals: number
  /** Requests that were sent since the password was proven, and got no answer. */
  unanswered: number
  /** Settles with the verdict of the one request that tries the password. */
  trial: Promise<Verdict> | null
  refusal: AbortController
}

/** Any number of requests with one password listen to it. */
function newRefusal(): AbortController {
  const refusal = new AbortController()
  setMaxListeners(0, refusal.signal)
  return refusal
}

class PasswordGuard implements CredentialGuard {
  readonly #steadyMs: () => number
  readonly #tries: Tries
  /** It lives as long as the process, so passwords cannot be tried against the hashes elsewhere. */
  readonly #key = randomBytes(32)
  readonly #known = new BoundedMap<string, Known>(MAX_KNOWN)
  /** Passwords that were right, and until when they count as that, ms. Kept apart, so that wrong ones push none out. */
  readonly #right = new BoundedMap<string, number>(MAX_KNOWN)

  constructor(steadyMs: () => number, tries: Tries) {
    this.#steadyMs = steadyMs
    this.#tries = tries
  }

  isRefused(credentials: Credentials): boolean {
    const { username, password } = credentials
    const held = this.#known.get(this.#macOf(username, password))
    return held?.state === 'refused' && held.untilMs > this.#steadyMs()
  }

  async send<T>(credentials: Credentials, signal: AbortSignal, sending: Sending<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      const entry = this.#entryOf(credentials)
      const isSpent = entry.refusals >= (sending.isSignIn ? MAX_REFUSALS : 1)
      if (entry.state === 'refused' && isSpent) throw credentialsRefused()
      if (entry.state === 'proven') return this.#pass(entry, credentials, signal, sending)
      if (!entry.trial) return this.#tryOut(entry, credentials, signal, sending)
      // One refusal answers all requests that waited for it.
      if ((await orAborted(entry.trial, signal)) === 'refused') throw credentialsRefused()
    }
  }

  #macOf(...parts: readonly string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64')
  }

  /** Whether the password was right before, and so is no guess. */
  #isRight({ account }: Known): boolean {
    return (this.#right.get(account) ?? 0) > this.#steadyMs()
  }

  #entryOf({ username, password }: Credentials): Known {
    const mac = this.#macOf(username, password)
    const held = this.#known.get(mac)
    if (held && (held.trial !== null || held.untilMs > this.#steadyMs())) return held
    const refusal = newRefusal()
    const counts = { untilMs: 0, refusals: 0, unanswered: 0 }
    const account = this.#macOf('account', accountName(username), password)
    const fresh: Known = { account, state: 'unproven', ...counts, trial: null, refusal }
    this.#known.set(mac, fresh)
    return fresh
  }

  #tryOut<T>(entry: Known, credentials: Credentials, signal: AbortSignal, sending: Sending<T>): Promise<T> {
    let verdict: Verdict = 'unknown'
    entry.refusal = newRefusal()
    const request: Request<T> = async (running) => {
      const sent = await sending.request(running, signal)
      if (sent.verdict !== 'unsent') verdict = sent.verdict
      return sent
    }
    const answer = this.#pass(entry, credentials, null, { ...sending, request })
    const over = (): Verdict => {
      entry.trial = null
      return verdict
    }
    entry.trial = answer.then(over, over)
    return orDiscarded(answer, signal, sending.discard)
  }

  /** @param signal ends the request at any time; null leaves it to the request. */
  async #pass<T>(
    entry: Known,
    { username }: Credentials,
    signal: AbortSignal | null,
    { request, isKnown, onUnanswered }: Sending<T>,
  ): Promise<T> {
    const attempt = this.#isRight(entry) ? null : await this.#tries.begin(username, isKnown)
    let verdict: Sent<T>['verdict'] | 'unanswered' = 'unanswered'
    try {
      const { refusal } = entry
      const ends = signal ? [signal, refusal.signal] : [refusal.signal]
      const sent = await joined(ends, (running) => request(running, running))
      ;({ verdict } = sent)
      if (sent.verdict === 'unsent') throw sent.failure
      if (sent.verdict !== 'refused') return sent.answer
    } finally {
      // Without an answer it stays counted: the directory may have counted it too, and one more may lock the account.
      // A recorder that is slow or breaks off costs its users minutes then, unless their password was right before. One
      // that cannot be reached costs them nothing.
      const isCounted = ['refused', 'unanswered'].includes(verdict)
      const counting = [isCounted ? attempt?.keep() : attempt?.withdraw()]
      if (verdict === 'unanswered') onUnanswered?.()
      // A request that was sent as right, before another one had the password refused, says nothing more.
      if (attempt || entry.state !== 'refused') {
        if (verdict === 'refused' && !attempt) counting.push(this.#tries.add(username, 1 + entry.unanswered))
        this.#judge(entry, verdict)
      }
      await Promise.all(counting)
    }
    throw credentialsRefused()
  }

  #judge(entry: Known, verdict: Sent<unknown>['verdict'] | 'unanswered'): void {
    if (verdict === 'unanswered') {
      entry.unanswered += 1
      if (entry.state === 'proven' && entry.unanswered >= MAX_UNANSWERED) entry.state = 'unproven'
    }
    if (verdict !== 'proven' && verdict !== 'refused') return
    const nowMs = this.#steadyMs()
    entry.state = verdict
    entry.untilMs = nowMs + (verdict === 'refused' ? REFUSED_MS : PROVEN_MS)
    entry.unanswered = 0
    if (verdict === 'proven') {
      entry.refusals = 0
      this.#right.set(entry.account, nowMs + KNOWN_RIGHT_MS)
      return
    }
    entry.refusals += 1
    this.#right.delete(entry.account)
    entry.refusal.abort(credentialsRefused())
  }
}

/** @param steadyMs a clock that is never set, ms. */
export const createGuard = (steadyMs: () => number, tries: Tries): CredentialGuard =>
  new PasswordGuard(steadyMs, tries)
