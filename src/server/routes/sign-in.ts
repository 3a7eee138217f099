/** Signing in and out. The password is checked once; from then on the cookie stands for the user. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as v from 'valibot'
import { AUTH_ACTIVITY, AUTH_LOGIN, AUTH_LOGOUT, AUTH_SESSION } from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import type { Session } from '../../contract/session.ts'
import type { Audit } from '../audit/audit.ts'
import type { Refusable } from '../audit/event.ts'
import { actor, refusingStrangers, tryPassword } from './auditing.ts'
import { clearToken, giveToken, readToken } from '../auth/cookie.ts'
import type { DemoAccounts } from '../auth/demo-accounts.ts'
import { requireNoStranger, requireSameOrigin } from '../auth/origin.ts'
import type { Passwords } from '../auth/passwords.ts'
import type { OpenSession, Sessions } from '../auth/sessions.ts'
import { describeSession, signedOut, type Viewers } from '../auth/viewer.ts'
import { storageProblem } from '../files/storage-failure.ts'
import { exchangeOf } from '../http/exchange.ts'
import type { Credentials, Principal, Source } from '../sources/source.ts'

export interface AuthOptions {
  readonly source: Source
  readonly sessions: Sessions
  readonly viewers: Viewers
  readonly passwords: Passwords
  readonly demo: DemoAccounts
  readonly audit: Audit
  readonly nowMs: () => number
}

const credentials = v.object({
  username: v.pipe(v.string(), v.trim(), v.minLength(1)),
  password: v.pipe(v.string(), v.minLength(1)),
})

function readCredentials(body: unknown): Credentials {
  const read = v.safeParse(credentials, body)
  if (read.success) return read.output
  throw new Problem({
    code: 'invalid_request',
    message: 'Send JSON with a username and a password.',
  })
}

/** @returns null also if the session cannot be read. It ends all the same. */
async function findToEnd(
  sessions: Sessions,
  request: FastifyRequest,
  token: string,
): Promise<OpenSession | null> {
  try {
    return await sessions.find(token)
  } catch (error) {
    if (!storageProblem(error)) throw error
    request.log.error({ err: error }, 'storage failed')
    return null
  }
}

export function authRoutes(app: FastifyInstance, options: AuthOptions): void {
  const { source, sessions, viewers, passwords, demo, audit, nowMs } = options

  const endCurrent = async (request: FastifyRequest): Promise<void> => {
    const token = readToken(request)
    if (token !== null) await sessions.end(token)
  }

  /** `tryPassword` also logs a right password that opens no session. @throws Problem 503 `storage_failed`. */
  async function openSession(principal: Principal) {
    try {
      const token = await sessions.open(principal)
      const session = await sessions.find(token)
      if (!session) throw signedOut()
      return { principal, session, token }
    } catch (error) {
      throw storageProblem(error) ?? error
    }
  }

  async function logIn(request: FastifyRequest, reply: FastifyReply): Promise<Session> {
    const given = readCredentials(request.body)
    const { signal } = exchangeOf(reply)
    const client = { address: request.ip, signal }
    const { principal, session, token } = await tryPassword(audit, request, given, async () => {
      const right = await passwords.verify(demo.tried(given, request), client)
      // If the client has left, nobody would receive the cookie of a new session.
      signal.throwIfAborted()
      const opened = await openSession(right)
      if (signal.aborted) await sessions.end(opened.token)
      signal.throwIfAborted()
      return opened
    })
    await endCurrent(request)
    await audit.login(actor(request, principal.username, token))
    giveToken(request, reply, token)
    return describeSession({ principal, session }, nowMs())
  }

  async function logOut(request: FastifyRequest, reply: FastifyReply) {
    clearToken(request, reply)
    const token = readToken(request)
    const session = token === null ? null : await findToEnd(sessions, request, token)
    await endCurrent(request)
    if (session) source.forget?.(session.username)
    if (session) await audit.logout(actor(request, session.username, token))
    // Not "storage", which holds the theme and the density but nothing personal.
    return reply.header('clear-site-data', '"cache"').code(204).send()
  }

  async function tell(request: FastifyRequest): Promise<Session> {
    const found = await viewers.signedIn(request)
    if (!found) throw signedOut()
    return describeSession(found, nowMs())
  }

  async function extend(request: FastifyRequest): Promise<Session> {
    const token = readToken(request)
    // Only a valid session may be extended. Reading it first ends a session whose user is gone.
    await tell(request)
    if (token !== null) await sessions.touch(token)
    return tell(request)
  }

  const change = (attempt: Refusable) => ({
    onRequest: refusingStrangers(options, attempt, requireSameOrigin),
  })
  const read = { onRequest: refusingStrangers(options, 'session', requireNoStranger) }
  app.post(AUTH_LOGIN, change('login'), logIn)
  app.post(AUTH_LOGOUT, change('logout'), logOut)
  app.post(AUTH_ACTIVITY, change('session'), extend)
  app.get(AUTH_SESSION, read, tell)
}
