/** For monitoring: whether the host runs, and whether to send it requests. Neither answer reveals more. */
import type { FastifyInstance } from 'fastify'
import { HEALTH_LIVE, HEALTH_READY } from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { Drain } from '../http/drain.ts'
import { stoppingProblem } from '../http/drain.ts'
import type { Source } from '../sources/source.ts'

function notReady(): Problem {
  return new Problem({ code: 'not_ready', message: 'The host is not ready.' })
}

export interface HealthOptions {
  readonly source: Source
  readonly sessions: Sessions
  readonly drain: Drain
}

export function healthRoutes(app: FastifyInstance, { source, sessions, drain }: HealthOptions): void {
  app.get(HEALTH_LIVE, async () => ({ status: 'ok' }))
  app.get(HEALTH_READY, async () => {
    if (drain.stopping) throw stoppingProblem()
    // A source that fails to answer is not ready either. The requests that needed it log why.
    const ready = await Promise.all([source.ready().catch(() => false), sessions.isReadable()])
    if (ready.includes(false)) throw notReady()
    return { status: 'ok' }
  })
}
