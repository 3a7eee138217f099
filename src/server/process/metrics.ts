/**
 * Figures for Prometheus. A label holds a method, a route's template or a status, each from a small fixed set, or the
 * hash that the audit log's chain stands at; never who asked or what for.
 */
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { Problem } from '../../contract/problems.ts'
import { exchangeOf } from '../http/exchange.ts'

/** Figures that somebody else keeps, by their names in snake case; read when they are asked for. */
export type Figures = () => Readonly<Record<string, number>>

export interface Metrics {
  /** Counts the answers of a host. */
  watch(app: FastifyInstance): void
  /** Adds what somebody else counts, each figure as a gauge of its own; one that ends in `_total` is a counter. */
  add(figures: Figures): void
  /** One session was shown more recordings than anybody looks at. */
  copied(): void
  /** Adds a gauge that is always 1 and tells something by its labels; null tells nothing. */
  addInfo(name: string, labels: () => Readonly<Record<string, string>> | null): void
  /** Everything, in Prometheus' text format. */
  write(): Promise<string>
  readonly contentType: string
}

/** Seconds: most searches are answered in hundredths, a recorder may take 25. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25]

const knownMethods = new Set(['GET', 'HEAD', 'POST'])

function createInstruments(registry: Registry) {
  const registers = [registry]
  return {
    durations: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time until an answer was out. The status is "left" where the client did not wait for it.',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: DURATION_BUCKETS,
      registers,
    }),
    inFlight: new Gauge({
      name: 'http_requests_in_flight',
      help: 'Requests that are being answered.',
      registers,
    }),
    wrong: new Counter({
      name: 'login_failures_total',
      help: 'Requests refused for a wrong username or password.',
      registers,
    }),
    throttled: new Counter({
      name: 'login_throttled_total',
      help: 'Requests refused after too many failures, without a look at the password.',
      registers,
    }),
    copyAlerts: new Counter({
      name: 'copy_alerts_total',
      help: 'Times that one session was shown more recordings in an hour than COPY_ALERT.',
      registers,
    }),
  }
}

/** A registry of its own: two hosts in one process do not share figures. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { durations, inFlight, wrong, throttled, copyAlerts } = createInstruments(registry)
  const others: Figures[] = []
  const gauges = new Map<string, Gauge | Counter>()

  const set = (name: string, value: number): void => {
    const options = { name, help: name.replaceAll('_', ' '), registers: [registry] }
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
    addInfo(name, read) {
      const labelNames = Object.keys(read() ?? {})
      const collect = function (this: Gauge): void {
        const labels = read()
        this.reset()
        if (labels) this.set({ ...labels }, 1)
      }
      const help = name.replaceAll('_', ' ')
      registry.registerMetric(new Gauge({ name, help, labelNames, registers: [], collect }))
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
      app.addHook('onError', async (_request, _reply, error) => {
        if (!(error instanceof Problem)) return
        if (error.code === 'wrong_credentials') wrong.inc()
        if (error.code === 'too_many_attempts') throttled.inc()
      })
    },
    async write() {
      for (const figures of others) {
        for (const [name, value] of Object.entries(figures())) set(name, value)
      }
      return registry.metrics()
    },
  }
}
