/** Composes the host from its dependencies. It does not listen, so tests can inject requests. */
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import { fastify, type FastifyInstance } from 'fastify'
import { resolve } from 'node:path'
import { inDataDir } from './files/data-dir.ts'
import { isSignedOut } from '../contract/problems.ts'
import type { DemoAccount } from '../contract/session.ts'
import type { Assets } from './routes/assets.ts'
import { createAudit, type AuditMemory } from './audit/audit.ts'
import type { AuditLog } from './audit/audit-log.ts'
import { openHostAudit } from './audit/host-audit.ts'
import { nameInLog } from './audit/host-name.ts'
import { auditKeys } from './audit/keys.ts'
import { authRoutes } from './routes/sign-in.ts'
import { ownAttempts, type AttemptMemory } from './auth/attempt-memory.ts'
import { createDemoAccounts } from './auth/demo-accounts.ts'
import { createPasswords } from './auth/passwords.ts'
import { openSessionFile } from './auth/session-file.ts'
import type { SessionRows } from './auth/session-rows.ts'
import { openSessions, type Sessions } from './auth/sessions.ts'
import { createThrottle, type Throttle, type ThrottleOptions } from './auth/throttle.ts'
import { keepTries } from './auth/tries.ts'
import { createViewers } from './auth/viewer.ts'
import type { NowMs } from './process/clock.ts'
import type { TlsMaterial } from './config/certificates.ts'
import type { Config } from './config/config.ts'
import type { WriteDocument } from './routes/document.ts'
import { readPage } from './routes/page-folder.ts'
import { createDrain, type Drain } from './http/drain.ts'
import { nothingHere, sendProblem } from './http/failures.ts'
import { strictTransport } from './http/headers.ts'
import { healthRoutes } from './routes/health.ts'
import { answerInTurn } from './http/exchange.ts'
import { cutSlowReaders, standardPace, type ReadingPace } from './http/slow-readers.ts'
import { warnOfUntrustedProxy } from './http/forwarding.ts'
import { knownHosts, type KnowsHost } from './http/known-hosts.ts'
import { guardRequests, standardLimits, type Limits } from './http/limits.ts'
import { createLanes, type LaneOptions } from './routes/lanes.ts'
import { logAnswers, type LogTo } from './http/logs.ts'
import type { Metrics } from './process/metrics.ts'
import { openSource } from './process/open-source.ts'
import { prepareHost, type PreparedHost } from './process/preparing.ts'
import type { OpenedHost } from './process/program.ts'
import { warn } from './platform/standard-output.ts'
import { readJsonOnly, serverOptions } from './http/server-options.ts'
import { refuseOtherMethods } from './http/methods.ts'
import { pageRoutes } from './routes/pages.ts'
import { peopleRoute } from './routes/people.ts'
import { passwordRoute } from './routes/password.ts'
import { recordingRoutes } from './routes/recordings.ts'
import { readVersion } from './process/version.ts'
import type { SharedState } from './shared/shared-state.ts'
import type { Source } from './sources/source.ts'
import { explained } from './sources/sqlite/database.ts'

export interface AppDependencies {
  readonly source: Source
  readonly sessions: Sessions
  readonly auditLog: AuditLog
  readonly nowMs: NowMs
  readonly assets: Assets
  readonly writeDocument: WriteDocument
  readonly drain: Drain
  readonly embedOrigins: readonly string[]
  /** Rows to one session in an hour that look like copying; has a default. */
  readonly copyAlert?: number
  /** Remembered sign-in tries. The host opens this memory, and closes it at its end. */
  readonly attempts: AttemptMemory
  /** What several hosts know of acts; missing for a host on its own. */
  readonly acts?: AuditMemory | undefined
  /** How slowed tries wait; has a default. */
  readonly slowDown?: ThrottleOptions['sleep']
  /** How long a refusal without checking the password takes, ms; has a default. */
  readonly refusalMs?: number
  readonly demoAccounts: readonly DemoAccount[]
  readonly contact: string | null
  /** Null logs nothing. */
  readonly log: LogTo | null
  readonly limits?: Partial<Limits>
  /** How much one user may do at once; has a default. */
  readonly lanes?: LaneOptions
  /** How fast a client must read an answer; has a default. */
  readonly pace?: ReadingPace
  /** Addresses of proxies that are trusted about the client and TLS. */
  readonly trustProxy?: readonly string[]
  /** Null or missing answers under any name. */
  readonly knowsHost?: KnowsHost | null
  /** Whether names below the host's must use TLS too. */
  readonly hstsSubdomains?: boolean
  /** Null speaks plain HTTP. */
  readonly tls?: TlsMaterial | null
  /** Null counts nothing. */
  readonly metrics?: Metrics | null
}

const COPY_ALERT = 5000

function openThrottle(app: FastifyInstance, dependencies: AppDependencies): Throttle {
  const { attempts: memory, nowMs, slowDown: sleep, metrics } = dependencies
  const report = (err: unknown): void => app.log.error({ err }, 'tries of passwords cannot be stored now')
  const throttle = createThrottle({ memory, nowMs, report, sleep })
  app.addHook('onClose', async () => throttle.close())
  metrics?.add(() => throttle.figures())
  return throttle
}

