/** Finds the user of a request: by the page's session, or by a script's `Authorization: Basic`. */
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../contract/problems.ts'
import type { Session } from '../../contract/session.ts'
import { storageProblem } from '../files/storage-failure.ts'
import type { Credentials, Principal, Source } from '../sources/source.ts'
import { readToken } from './cookie.ts'
import type { DemoAccounts } from './demo-accounts.ts'
import { requireNoStranger } from './origin.ts'
import type { Passwords } from './passwords.ts'
import type { OpenSession, Sessions } from './sessions.ts'

export interface Viewer {
  readonly principal: Principal
  /** Scripts may ask for more at once than the page. */
  readonly via: 'basic' | 'session'
}

export interface SignedIn {
  readonly principal: Principal
  readonly session: OpenSession
}

export interface Viewers {
  /**
   * For the API.
   * @param signal aborts once the client has left.
   * @throws Problem 401, 403 `cross_origin`, 429, or the source's own.
   */
  viewer(request: FastifyRequest, signal: AbortSignal): Promise<Viewer>
  /** The session of the request's cookie, or null. It ends here once its user is removed or has a new password. */
  signedIn(request: FastifyRequest): Promise<SignedIn | null>
  /** The username of the cookie's session, or null, also where it cannot be read. Their rights are not checked. */
  usernameOf(request: FastifyRequest): Promise<string | null>
  /** Ends the request's session and the user's older ones: its password was refused, and theirs is no newer. */
  refused(request: FastifyRequest): Promise<void>
}

export function signedOut(): Problem {
  return new Problem({ code: 'signed_out', message: 'You are signed out. Sign in to go on.' })
}

/** @returns null where the header is not `Basic` or cannot be read. */
export function readBasic(header: string): Credentials | null {
  const encoded = /^Basic +([\w+/-]+=*) *$/i.exec(header)?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

export function createViewers(
  source: Source,
  sessions: Sessions,
  passwords: Passwords,
  demo: DemoAccounts,
): Viewers {
  /** The session of the request's cookie, where it is open to this client. */
  async function opened(request: FastifyRequest): Promise<{ token: string; session: OpenSession } | null> {
    const token = readToken(request)
    const session = token === null ? null : await sessions.find(token)
    if (token === null || !session || demo.isClosed(session.username, request)) return null
    return { token, session }
  }

  async function signedIn(request: FastifyRequest): Promise<SignedIn | null> {
    const found = await opened(request)
    if (!found) return null
    const { token, session } = found
    // Asked each time: a new role holds at once, and a removed user is out at once.
    const principal = await source.principal(session.username, session.credentials)
    if (principal?.stamp === session.stamp) return { principal, session }
    await sessions.endSame(token)
    return null
  }

  return {
    signedIn,
    async usernameOf(request) {
      const token = readToken(request)
      try {
        return token === null ? null : ((await sessions.find(token))?.username ?? null)
      } catch (error) {
        if (storageProblem(error)) return null
        throw error
      }
    },
    async refused(request) {
      // The password in the header was refused, not the session's.
      if (request.headers.authorization !== undefined) return
      const found = await opened(request)
      if (found) await sessions.endSame(found.token)
    },
    async viewer(request, signal) {
      requireNoStranger(request)
      const { authorization } = request.headers
      if (authorization !== undefined) {
        const credentials = readBasic(authorization)
        if (!credentials) throw signedOut()
        const client = { address: request.ip, signal }
        const tried = demo.tried(credentials, request)
        return { principal: await passwords.verifyRepeated(tried, client), via: 'basic' }
      }
      const found = await signedIn(request)
      if (!found) throw signedOut()
      return { principal: found.principal, via: 'session' }
    },
  }
}

/** The session as the page gets it. */
export function describeSession({ principal, session }: SignedIn, nowMs: number): Session {
  const { username, displayName, role, scope, canChangePassword = false } = principal
  const { idleExpiresMs, expiresMs } = session
  return { username, displayName, role, scope, canChangePassword, nowMs, idleExpiresMs, expiresMs }
}
