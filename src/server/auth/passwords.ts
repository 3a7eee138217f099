/** Tries passwords at the source: once to open a session, or with every call of a script that uses Basic. */
import { createHmac, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../contract/problems.ts'
import type { Credentials, Principal, Source } from '../sources/source.ts'
import { createSharing } from './sharing.ts'
import type { Throttle } from './throttle.ts'
import { BoundedMap } from '../platform/bounded-map.ts'

export interface Client {
  readonly address: string
  /** Aborts once the client has left. A try that still waits is then given up, and counts for nothing. */
  readonly signal: AbortSignal
  /** A signed-in user does not wait behind others. */
  readonly hasSession?: boolean
}

export interface Passwords {
  /**
   * Tries the password at the source.
   * @throws Problem 401 `wrong_credentials`, 429 `too_many_attempts`, or the source's own, of which only a 401 counts
   * as a wrong password; or the signal's reason.
   */
  verify(credentials: Credentials, client: Client): Promise<Principal>
  /** The same for a script, which sends its password with every call: a right one is remembered for a minute. */
  verifyRepeated(credentials: Credentials, client: Client): Promise<Principal>
}

/**
 * Ms before the answer that a password was not judged. An answer at once would let a few connections ask thousands of
 * times a second, at the cost of everybody else.
 */
export const REFUSAL_MS = 1000
const REMEMBERED_MS = 60_000
const MAX_REMEMBERED = 1000

/** Names and passwords longer than this are refused before anything is computed from them. */
export const MAX_CREDENTIAL_LENGTH = 256

export function wrongCredentials(): Problem {
  return new Problem({
    code: 'wrong_credentials',
    message: 'The username or the password is wrong.',
  })
}

const isUnlooked = (error: unknown): boolean => error instanceof Problem && [429, 503].includes(error.status)

interface Remembered {
  readonly username: string
  readonly stamp: string
  readonly untilMs: number
}

export interface PasswordsOptions {
  readonly source: Source
  readonly throttle: Throttle
  readonly nowMs: () => number
  /** `REFUSAL_MS` where it is left out. */
  readonly refusalMs?: number | undefined
}

export function createPasswords(options: PasswordsOptions): Passwords {
  const { source, throttle, nowMs, refusalMs = REFUSAL_MS } = options
  // The key lives as long as the process: the remembered digests are worth nothing outside it.
  const key = randomBytes(32)
  const remembered = new BoundedMap<string, Remembered>(MAX_REMEMBERED)
  const running = createSharing<Principal>()

  async function verify(credentials: Credentials, client: Client, isScript = false): Promise<Principal> {
    try {
      return await judge(credentials, client, isScript)
    } catch (error) {
      const { signal } = client
      if (isUnlooked(error)) await wait(refusalMs, undefined, { signal, ref: false }).catch(() => undefined)
      throw error
    }
  }

  async function judge(credentials: Credentials, client: Client, isScript: boolean): Promise<Principal> {
    const { username, password } = credentials
    if (Math.max(username.length, password.length) > MAX_CREDENTIAL_LENGTH) throw wrongCredentials()
    const { address, signal, hasSession = false } = client
    const attempt = await throttle.begin(username, address, signal)
    let isUnanswered = false
    const asker = {
      from: attempt.from,
      isKnown: attempt.isKnown || hasSession,
      isScript,
      onUnanswered: () => void (isUnanswered = true),
    }
    try {
      const principal = await source.authenticate(username, password, signal, asker)
      if (!principal) throw wrongCredentials()
      await attempt.succeeded()
      return principal
    } catch (error) {
      // A refusal in the source's own words counts like ours; an error before the password was judged does not.
      if (error instanceof Problem && error.status === 401) await attempt.failed()
      else if (isUnanswered) await attempt.unanswered()
      else await attempt.withdrawn()
      throw error
    }
  }

  async function verifyAndRemember(mac: string, credentials: Credentials, client: Client) {
    const principal = await verify(credentials, client, true)
    remembered.set(mac, {
      username: principal.username,
      stamp: principal.stamp,
      untilMs: nowMs() + REMEMBERED_MS,
    })
    return principal
  }

  /** A remembered password holds only while the source knows the user under the same one. */
  async function recall(mac: string, credentials: Credentials): Promise<Principal | null> {
    const known = remembered.get(mac)
    if (!known) return null
    const principal = known.untilMs > nowMs() ? await source.principal(known.username, credentials) : null
    if (principal?.stamp === known.stamp) return principal
    remembered.delete(mac)
    return null
  }

  return {
    verify: (credentials, client) => verify(credentials, client),
    async verifyRepeated(credentials, client) {
      const text = JSON.stringify([credentials.username, credentials.password])
      const mac = createHmac('sha256', key).update(text).digest('base64')
      const known = await recall(mac, credentials)
      if (known) return known
      // A script's first calls often run in parallel: one try answers them all, and counts once.
      const { address, signal } = client
      return running.share(`${mac} ${address}`, signal, (shared) =>
        verifyAndRemember(mac, credentials, { address, signal: shared }),
      )
    },
  }
}
