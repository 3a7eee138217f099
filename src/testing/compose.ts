/** Composes a host for tests as `main.ts` does, with real files in a folder and a clock that the test sets. */
import type { FastifyInstance } from 'fastify'
import { join } from 'node:path'
import { buildApp, type AppDependencies } from '../server/app.ts'
import { openAuditLog } from '../server/audit/audit-log.ts'
import { ownAttempts, type OwnAttemptsOptions } from '../server/auth/attempt-memory.ts'
import { openSessionFile } from '../server/auth/session-file.ts'
import { openSessions, type SessionOptions, type Sessions } from '../server/auth/sessions.ts'
import { keepTries } from '../server/auth/tries.ts'
import { createDrain, type Drain } from '../server/http/drain.ts'
import { readAssets } from '../server/routes/assets.ts'
import { readDocument } from '../server/routes/document.ts'
import type { SharedState } from '../server/shared/shared-state.ts'
import type { Source } from '../server/sources/source.ts'
import type { Tries } from '../server/sources/tries.ts'
import type { TestClock } from './clock.ts'

/** The host's half of the key that seals a session. */
export const testHostKey: Buffer = Buffer.alloc(32, 7)

export interface ComposeOptions {
  readonly clock: TestClock
  readonly hostKey: Buffer
  /** Replaces some of the host's parts. */
  readonly dependencies?: Partial<AppDependencies> | undefined
  readonly sessions?: Partial<SessionOptions> | undefined
  /** How many wrong passwords of one account are free, by default 4. */
  readonly failures?: number | undefined
  /** Ms until the memory of attempts is saved. */
  readonly saveMs?: number
  /** What this host shares with others. */
  readonly shared?: SharedState
}

export interface ComposedHost {
  readonly app: FastifyInstance
  readonly source: Source
  readonly sessions: Sessions
  readonly drain: Drain
  /** Closes the host and keeps its files. */
  stop(): Promise<void>
}

const attemptsOf = (folder: string, { clock, hostKey, failures = 4, saveMs }: ComposeOptions) => {
  const file = join(folder, 'attempts.db')
  const kept: OwnAttemptsOptions['kept'] = { file, hostKey, ...(saveMs === undefined ? {} : { saveMs }) }
  return ownAttempts({ failures, nowMs: () => clock.nowMs, kept })
}

/**
 * Composes a host that does not listen.
 * @param folder holds the page in `page`, and the host's files.
 * @param openSource opens the source. A recorder's source needs the tries.
 */
export async function composeHost(
  folder: string,
  openSource: (tries: Tries) => Source | Promise<Source>,
  options: ComposeOptions,
): Promise<ComposedHost> {
  const { clock, hostKey } = options
  const nowMs = (): number => clock.nowMs
  const { shared } = options
  const attempts = shared?.attempts ?? attemptsOf(folder, options)
  const source = await openSource(keepTries(attempts, nowMs))
  const rows = shared?.sessions ?? openSessionFile(join(folder, 'sessions.db'))
  const sessions = openSessions({ rows, nowMs, hostKey, ...options.sessions })
  const host = shared?.name ?? null
  const auditLog = await openAuditLog({ file: join(folder, 'audit.log'), hostKey, nowMs, host })
  const drain = createDrain()
  const page = join(folder, 'page')
  const app = await buildApp({
    source,
    sessions,
    auditLog,
    nowMs,
    assets: readAssets(page),
    writeDocument: readDocument(join(page, 'index.html')),
    drain,
    embedOrigins: [],
    refusalMs: 0,
    attempts,
    acts: shared?.acts,
    demoAccounts: [],
    contact: null,
    log: null,
    ...options.dependencies,
  })
  const stop = async (): Promise<void> => {
    app.server.closeAllConnections()
    await app.close()
    await auditLog.close()
    await sessions.close()
    await source.close()
  }
  return { app, source, sessions, drain, stop }
}
