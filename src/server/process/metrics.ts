/**
 * Figures for Prometheus. A label holds a method, a route's template, a status or a kind of question, each from a small
 * fixed set, or facts about the program and its audit log. No label reveals a user or a query.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { isRefusal, Problem } from '../../contract/problems.ts'
import { exchangeOf } from '../http/exchange.ts'
import { figureHelp, type FigureName, type Figures } from '../platform/figures.ts'

/**
 * Sets the host's own figures apart from those of other programs. Node's figures keep their names (`process_…`,
 * `nodejs_…`), because dashboards and alarms for Node programs expect them.
 */
export const METRICS_PREFIX = 'recordings_'

export interface Metrics {
  /** Counts the answers of a host. */
  watch(app: FastifyInstance): void
  /** Adds figures that another part of the host keeps. They are read at each scrape. */
  add(figures: () => Figures): void
  /** Counts a session that was shown more recordings in an hour than COPY_ALERT. */
  copied(): void
  /** Counts a question to the recorder. @param seconds until the answer began or the question failed. */
  asked(kind: string, outcome: 'answered' | 'failed', seconds: number): void
  /** Adds a gauge that is always 1 and carries facts in its labels. Null omits it. */
  addInfo(name: string, help: string, labels: () => Readonly<Record<string, string>> | null): void
  /** All figures, in Prometheus' text format. */
  write(): Promise<string>
  readonly contentType: string
}

/** Seconds. Most searches take hundredths; a recorder may take 25. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25]

const knownMethods = new Set(['GET', 'HEAD', 'POST'])

const named = (name: string, help: string) => ({ name: `${METRICS_PREFIX}${name}`, help })

function createInstruments(registry: Registry) {
  const registers = [registry]
  return {
    durations: new Histogram({
      ...named(
        'http_request_duration_seconds',
        'Time from a request to the end of its answer. The status is "left" where the client did not wait for it.',
      ),
      labelNames: ['method', 'route', 'status'] as const,
      buckets: DURATION_BUCKETS,
      registers,
    }),
    inFlight: new Gauge({ ...named('http_requests_in_flight', 'Requests being answered.'), registers }),
    recorder: new Histogram({
      ...named(
        'recorder_answer_seconds',
        'Time from a question to the recorder until its answer begins, by the kind of question. It failed where none began.',
      ),
      labelNames: ['kind', 'outcome'] as const,
      buckets: DURATION_BUCKETS,
      registers,
    }),
    wrong: new Counter({
      ...named('login_failures_total', 'Requests refused for a wrong username or password.'),
      registers,
    }),
    throttled: new Counter({
      ...named(
        'login_throttled_total',
        'Requests refused after too many wrong passwords, without a look at theirs.',
      ),
      registers,
    }),
    copyAlerts: new Counter({
      ...named(
        'copy_alerts_total',
        'Times that one session was shown more recordings in an hour than COPY_ALERT.',
      ),
      registers,
    }),
  }
}

/** Whether the request's password was refused. An ended session does not count. */
function isRefusedPassword({ code }: Problem, { headers }: FastifyRequest): boolean {
  if (isRefusal(code)) return true
  return code === 'signed_out' && /^basic /i.test(headers.authorization ?? '')
}

/** Has its own registry, so that two hosts in one process do not share figures. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { durations, inFlight, recorder, wrong, throttled, copyAlerts } = createInstruments(registry)
  const others: (() => Figures)[] = []
  const gauges = new Map<string, Gauge | Counter>()

  const set = (name: FigureName, value: number): void => {
    const options = { ...named(name, figureHelp[name]), registers: [registry] }
    const known = gauges.get(name)
    const gauge = known ?? (name.endsWith('_total') ? new Counter(options) : new Gauge(options))
    gauges.set(name, gauge)
    gauge.reset()
    gauge.inc(value)
  }

  return {
    contentType: registry.contentType,
    add: (figures) => void others.push(figures),
    copied: () => copyAlerts.inc(),
    asked: (kind, outcome, seconds) => recorder.observe({ kind, outcome }, seconds),
    addInfo(name, help, read) {
      const labelNames = Object.keys(read() ?? {})
      const collect = function (this: Gauge): void {
        const labels = read()
        this.reset()
        if (labels) this.set({ ...labels }, 1)
      }
      registry.registerMetric(new Gauge({ ...named(name, help), labelNames, registers: [], collect }))
    },
    watch(app) {
      app.addHook('onRequest', async ({ method, routeOptions }, reply) => {
        inFlight.inc()
        const end = durations.startTimer()
        exchangeOf(reply).onOver((isSent) => {
          inFlight.dec()
          end({
            method: knownMethods.has(method) ? method : 'other',
            route: routeOptions.url ?? 'none',
            status: isSent ? reply.statusCode : 'left',
          })
        })
      })
      app.addHook('onError', async (request, _reply, error) => {
        if (!(error instanceof Problem)) return
        if (isRefusedPassword(error, request)) wrong.inc()
        if (error.code === 'too_many_attempts') throttled.inc()
      })
    },
    async write() {
      for (const figures of others) {
        for (const [name, value] of Object.entries(figures())) set(name as FigureName, value)
      }
      return registry.metrics()
    },
  }
}
