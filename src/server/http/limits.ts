/** Limits that every request must keep to before anything else looks at it. */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HEALTH_LIVE, HEALTH_READY } from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import { stoppingProblem, type Drain } from './drain.ts'
import { dataHeaders, type Headers } from './headers.ts'
import { requireKnownHost, type KnowsHost } from './known-hosts.ts'
import { isUnreadable } from './targets.ts'
import { rawPath } from './requests.ts'

export interface Limits {
  /** Time until the headers are complete. */
  readonly headersMs: number
  /** Time until the whole request is complete. */
  readonly requestMs: number
  /** How often Node looks for overdue connections. Its default of 30 s would double the limits above. */
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

export interface GuardOptions {
  readonly limits: Limits
  readonly drain: Drain
  /** Null answers under any name. */
  readonly knowsHost: KnowsHost | null
  /** Headers of answers over TLS. */
  readonly transport: Headers
}

function cannotBeRead(status: 400 | 417, message: string): Problem {
  return new Problem({ status, code: 'invalid_request', message })
}

/** Node alone would refuse an unknown `Expect` without our headers. @returns a check whether a request has one. */
function passExpectations(app: FastifyInstance): (request: IncomingMessage) => boolean {
  const unexpected = new WeakSet<IncomingMessage>()
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    unexpected.add(request)
    app.server.emit('request', request, response)
  })
  return (request) => unexpected.has(request)
}

/** Also gives each answer the headers of data, the strictest set; pages and files loosen them. */
export function guardRequests(
  app: FastifyInstance,
  { limits, drain, knowsHost, transport }: GuardOptions,
): void {
  const expectsMore = passExpectations(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(dataHeaders)
    if (request.protocol === 'https') reply.headers(transport)
    const isHealth = [HEALTH_LIVE, HEALTH_READY].includes(rawPath(request))
    // A load balancer asks for the host's health by its IP address, and the answer holds no private data.
    requireKnownHost(request, isHealth ? null : knowsHost)
    if (request.originalUrl.length > limits.addressBytes) {
      throw tooLarge(414, `The address is longer than ${limits.addressBytes} bytes.`)
    }
    // Node's own maxHeadersCount silently drops headers beyond it.
    if (request.raw.rawHeaders.length / 2 > limits.headerCount) {
      throw tooLarge(431, `The request has more than ${limits.headerCount} headers.`)
    }
    if (isUnreadable(request.raw)) throw cannotBeRead(400, 'The request’s address cannot be read.')
    if (expectsMore(request.raw))
      throw cannotBeRead(
        417,
        'The request’s Expect header asks for more than this host supports. Leave it out.',
      )
    if (!drain.stopping || isHealth) return
    reply.header('connection', 'close')
    throw stoppingProblem()
  })
}
