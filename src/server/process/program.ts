/** The host as a program: its arguments, its start, and its tasks besides answering until it stops. */
import type { FastifyInstance } from 'fastify'
import type { Listen } from '../config/addresses.ts'
import { readConfig, type Config } from '../config/config.ts'
import { printConfig } from '../config/print.ts'
import { keepFilesPrivate } from '../files/private-files.ts'
import type { Drain } from '../http/drain.ts'
import type { KnownHosts } from '../http/known-hosts.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { outliveReaders, say, warn } from '../platform/standard-output.ts'
import type { Source } from '../sources/source.ts'
import { announcer, sourceName } from './announcing.ts'
import { tellNarrowed } from './data-folder.ts'
import { listenForMetrics, listenForRequests } from './listening.ts'
import { buildMetricsServer, closeServer } from './metrics-server.ts'
import type { Metrics } from './metrics.ts'
import type { PreparedHost } from './preparing.ts'
import { keepCertificate } from './renewing.ts'
import { stopOnSignals } from './stopping.ts'
import { surviveConnections } from './uncaught.ts'
import { readVersion } from './version.ts'

/** The host with everything that it holds open, before it listens. */
export interface OpenedHost extends PreparedHost {
  readonly app: FastifyInstance
  readonly drain: Drain
  readonly hosts: KnownHosts
  readonly source: Source
  /** Closed in this order, after the app. */
  readonly closing: readonly { close(): unknown }[]
}

/** Opens everything that is configured. @throws OperatorError */
export type OpenHost = (config: Config) => Promise<OpenedHost>

/** Figures and facts about the program itself and its source. */
function measure(metrics: Metrics, source: Source, config: Config): void {
  metrics.add(() => source.gauges?.() ?? {})
  const labels = { version: readVersion(), node: process.version, source: sourceName(config) }
  metrics.addInfo('build_info', 'The release that runs, its Node and its source, as labels.', () => labels)
}

/** Serves `/metrics`. @returns the address, and a function that closes the server. */
async function serveMetrics(app: FastifyInstance, metrics: Metrics, at: Listen) {
  const server = buildMetricsServer(metrics, (error) => app.log.error({ err: error }, 'metrics failed'))
  const address = await listenForMetrics(server, at)
  return { address, close: () => closeServer(server) }
}

function warnOfAnyHost(app: FastifyInstance): void {
  app.log.warn(
    'requests are answered under any Host name, which lets pages elsewhere reach this host under their own name (DNS rebinding). Set ALLOWED_HOSTS to the names in its addresses',
  )
}

async function start(config: Config, openHost: OpenHost): Promise<void> {
  const { app, drain, hosts, source, folder, narrowed, metrics, watch, ...opened } = await openHost(config)
  const announce = announcer(config, app.log)
  const closing: (() => unknown)[] = opened.closing.map((part) => () => part.close())
  closing.push(() => folder.release())
  tellNarrowed(app, narrowed)
  watch.tellTo(app.log)
  const stop = stopOnSignals({ app, drain, closing })
  surviveConnections(app.log, () => stop(1))
  if (metrics && config.metrics) {
    measure(metrics, source, config)
    const { address, close } = await serveMetrics(app, metrics, config.metrics)
    closing.unshift(close)
    announce.metrics(address)
  }
  keepCertificate(app, config.tls, hosts, metrics)
  if (hosts.knows === null) warnOfAnyHost(app)
  // The watch logs why a recorder cannot be reached.
  if (config.recorder) void source.ready()
  announce.started(await listenForRequests(app, config))
}

const USAGE = `Usage: npm start -- [--print-config | --version]

Starts the host. With --print-config it prints every variable, its value and whether it was set, and ends. With --version
it prints the release, and ends.`

const flags = ['--print-config', '--version', '--help'] as const

/**
 * @returns the flag that says what to do, or null to start the host.
 * @throws OperatorError for any other argument.
 */
export function readFlag(args: readonly string[]): (typeof flags)[number] | null {
  if (args.length === 0) return null
  const flag = flags.find((known) => known === args[0])
  if (flag !== undefined && args.length === 1) return flag
  throw new OperatorError(`The arguments ${args.join(' ')} are unknown.\n\n${USAGE}`)
}

async function run(args: readonly string[], openHost: OpenHost): Promise<void> {
  const flag = readFlag(args)
  if (flag === '--help') return say(USAGE)
  if (flag === '--version') return say(readVersion())
  const config = readConfig(process.env)
  if (flag === null) return start(config, openHost)
  process.stdout.write(printConfig(process.env))
}

/** Runs the host. A failure to start is one message for the operator, and exit code 1. */
export async function runProgram(args: readonly string[], openHost: OpenHost): Promise<void> {
  keepFilesPrivate()
  outliveReaders()
  try {
    await run(args, openHost)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    warn(error instanceof OperatorError ? message : `The host could not start: ${message}`)
    process.exit(1)
  }
}