/** Composes the host. The caller closes the source, the sessions and the audit log after it. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { source, sessions, nowMs, drain } = dependencies
  const limits = { ...standardLimits, ...dependencies.limits }
  const transport = strictTransport(dependencies.hstsSubdomains ?? false)
  const app = fastify(serverOptions({ ...dependencies, limits, transport }))
  const demo = createDemoAccounts(dependencies.demoAccounts)
  const passwords = createPasswords({ ...dependencies, throttle: openThrottle(app, dependencies) })
  const report = (error: unknown) => app.log.error({ err: error }, 'the audit log cannot be written')
  const copied = (rows: number): void => {
    dependencies.metrics?.copied()
    app.log.warn({ rows }, 'one session was shown more recordings in an hour than COPY_ALERT')
  }
  const { auditLog, copyAlert = COPY_ALERT } = dependencies
  const audit = createAudit({ log: auditLog, nowMs, report, copyAlert, copied, memory: dependencies.acts })
  const viewers = createViewers(source, sessions, passwords, demo)

  app.setErrorHandler(sendProblem)
  // A source that needs the password for every call has refused it, so the session must not send it again.
  app.addHook('onError', async (request, _reply, error) => {
    if (isSignedOut(error)) await viewers.refused(request)
  })
  app.setNotFoundHandler((request, reply) => sendProblem(nothingHere(), request, reply))
  readJsonOnly(app)
  answerInTurn(app)
  cutSlowReaders(app, dependencies.pace ?? standardPace)
  drain.watch(app)
  dependencies.metrics?.watch(app)
  logAnswers(app)
  guardRequests(app, { limits, drain, transport, knowsHost: dependencies.knowsHost ?? null })
  warnOfUntrustedProxy(app, dependencies.trustProxy ?? [])
  const refuseOthers = refuseOtherMethods(app)
  await app.register(cookie)
  await app.register(compress, {
    globalDecompression: false,
    encodings: ['br', 'gzip'],
    customTypes: /^(text\/html|application\/json)\b/,
    syncThreshold: 32_768,
  })

  healthRoutes(app, dependencies)
  authRoutes(app, { source, sessions, viewers, passwords, demo, audit, nowMs })
  passwordRoute(app, { source, sessions, viewers, passwords, demo, audit, nowMs })
  const lanes = createLanes(dependencies.lanes)
  recordingRoutes(app, { ...dependencies, viewers, audit, lanes })
  peopleRoute(app, { ...dependencies, viewers, audit, lanes })
  dependencies.metrics?.add(() => {
    const { running, waiting } = lanes.counts('searches')
    return { searches_running: running, searches_waiting: waiting }
  })
  pageRoutes(app, { ...dependencies, viewers, demo })
  refuseOthers()
  return app
}

/** Opens what this host shares with others, if it does. Loading the driver takes part of a start. */
async function openShared(
  config: Config,
  { hostKey, nowMs, watch }: PreparedHost,
): Promise<SharedState | null> {
  if (!config.database) return null
  const auditLog = resolve(config.auditLog)
  const { openSharedState } = await import('./shared/shared-state.ts')
  return openSharedState({
    ...config.database,
    // A log that has a name keeps it.
    name: config.hostName ?? (await nameInLog(auditLog, auditKeys(hostKey))),
    hostKey,
    nowMs,
    source: config.recorder?.url ?? 'archive',
    version: readVersion(),
    auditLog,
    failures: config.loginFailures,
    copyAlert: config.copyAlert,
    watch: (news) => watch.serverChanged(news),
    unfit: (why) => watch.unfit(why),
  })
}

function openRows(dataDir: string): SessionRows {
  const file = inDataDir(dataDir, 'sessions.db')
  return explained(file, () => openSessionFile(file))
}

/**
 * Opens everything that is configured, and composes the host from it.
 * @throws OperatorError if something cannot be opened.
 */
export async function openHost(config: Config): Promise<OpenedHost> {
  const page = readPage()
  const prepared = prepareHost(config)
  const { dataDir, nowMs, hostKey, metrics, watch } = prepared
  const shared = await openShared(config, prepared)
  const kept = { file: inDataDir(dataDir, 'attempts.db'), hostKey }
  const attempts = shared?.attempts ?? ownAttempts({ failures: config.loginFailures, nowMs, kept })
  const tries = keepTries(attempts, nowMs)
  const opening = { nowMs, tries, say: warn, watch, servers: shared?.servers ?? null }
  const { source, demoAccounts } = await openSource(config, dataDir, opening)
  const sessions = openSessions({ rows: shared?.sessions ?? openRows(dataDir), nowMs, hostKey })
  const named = { ...config, hostName: shared?.name ?? config.hostName }
  const audit = await openHostAudit(named, hostKey, nowMs, (head) => shared?.entry.keepHead(head))
  if (metrics) audit.measure(metrics)
  const drain = createDrain()
  const hosts = knownHosts(config)
  const app = await buildApp({
    ...config,
    ...page,
    knowsHost: hosts.knows,
    source,
    sessions,
    auditLog: audit.log,
    attempts,
    acts: shared?.acts,
    nowMs,
    drain,
    demoAccounts,
    metrics,
    // At a terminal, the operator wants the address, not a line for each answer.
    log: { level: config.logLevel ?? (process.stdout.isTTY ? 'warn' : 'info') },
  })
  audit.tellTo(app.log)
  const closing = [source, sessions, audit, ...(shared ? [shared] : [])]
  return { ...prepared, app, drain, hosts, source, closing }
}
