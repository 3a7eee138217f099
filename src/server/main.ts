/** Starts the host: reads the configuration, prepares what it names, listens, and stops in good order. */
import type { FastifyInstance } from 'fastify'
import { join, resolve } from 'node:path'
import { buildApp } from './app.ts'
import { readAssets } from './routes/assets.ts'
import { AttemptMemory } from './auth/attempt-memory.ts'
import { openSessions, type Sessions } from './auth/sessions.ts'
import { keepTries } from './auth/tries.ts'
import { hostClock, type NowMs } from './process/clock.ts'
import { readConfig, type Config } from './config/config.ts'
import { isLoopback, type Listen } from './config/addresses.ts'
import { printConfig } from './config/print.ts'
import { openDataFolder, tellNarrowed } from './process/data-folder.ts'
import { readDocument } from './routes/document.ts'
import { createDrain } from './http/drain.ts'
import { keepFilesPrivate, narrowFiles } from './files/private-files.ts'
import { openHostAudit } from './audit/host-audit.ts'
import { readHostKey } from './process/host-key.ts'
import { knownHosts } from './http/known-hosts.ts'
import { listenForMetrics, listenForRequests } from './process/listening.ts'
import { buildMetricsServer, closeServer } from './process/metrics-server.ts'
import { createMetrics, type Metrics } from './process/metrics.ts'
import { openSource } from './process/open-source.ts'
import type { Source } from './sources/source.ts'
import { explain } from './sources/sqlite/explain.ts'
import { stopOnSignals } from './process/stopping.ts'
import { watchRecorder } from './process/recorder-watch.ts'
import { keepCertificate } from './process/renewing.ts'
import { surviveConnections } from './process/uncaught.ts'
import { readVersion } from './process/version.ts'
import { OperatorError } from './platform/operator-error.ts'

const kindOf = ({ recorder }: Config): string => (recorder ? 'recorder' : 'store')

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** The page is built beside the host: `dist/page` and `dist/host`. */
const pageFolder = resolve(import.meta.dirname, '../../page')

function readPage() {
  try {
    return {
      assets: readAssets(pageFolder),
      writeDocument: readDocument(join(pageFolder, 'index.html')),
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new OperatorError(`The page is not built: ${pageFolder} cannot be read. Run npm run build:page.`)
  }
}

/** Figures and facts about the program itself and its source. */
function measure(metrics: Metrics, source: Source, kind: string): void {
  metrics.add(() => source.gauges?.() ?? {})
  const labels = { version: readVersion(), node: process.version, source: kind }
  metrics.addInfo('build_info', 'The release that runs, its Node and its source, as labels.', () => labels)
}

function openSessionsIn(dataDir: string, nowMs: NowMs, hostKey: Buffer): Sessions {
  const file = join(dataDir, 'sessions.db')
  try {
    return openSessions({ file, nowMs, hostKey })
  } catch (error) {
    throw explain(error, file)
  }
}

/** Serves `/metrics` where the configuration says. @returns what closes it. */
async function startMetrics(
  app: FastifyInstance,
  metrics: Metrics,
  at: Listen,
): Promise<() => Promise<void>> {
  const server = buildMetricsServer(metrics, (error) => app.log.error({ err: error }, 'metrics failed'))
  say(`Metrics: ${await listenForMetrics(server, at)}`)
  return () => closeServer(server)
}

async function start(): Promise<void> {
  keepFilesPrivate()
  const config = readConfig(process.env)
  const dataDir = resolve(config.dataDir)
  const nowMs = hostClock(config.demoNowMs)
  const page = readPage()
  const folder = openDataFolder(dataDir)
  // Before the files are narrowed: that would hide that others may have read the key.
  const hostKey = config.hostKey ?? readHostKey(dataDir)
  const narrowed = narrowFiles(dataDir)
  const kept = { file: join(dataDir, 'attempts.db'), hostKey }
  const attempts = new AttemptMemory({ failures: config.loginFailures, nowMs, kept })
  const metrics = config.metrics ? createMetrics() : null
  const watch = watchRecorder(metrics)
  const prepare = { nowMs, tries: keepTries(attempts, nowMs), say, watch }
  const { source, demoAccounts } = await openSource(config, dataDir, prepare)
  const sessions = openSessionsIn(dataDir, nowMs, hostKey)
  const audit = await openHostAudit(config, hostKey, nowMs)
  const drain = createDrain()
  if (metrics) {
    measure(metrics, source, kindOf(config))
    audit.measure(metrics)
  }
  const hosts = knownHosts(config)
  const app = await buildApp({
    ...config,
    ...page,
    knowsHost: hosts.knows,
    source,
    sessions,
    auditLog: audit.log,
    attempts,
    nowMs,
    drain,
    demoAccounts,
    metrics,
    // A person at a terminal wants the address, not a line for each answer.
    log: { level: config.logLevel ?? (process.stdout.isTTY ? 'warn' : 'info') },
  })
  tellNarrowed(app, narrowed)
  const closing: (() => unknown)[] = [source, sessions, audit].map((part) => () => part.close())
  closing.push(() => folder.release())
  audit.tellTo(app.log)
  watch.tellTo(app.log)
  const stop = stopOnSignals({ app, drain, closing })
  surviveConnections(app.log, () => stop(1))
  if (metrics && config.metrics) closing.unshift(await startMetrics(app, metrics, config.metrics))
  keepCertificate(app, config.tls, hosts, metrics)
  if (hosts.knows === null) warnOfAnyHost(app)
  // The watch puts into the log why a recorder cannot be reached.
  if (config.recorder) void source.ready()
  announce(app, config, await listenForRequests(app, config))
}

function warnOfAnyHost(app: FastifyInstance): void {
  app.log.warn(
    'requests are answered under any Host name, which lets pages elsewhere reach this host by a name of theirs (DNS rebinding). Set ALLOWED_HOSTS to the names in its addresses',
  )
}

/** Says where the host is reached, to a person and to the log. */
function announce(app: FastifyInstance, config: Config, address: string): void {
  if (!isLoopback(config.host) && !config.tls && config.trustProxy.length === 0) {
    say('This host speaks plain HTTP: let other machines reach it through a proxy with TLS only.')
  }
  const facts = { version: readVersion(), node: process.version, source: kindOf(config) }
  app.log.info({ ...facts, address }, 'started')
  say(`Recordings Dashboard: ${address}`)
}

const USAGE = `Usage: npm start -- [--print-config]

Starts the host. With --print-config it prints every variable, its value and whether it was set, and ends.`

/** @throws OperatorError for an argument that is not in the usage. */
async function run(args: readonly string[]): Promise<void> {
  const [argument, ...others] = args
  if (argument === undefined) return start()
  if (argument === '--help' && others.length === 0) return say(USAGE)
  if (argument !== '--print-config' || others.length > 0) {
    throw new OperatorError(`The arguments ${args.join(' ')} are unknown.\n\n${USAGE}`)
  }
  readConfig(process.env)
  process.stdout.write(printConfig(process.env))
}

run(process.argv.slice(2)).catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  const told = error instanceof OperatorError ? message : `The host could not start: ${message}`
  process.stderr.write(`${told}\n`)
  process.exit(1)
})
