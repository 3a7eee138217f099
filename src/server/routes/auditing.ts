/** The facts of a request that the audit log records: user, address and session. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import { SEARCH_PURPOSE_HEADER, searchPurposes, type SearchPurpose } from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import { isFromStart, readRange } from '../../contract/ranges.ts'
import type { Act } from '../audit/act.ts'
import type { Audit } from '../audit/audit.ts'
import type { Actor, ActKind, Refusable } from '../audit/event.ts'
import type { Piece } from '../audit/listenings.ts'
import { readToken } from '../auth/cookie.ts'
import { MAX_CREDENTIAL_LENGTH } from '../auth/passwords.ts'
import { readBasic, type Viewer, type Viewers } from '../auth/viewer.ts'
import { exchangeOf } from '../http/exchange.ts'
import { isDownload } from './media.ts'
import type { Credentials } from '../sources/source.ts'

const ID_BYTES = 16

/** Hashes the id alone: the key half of the cookie must not leave it. */
function hashSession(token: string): string {
  const id = Buffer.from(token, 'base64url').subarray(0, ID_BYTES)
  return createHash('sha256').update(id).digest('hex').slice(0, 16)
}

/** @param token null without a session. */
export function actor(request: FastifyRequest, user: string, token: string | null): Actor {
  const session = token === null ? null : hashSession(token)
  return { user, address: request.ip, session, requestId: request.id }
}

function viewing(request: FastifyRequest, { principal, via }: Viewer): Actor {
  if (via === 'session') return actor(request, principal.username, readToken(request))
  return { ...actor(request, principal.username, null), via }
}

/** The purpose that the page gives for its request, or null for a user's own search. */
export function readPurpose(request: FastifyRequest): SearchPurpose | null {
  const told = request.headers[SEARCH_PURPOSE_HEADER.toLowerCase()]
  return searchPurposes.find((purpose) => purpose === told) ?? null
}

/** Which part of the audio the request asks for. */
export function readPiece(
  request: FastifyRequest,
  reply: FastifyReply,
): Omit<Piece, 'listener' | 'recording'> {
  return {
    kind: isDownload(request) ? 'download' : 'play',
    isStart: isFromStart(readRange(request.headers.range)),
    over: new Promise((resolve) => exchangeOf(reply).onOver(() => resolve())),
  }
}

const wasJudged = ({ username, password }: Credentials): boolean =>
  Math.max(username.length, password.length) <= MAX_CREDENTIAL_LENGTH

/** Tries the password of a login, and logs a failure. @throws as `verify` does. */
export async function tryPassword<T>(
  audit: Audit,
  request: FastifyRequest,
  given: Credentials,
  verify: () => Promise<T>,
): Promise<T> {
  try {
    return await verify()
  } catch (error) {
    await audit.failedLogin(actor(request, given.username, null), error, wasJudged(given))
    throw error
  }
}

interface Auditing {
  readonly audit: Audit
  readonly viewers: Viewers
}

/** The user in whose browser another site's page made a request, as far as the cookie or password shows. */
async function stranger(request: FastifyRequest, viewers: Viewers): Promise<Actor> {
  const { authorization } = request.headers
  const given = authorization === undefined ? null : readBasic(authorization)
  return actor(request, given?.username ?? (await viewers.usernameOf(request)) ?? '', readToken(request))
}

/** Refuses requests of other sites' pages by `check`, and logs each refusal. @throws as `check` does. */
export function refusingStrangers(
  { audit, viewers }: Auditing,
  attempt: Refusable,
  check: (request: FastifyRequest) => void,
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    try {
      check(request)
    } catch (error) {
      await audit.refusedStranger(await stranger(request, viewers), attempt)
      throw error
    }
  }
}

/** Like `viewers.viewer`, but logs refused strangers and a script's failed password. */
async function findViewer(
  { audit, viewers }: Auditing,
  attempt: ActKind,
  request: FastifyRequest,
  signal: AbortSignal,
): Promise<Viewer> {
  const { authorization } = request.headers
  const given = authorization === undefined ? null : readBasic(authorization)
  try {
    return await viewers.viewer(request, signal)
  } catch (error) {
    if (error instanceof Problem && error.code === 'cross_origin') {
      await audit.refusedStranger(await stranger(request, viewers), attempt)
    } else if (given) {
      await audit.failedLogin(
        { ...actor(request, given.username, null), via: 'basic' },
        error,
        wasJudged(given),
      )
    }
    throw error
  }
}

type Answer<Request> = (request: Request, reply: FastifyReply, viewer: Viewer, act: Act) => Promise<unknown>

/** Makes a route from an answer to a known user. Logs every failure; `answer` logs success through its `act`. */
export function audited<Request extends FastifyRequest>(
  auditing: Auditing,
  attempt: ActKind,
  answer: Answer<Request>,
): (request: Request, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const exchange = exchangeOf(reply)
    const viewer = await findViewer(auditing, attempt, request, exchange.signal)
    const act = auditing.audit.begin(viewing(request, viewer), attempt, exchange)
    try {
      return await answer(request, reply, viewer, act)
    } catch (error) {
      await act.failed(error)
      throw error
    }
  }
}
