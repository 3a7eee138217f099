/** Every error answer of the host has one shape, and an unexpected one tells nothing but the request's id. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Problem, writeProblem, type ProblemCode, type ProblemDetails } from '../../contract/problems.ts'
import { storageProblem } from '../files/storage-failure.ts'
import { challengeFor } from './challenges.ts'
import { isAnswering } from './exchange.ts'
import { dataHeaders, type Headers } from './headers.ts'
import { exchangeOf } from './exchange.ts'

/** What fastify itself refuses, in our words. Its own would repeat what was sent. */
const refusals: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  400: ['invalid_request', 'The request cannot be read: check its address and that its body is JSON.'],
  413: ['too_large', 'The request’s body is larger than 16 KB.'],
  415: ['invalid_request', 'Send JSON, with Content-Type: application/json.'],
}

const aboutRecorder = new Set<ProblemCode>([
  'recorder_down',
  'recorder_failed',
  'recorder_mismatch',
  'recorder_untrusted',
  'search_timeout',
])

const aboutAudio = ['content-length', 'etag', 'accept-ranges', 'content-disposition'] as const

export function nothingHere(): Problem {
  return new Problem({ status: 404, code: 'not_found', message: 'There is nothing at this address.' })
}

function describe(error: unknown): ProblemDetails {
  const problem = error instanceof Problem ? error : storageProblem(error)
  if (problem) return problem
  const status = (error as Partial<FastifyError> | null)?.statusCode ?? 500
  const refusal = refusals[status]
  if (refusal) return { status, code: refusal[0], message: refusal[1] }
  return {
    status: 500,
    code: 'internal',
    message: 'Something went wrong on the server. If it happens again, report it with this request’s id.',
  }
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = describe(error)
  // What fails because its client left is no failure, and nobody reads this answer.
  if (!(error instanceof Problem) && problem.status === 500 && !exchangeOf(reply).isLeft) {
    request.log.error({ err: error }, 'unexpected')
  }
  if (problem.code === 'storage_failed') {
    request.log.error({ err: error instanceof Problem ? error.cause : error }, 'storage failed')
  }
  // In our own words, which repeat nothing of the question or the answer: what to look after is in them.
  if (aboutRecorder.has(problem.code)) {
    request.log.warn({ code: problem.code, why: problem.message }, 'recorder')
  }
  if (problem.status === 401) reply.header('www-authenticate', challengeFor(request))
  if (problem.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterMs / 1000))
  // What was said of audio before it failed is not true of these words; a range is, where it lies outside.
  for (const name of aboutAudio) reply.removeHeader(name)
  if (problem.status !== 416) reply.removeHeader('content-range')
  const body = writeProblem({ ...problemFields(problem), requestId: request.id })
  return reply.code(problem.status).type('application/json; charset=utf-8').send(body)
}

/** A Problem is an Error, whose message does not spread. */
function problemFields({ status, code, message, reason }: ProblemDetails): ProblemDetails {
  return { status, code, message, reason }
}

/** The headers of what is refused before any hook has run. @param transport what answers over TLS say of it. */
function earlyHeaders(socket: Socket, transport: Headers): Headers {
  return socket instanceof TLSSocket ? { ...dataHeaders, ...transport } : dataHeaders
}

/** For what fastify refuses before any hook has run. @param transport what answers over TLS say of it. */
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
 * Answers what never became a request: too many bytes of headers, too slow, or no HTTP.
 * @param transport what answers over TLS say of it.
 */
export function refuseConnections(transport: Headers) {
  return (error: Error & { code?: string }, socket: Socket): void =>
    refuse(error, socket, earlyHeaders(socket, transport))
}

function refuse(error: Error & { code?: string }, socket: Socket, early: Headers): void {
  // Where the connection itself failed, such as a TLS handshake, an answer would wait for ever to be sent. Where another
  // answer is under way, this one would stand in the middle of it.
  if (!/^(HPE|ERR_HTTP)_/.test(error.code ?? '') || !socket.writable || isAnswering(socket)) {
    socket.destroy()
    return
  }
  const status = statusOfCode[error.code ?? ''] ?? 400
  const body = JSON.stringify(
    writeProblem({
      status,
      code: status === 431 ? 'too_large' : 'invalid_request',
      message: `${STATUS_CODES[status] ?? 'Bad Request'}.`,
    }),
  )
  const headers = { ...early, 'content-type': 'application/json; charset=utf-8', connection: 'close' }
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  // A client that keeps its own side open would keep the connection for ever.
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroySoon())
}
