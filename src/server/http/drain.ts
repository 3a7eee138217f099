/** Stopping without cutting anybody off: running requests finish, and new ones are refused. */
import type { FastifyInstance } from 'fastify'
import { Problem } from '../../contract/problems.ts'
import { exchangeOf } from './exchange.ts'

/** How long running answers may take to finish. */
export const DRAIN_MS = 20_000

export interface Drain {
  readonly stopping: boolean
  /** Refuses new requests from now on, and resolves once none is running. */
  begin(): Promise<void>
  /** Counts the answers of a host. */
  watch(app: FastifyInstance): void
}

export function stoppingProblem(): Problem {
  return new Problem({
    code: 'not_ready',
    message: 'The host is stopping. Try again in a moment.',
    retryAfterMs: 5000,
  })
}

export function createDrain(): Drain {
  let running = 0
  let whenIdle: (() => void) | null = null
  return {
    get stopping() {
      return whenIdle !== null
    },
    begin: () =>
      new Promise((resolve) => {
        whenIdle = resolve
        if (running === 0) resolve()
      }),
    watch(app) {
      app.addHook('onRequest', async (_request, reply) => {
        running += 1
        exchangeOf(reply).onOver(() => {
          running -= 1
          if (running === 0) whenIdle?.()
        })
      })
    },
  }
}
