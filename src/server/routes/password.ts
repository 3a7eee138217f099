/** Lets users change their own password, if the source keeps passwords. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as v from 'valibot'
import { AUTH_PASSWORD } from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import type { Session } from '../../contract/session.ts'
import { actor, refusingStrangers, tryPassword } from './auditing.ts'
import type { AuthOptions } from './sign-in.ts'
import { giveToken, readToken } from '../auth/cookie.ts'
import { requireSameOrigin } from '../auth/origin.ts'
import { requireStrong } from '../auth/password-rules.ts'
import { describeSession, signedOut } from '../auth/viewer.ts'
import { storageProblem } from '../files/storage-failure.ts'
import { exchangeOf } from '../http/exchange.ts'
import type { Principal, Source } from '../sources/source.ts'

export interface PasswordOptions extends AuthOptions {
  readonly source: Source
}

const change = v.object({ old: v.pipe(v.string(), v.minLength(1)), new: v.pipe(v.string(), v.minLength(1)) })

function readChange(body: unknown): v.InferOutput<typeof change> {
  const read = v.safeParse(change, body)
  if (read.success) return read.output
  throw new Problem({
    code: 'invalid_request',
    message: 'Send JSON with the old and the new password.',
  })
}

function notHere({ scope }: Principal): Problem {
  const message =
    scope.kind === 'recorder'
      ? 'Passwords are kept by the recorder, or by the directory behind it. Change yours there.'
      : 'This is an account of the demo, and everybody knows its password. It cannot be changed.'
  return new Problem({ code: 'forbidden', message })
}

export function passwordRoute(app: FastifyInstance, options: PasswordOptions): void {
  const { source, sessions, viewers, passwords, audit, nowMs } = options

  /** @throws Problem 401 `signed_out` if no session can be stored. The password is changed all the same. */
  async function reopen(principal: Principal) {
    try {
      const next = await sessions.open(principal)
      const session = await sessions.find(next)
      if (session) return { next, session }
    } catch (error) {
      if (!storageProblem(error)) throw error
    }
    throw new Problem({
      code: 'signed_out',
      message: 'Your password was changed. Sign in again with the new one.',
    })
  }

  async function changePassword(request: FastifyRequest, reply: FastifyReply): Promise<Session> {
    const found = await viewers.signedIn(request)
    const token = readToken(request)
    if (!found || token === null) throw signedOut()
    const { username, canChangePassword } = found.principal
    if (!source.changePassword || !canChangePassword) throw notHere(found.principal)
    const given = readChange(request.body)
    await requireStrong(username, given.new, given.old)
    const { signal } = exchangeOf(reply)
    const credentials = { username, password: given.old }
    const client = { address: request.ip, signal, hasSession: true }
    await tryPassword(audit, request, credentials, () => passwords.verify(credentials, client))
    const principal = await source.changePassword(username, given.new, signal)
    if (!principal) throw signedOut()
    await audit.passwordChanged(actor(request, username, token))
    // Every session of the user ended with the old password. This one goes on under a new cookie.
    await sessions.end(token)
    const { next, session } = await reopen(principal)
    giveToken(request, reply, next)
    return describeSession({ principal, session }, nowMs())
  }

  const onRequest = refusingStrangers(options, 'password', requireSameOrigin)
  app.post(AUTH_PASSWORD, { onRequest }, changePassword)
}
