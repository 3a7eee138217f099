/** Every error answer of the host has one shape. An unexpected error reveals only the request's id. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Problem, problemFacts, writeProblem, type ProblemCode } from '../../contract/problems.ts'
import { storageProblem } from '../files/storage-failure.ts'
import { challengeFor } from './challenges.ts'
import { exchangeOf, isAnswering } from './exchange.ts'
import { dataHeaders, type Headers } from './headers.ts'

/** Our words for Fastify's own refusals, which would repeat what was sent. */
const refusals: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  400: ['invalid_request', 'The request cannot be read: check its address and that its body is JSON.'],
  413: ['too_large', 'The request’s body is larger than 16 KB.'],
  415: ['invalid_request', 'Send JSON, with Content-Type: application/json.'],
}

/** Not logged for each request: `process/recorder-watch.ts` logs each change, with its cause. */
const saidOnce = new Set<ProblemCode>(['recorder_down', 'recorder_untrusted'])

const aboutAudio = ['content-length', 'etag', 'accept-ranges', 'content-disposition'] as const

export function nothingHere(): Problem {
  return new Problem({ code: 'not_found', message: 'There is nothing at this address.' })
}

function problemOf(error: unknown): Problem {
  const problem = error instanceof Problem ? error : storageProblem(error)
  if (problem) return problem
  const status = (error as Partial<FastifyError> | null)?.statusCode ?? 500
  const refusal = refusals[status]
  if (refusal) return new Problem({ status, code: refusal[0], message: refusal[1] })
  return new Problem({
    code: 'internal',
    message: 'Something went wrong on the server. If it happens again, report it with this request’s id.',
  })
}

function log(error: unknown, problem: Problem, { log: logger }: FastifyRequest, reply: FastifyReply): void {
  // An answer that fails because the client left is not a failure of the host.
  if (!(error instanceof Problem) && problem.code === 'internal' && !exchangeOf(reply).isLeft) {
    logger.error({ err: error }, 'unexpected')
  }
  if (problem.code === 'storage_failed') {
    logger.error({ err: error instanceof Problem ? error.cause : error }, 'storage failed')
  }
  // The message is ours: it repeats nothing from the request or the answer, and says what to check.
  if (problemFacts[problem.code].fault === 'recorder' && !saidOnce.has(problem.code)) {
    logger.warn({ code: problem.code, why: problem.message }, 'recorder')
  }
}

/** Answers with the problem behind the error, and logs what an administrator has to know. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  log(error, problem, request, reply)
  if (problem.status === 401) reply.header('www-authenticate', challengeFor(request))
  if (problem.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterMs / 1000))
  // Headers set for audio do not describe this answer. Only a 416 keeps `Content-Range`, which states the size.
  for (const name of aboutAudio) reply.removeHeader(name)
  if (problem.status !== 416) reply.removeHeader('content-range')
  const body = writeProblem(problem, request.id)
  return reply.code(problem.status).type('application/json; charset=utf-8').send(body)
}

/** The headers of an answer sent before any hook has run. @param transport the headers of every answer over TLS. */
function earlyHeaders(socket: Socket, transport: Headers): Headers {
  return socket instanceof TLSSocket ? { ...dataHeaders, ...transport } : dataHeaders
}

/** Answers requests that Fastify refuses before any hook. @param transport headers of every answer over TLS. */
export function sendEarlyProblems(transport: Headers) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    void sendProblem(error, request, reply.headers(earlyHeaders(request.raw.socket, transport)))
  }
}

const statusOfCode: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/**
 * Answers bytes that never became a request: headers too large, too slow, or not HTTP.
 * @param transport the headers of every answer over TLS.
 */
export function refuseConnections(transport: Headers) {
  return (error: Error & { code?: string }, socket: Socket): void =>
    refuse(error, socket, earlyHeaders(socket, transport))
}

function refuse(error: Error & { code?: string }, socket: Socket, early: Headers): void {
  // If the connection itself failed, as in a TLS handshake, an answer could never be sent. If another answer is under
  // way, this one would land in the middle of it.
  if (!/^(HPE|ERR_HTTP)_/.test(error.code ?? '') || !socket.writable || isAnswering(socket)) {
    socket.destroy()
    return
  }
  const status = statusOfCode[error.code ?? ''] ?? 400
  const reason = STATUS_CODES[status] ?? 'Bad Request'
  const code = status === 431 ? 'too_large' : 'invalid_request'
  const body = JSON.stringify(writeProblem(new Problem({ status, code, message: `${reason}.` })))
  const headers = { ...early, 'content-type': 'application/json; charset=utf-8', connection: 'close' }
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  // Without this, a client that never closes its side would keep the connection open for ever.
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${head}\r\n${body}`, () => socket.destroySoon())
}
