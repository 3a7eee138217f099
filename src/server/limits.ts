/** What every request has to keep to before anything looks at it. */
import type { FastifyInstance } from 'fastify'
import { Problem } from '../contract/problems.ts'
import { stoppingProblem, type Drain } from './drain.ts'
import { dataHeaders, strictTransport } from './headers.ts'
import { HEALTH_LIVE, HEALTH_READY } from './health.ts'
import { rawPath } from './requests.ts'

export interface Limits {
  /** Until the headers are complete. */
  readonly headersMs: number
  /** Until the whole request is. */
  readonly requestMs: number
  /** Node looks for overdue connections this often; its own 30 s would double the limits above. */
  readonly checkEveryMs: number
  readonly headerCount: number
  readonly headerBytes: number
  readonly addressBytes: number
  readonly bodyBytes: number
}

export const standardLimits: Limits = {
  headersMs: 15_000,
  requestMs: 30_000,
  checkEveryMs: 1000,
  headerCount: 100,
  headerBytes: 16_384,
  addressBytes: 8192,
  bodyBytes: 16_384,
}

function tooLarge(status: 414 | 431, message: string): Problem {
  return new Problem({ status, code: 'too_large', message })
}

/** Also gives each answer the headers of data, the strictest there are; pages and files loosen them. */
export function guardRequests(app: FastifyInstance, limits: Limits, drain: Drain): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(dataHeaders)
    if (request.protocol === 'https') reply.headers(strictTransport)
    if ((request.raw.url ?? '').length > limits.addressBytes) {
      throw tooLarge(414, `The address is longer than ${limits.addressBytes} bytes.`)
    }
    // Node's own maxHeadersCount drops what is beyond it and says nothing.
    if (request.raw.rawHeaders.length / 2 > limits.headerCount) {
      throw tooLarge(431, `The request has more than ${limits.headerCount} headers.`)
    }
    if (!drain.stopping || [HEALTH_LIVE, HEALTH_READY].includes(rawPath(request))) return
    reply.header('connection', 'close')
    throw stoppingProblem()
  })
}
