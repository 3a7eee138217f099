/** The host's log. It never holds a query, a number or a name: only the route's template. */
import { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { LogLevel } from '../config/variables.ts'
import { exchangeOf } from './exchange.ts'

export interface LogTo {
  readonly level: LogLevel
  /** Where the lines go; standard output by default. */
  readonly stream?: { write(line: string): void }
}

/** An error without its message, which may repeat the request. Its type and stack are enough to find it. */
function describeError(error: Error & { code?: unknown }) {
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return { type: error.name, message: '', code: error.code, stack: frames?.join('\n') ?? '' }
}

export function logOptions(log: LogTo | null): FastifyServerOptions {
  if (!log) return { logger: false }
  const { level, stream } = log
  // Fastify's own serializers of requests and answers write addresses and whole errors.
  const serializers = { err: describeError, req: () => ({}), res: () => ({}) }
  return {
    logger: { level, serializers, base: null, ...(stream ? { stream } : {}) },
    logController: new LogController({ disableRequestLogging: true }),
  }
}

/** One line for each answer, and for each client that left before its end. */
export function logAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const sinceMs = performance.now()
    exchangeOf(reply).onOver((isSent) => {
      if (isSent) return
      const { method, routeOptions } = request
      const ms = Math.round(performance.now() - sinceMs)
      request.log.info({ method, route: routeOptions.url ?? null, ms }, 'client left')
    })
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    const ms = Math.round(reply.elapsedTime)
    request.log.info({ method, route: routeOptions.url ?? null, status: reply.statusCode, ms }, 'answered')
  })
}
