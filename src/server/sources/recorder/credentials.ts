/**
 * Passwords that travel with every call, kept from doing harm: directories lock an account after a few wrong ones. A
 * password that was refused is not sent again for a while, and one that nothing has proven lately goes out with one
 * request alone, so that a changed password costs one failed attempt and not as many as the page has requests.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { credentialsRefused } from './failures.ts'
import { joined, orAborted } from './signals.ts'
import type { Credentials } from '../source.ts'

/** How long a refused password is not tried again: somebody may have unlocked the account since. */
export const REFUSED_MS = 15 * 60_000
/** How long an answer proves the password that it was asked with. */
export const PROVEN_MS = 60_000
const MAX_KNOWN = 10_000

/** What an answer says about the password that it was asked with; a failure says nothing. */
export type Verdict = 'proven' | 'refused' | 'unknown'

export interface Sent<T> {
  readonly verdict: Verdict
  readonly answer: T
}

export interface Guard {
  isRefused(credentials: Credentials): boolean
  /**
   * Sends a request with a password, unless it is known to be refused; its signal aborts once another request has it
   * refused.
   * @throws Problem 401 `signed_out` where it is refused, or the signal's reason.
   */
  send<T>(
    credentials: Credentials,
    signal: AbortSignal,
    request: (signal: AbortSignal) => Promise<Sent<T>>,
  ): Promise<T>
}

interface Known {
  state: 'unproven' | 'proven' | 'refused'
  untilMs: number
  /** Settles when the one request that tries an unproven password has its answer. */
  trial: Promise<void> | null
  readonly refusal: AbortController
}

export function createGuard(steadyMs: () => number): Guard {
  // The key lives as long as the process: nobody can try passwords against what is remembered.
  const key = randomBytes(32)
  const known = new Map<string, Known>()

  const macOf = ({ username, password }: Credentials): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([username.toLowerCase(), password]))
      .digest('base64')

  const isCurrent = (entry: Known): boolean => entry.trial !== null || entry.untilMs > steadyMs()

  const entryOf = (credentials: Credentials): Known => {
    const mac = macOf(credentials)
    const held = known.get(mac)
    if (held && isCurrent(held)) return held
    const oldest = known.size < MAX_KNOWN ? undefined : known.keys().next().value
    if (oldest !== undefined) known.delete(oldest)
    const fresh: Known = { state: 'unproven', untilMs: 0, trial: null, refusal: new AbortController() }
    known.delete(mac)
    known.set(mac, fresh)
    return fresh
  }

  const judge = (entry: Known, verdict: Verdict): void => {
    if (verdict === 'unknown' || entry.state === 'refused') return
    entry.state = verdict
    entry.untilMs = steadyMs() + (verdict === 'refused' ? REFUSED_MS : PROVEN_MS)
    if (verdict === 'refused') entry.refusal.abort(credentialsRefused())
  }

  const pass = async <T>(
    entry: Known,
    signal: AbortSignal,
    request: (signal: AbortSignal) => Promise<Sent<T>>,
  ): Promise<T> => {
    const { verdict, answer } = await joined([signal, entry.refusal.signal], request)
    judge(entry, verdict)
    if (verdict === 'refused') throw credentialsRefused()
    return answer
  }

  const tryOut = <T>(
    entry: Known,
    signal: AbortSignal,
    request: (signal: AbortSignal) => Promise<Sent<T>>,
  ): Promise<T> => {
    const answer = pass(entry, signal, request)
    const over = (): void => {
      entry.trial = null
    }
    entry.trial = answer.then(over, over)
    return answer
  }

  return {
    isRefused(credentials) {
      const held = known.get(macOf(credentials))
      return held !== undefined && held.state === 'refused' && isCurrent(held)
    },
    async send(credentials, signal, request) {
      for (;;) {
        signal.throwIfAborted()
        const entry = entryOf(credentials)
        if (entry.state === 'refused') throw credentialsRefused()
        if (entry.state === 'proven') return pass(entry, signal, request)
        if (!entry.trial) return tryOut(entry, signal, request)
        await orAborted(entry.trial, signal)
      }
    },
  }
}
