/** Starts the host: reads the configuration, prepares what it names, listens, and stops in good order. */
import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { buildApp } from './app.ts'
import { readAssets } from './assets.ts'
import { AuditError } from './audit/audit-error.ts'
import { openAuditLog } from './audit/audit-log.ts'
import { auditKey } from './audit/digests.ts'
import { openSessions, type Sessions } from './auth/sessions.ts'
import { hostClock, type NowMs } from './clock.ts'
import { ConfigError, readConfig, type Config } from './config.ts'
import { isLoopback } from './config/addresses.ts'
import { readDocument } from './document.ts'
import { createDrain, DRAIN_MS, type Drain } from './drain.ts'
import { HostKeyError, readHostKey } from './host-key.ts'
import { openSource } from './open-source.ts'
import type { Source } from './sources/source.ts'
import { explain, StoreError } from './sources/sqlite/store-error.ts'
import { StartError } from './start-error.ts'

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
    throw new StartError(`The page is not built: ${pageFolder} cannot be read. Run npm run build:page.`)
  }
}

function openSessionsIn(dataDir: string, nowMs: NowMs, hostKey: Buffer): Sessions {
  const file = join(dataDir, 'sessions.db')
  try {
    return openSessions({ file, nowMs, hostKey })
  } catch (error) {
    throw explain(error, file)
  }
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} on ${host} is in use. Stop the other program, or set PORT to a free one. Example: PORT=${port + 1}`,
      )
    }
    if (code === 'EACCES') throw new StartError(`Port ${port} may not be used. Set PORT to one from 1024.`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(`HOST=${host} is no address of this machine. Example: HOST=127.0.0.1`)
    }
    throw error
  }
  const bound = (app.server.address() as AddressInfo).port
  // `0.0.0.0` and `::` are all addresses of this machine, and none that a browser opens.
  const name = ['0.0.0.0', '::'].includes(host) ? hostname() : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${bound}/`
}

interface Running {
  readonly app: FastifyInstance
  readonly source: Source
  readonly sessions: Sessions
  readonly drain: Drain
}

/** Once: refuses what comes anew, waits for what runs, closes everything and leaves with 0. */
function stopOnSignals({ app, source, sessions, drain }: Running): void {
  const stop = async (): Promise<void> => {
    const overdue = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
    await drain.begin()
    clearTimeout(overdue)
    app.server.closeAllConnections()
    await app.close()
    await source.close()
    sessions.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void stop())
}

async function start(): Promise<void> {
  const config = readConfig(process.env)
  const dataDir = resolve(config.dataDir)
  const nowMs = hostClock(config.demoNowMs)
  const page = readPage()
  const { source, demoAccounts } = await openSource(config, dataDir, { nowMs, say })
  const hostKey = config.hostKey ?? readHostKey(dataDir)
  const sessions = openSessionsIn(dataDir, nowMs, hostKey)
  const auditLog = await openAuditLog({ file: resolve(config.auditLog), key: auditKey(hostKey), nowMs })
  const drain = createDrain()
  const app = await buildApp({
    ...config,
    ...page,
    source,
    sessions,
    auditLog,
    nowMs,
    drain,
    demoAccounts,
    // A person at a terminal wants the address, not a line for each answer.
    log: { level: config.logLevel ?? (process.stdout.isTTY ? 'warn' : 'info') },
  })
  stopOnSignals({ app, source, sessions, drain })
  const address = await listen(app, config)
  if (!isLoopback(config.host)) {
    say('This host speaks plain HTTP: let other machines reach it through a proxy with TLS only.')
  }
  say(`Recordings Dashboard: ${address}`)
}

start().catch((error: unknown) => {
  const isExplained = [AuditError, ConfigError, HostKeyError, StartError, StoreError].some(
    (kind) => error instanceof kind,
  )
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${isExplained ? message : `The host could not start: ${message}`}\n`)
  process.exit(1)
})
