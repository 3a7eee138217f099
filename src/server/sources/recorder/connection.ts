/** Questions to the recorder and their answers. Each question with a user's password passes the guard. */
import { randomBytes, randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Figures } from '../../platform/figures.ts'
import { accountName } from '../account-name.ts'
import type { Credentials } from '../source.ts'
import type { Tries } from '../tries.ts'
import type { Release } from '../turns.ts'
import { header } from './answers.ts'
import { createGuard, type Request, type Sent, type Verdict } from './credentials.ts'
import { openCrossing, type RecorderRequest, type CrossingOptions } from './crossing.ts'
import { explainFailure, recorderTimeout } from './failures.ts'
import { joined } from './signals.ts'
import { discard, NotConnected, type WireAnswer } from './wire.ts'

export interface GuardedCall extends RecorderRequest {
  /** Whether a user has just typed the password. One that was refused is then tried again. */
  readonly isSignIn?: boolean
  /** False for a sign-in from a place where this user has never signed in. */
  readonly isKnown?: boolean
  /** Called if the password was sent but no answer came. */
  readonly onUnanswered?: (() => void) | undefined
}

/** No account has a space in front. */
const STRANGERS = ' strangers'

/** Asks the recorder with the same credentials each time. */
export interface RecorderClient {
  /**
   * Asks once and does not try again: that is left to the page. Users take turns.
   * @returns the answer at its headers; the caller reads or destroys its body.
   * @throws Problem `recorder_down`, `recorder_untrusted`, `recorder_failed`, `recorder_timeout`, `signed_out`,
   * `too_many_attempts`, `busy`, or the signal's reason.
   */
  ask(call: GuardedCall, signal: AbortSignal): Promise<WireAnswer>
  /** Runs something within the time for a whole answer. @throws as `withTimeLimit` does. */
  inTime<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

export interface Connection {
  /** Asks as this user. Every answer is checked for what it says about the password. */
  as(credentials: Credentials): RecorderClient
  /** Asks without credentials. */
  readonly anonymous: RecorderClient
  /** Asks with a name and a password that no user has: a recorder that checks passwords answers 401. */
  asStranger(): RecorderClient
  /** Whether the recorder refused this password lately. */
  isRefused(credentials: Credentials): boolean
  gauges(): Figures
  close(): Promise<void>
}

export interface ConnectionOptions extends Omit<CrossingOptions, 'steadyMs'> {
  readonly tries: Tries
  /** A clock that is never set, ms. */
  readonly steadyMs?: () => number
}

/**
 * Which answers show that the recorder checked the password and accepted it. Without a check, a firewall may answer
 * 403, any server may answer 400 or 404, and a page for signing in or about maintenance comes as a 200.
 */
function verdictOf({ statusCode, headers }: WireAnswer, accept: string): Verdict {
  if (statusCode === 401) return 'refused'
  if (statusCode < 200 || statusCode >= 300) return 'unknown'
  const type = header(headers, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  return type === accept ? 'proven' : 'unknown'
}

async function judge(exchanging: Promise<WireAnswer>, accept: string): Promise<Sent<WireAnswer>> {
  try {
    const answer = await exchanging
    const verdict = verdictOf(answer, accept)
    if (verdict === 'refused') discard(answer)
    return { verdict, answer }
  } catch (failure) {
    if (failure instanceof NotConnected) return { verdict: 'unsent', failure }
    throw failure
  }
}

export function openConnection(options: ConnectionOptions): Connection {
  const { limits, steadyMs = () => performance.now() } = options
  const crossing = openCrossing({ ...options, steadyMs })
  const guard = createGuard(steadyMs, options.tries)

  const inTime: RecorderClient['inTime'] = (signal, work) => withTimeLimit(limits.answerMs, signal, work)

  async function askUnguarded(call: RecorderRequest, credentials: Credentials | null, signal: AbortSignal) {
    try {
      return await crossing.exchange(call, credentials, await crossing.enter(call, '', signal), signal)
    } catch (error) {
      signal.throwIfAborted()
      throw explainFailure(error)
    }
  }

  async function askGuarded(
    call: GuardedCall,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<WireAnswer> {
    const { isSignIn = false, isKnown = true, onUnanswered } = call
    // A hundred invented names share one turn, beside those of users who are signed in.
    const who = isSignIn && !isKnown ? STRANGERS : accountName(credentials.username)
    const request: Request<WireAnswer> = async (running, leaving) => {
      let release: Release
      try {
        release = await joined([running, leaving], (either) => crossing.enter(call, who, either))
      } catch (failure) {
        return { verdict: 'unsent', failure }
      }
      const exchanging = inTime(running, (limited) => crossing.exchange(call, credentials, release, limited))
      return judge(exchanging, call.accept)
    }
    try {
      return await guard.send(credentials, signal, { request, discard, isSignIn, isKnown, onUnanswered })
    } catch (error) {
      signal.throwIfAborted()
      throw explainFailure(error)
    }
  }

  const unguarded = (credentials: Credentials | null): RecorderClient => ({
    inTime,
    ask: (call, signal) => askUnguarded(call, credentials, signal),
  })

  return {
    as: (credentials) => ({ inTime, ask: (call, signal) => askGuarded(call, credentials, signal) }),
    anonymous: unguarded(null),
    asStranger: () =>
      unguarded({ username: `check-${randomUUID()}`, password: randomBytes(24).toString('base64url') }),
    isRefused: (credentials) => guard.isRefused(credentials),
    gauges: crossing.gauges,
    close: crossing.close,
  }
}

/**
 * Runs something within a time limit. The timer is cleared in any case.
 * @throws Problem 504 `recorder_timeout`, which is not the recorder's own 504.
 */
export async function withTimeLimit<T>(
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const overdue = new AbortController()
  const timer = setTimeout(() => overdue.abort(recorderTimeout()), limitMs)
  try {
    return await joined([signal, overdue.signal], work)
  } finally {
    clearTimeout(timer)
  }
}
