/** Composes a host for tests as `main.ts` does: real files in a folder, and a clock that a test turns. */
import type { FastifyInstance } from 'fastify'
import { join } from 'node:path'
import { buildApp, type AppDependencies } from '../server/app.ts'
import { openAuditLog } from '../server/audit/audit-log.ts'
import { AttemptMemory, type AttemptMemoryOptions } from '../server/auth/attempt-memory.ts'
import { openSessions, type SessionOptions, type Sessions } from '../server/auth/sessions.ts'
import { keepTries } from '../server/auth/tries.ts'
import { createDrain, type Drain } from '../server/http/drain.ts'
import { readAssets } from '../server/routes/assets.ts'
import { readDocument } from '../server/routes/document.ts'
import type { Source } from '../server/sources/source.ts'
import type { Tries } from '../server/sources/tries.ts'
import type { TestClock } from './clock.ts'

/** The host's half of what seals a session. */
export const testHostKey: Buffer = Buffer.alloc(32, 7)

export interface ComposeOptions {
  readonly clock: TestClock
  readonly hostKey: Buffer
  /** Takes the place of what the host would be composed of. */
  readonly dependencies?: Partial<AppDependencies> | undefined
  readonly sessions?: Partial<SessionOptions> | undefined
  /** Wrong passwords of one account that are free, 4 where it is left out. */
  readonly failures?: number | undefined
  /** Ms until what is known of attempts is saved. */
  readonly saveMs?: number
}

export interface ComposedHost {
  readonly app: FastifyInstance
  readonly source: Source
  readonly sessions: Sessions
  readonly drain: Drain
  /** Closes the host. Its files stay. */
  stop(): Promise<void>
}

const attemptsOf = (folder: string, { clock, hostKey, failures = 4, saveMs }: ComposeOptions) => {
  const file = join(folder, 'attempts.db')
  const kept: AttemptMemoryOptions['kept'] = { file, hostKey, ...(saveMs === undefined ? {} : { saveMs }) }
  return new AttemptMemory({ failures, nowMs: () => clock.nowMs, kept })
}

/**
 * Composes a host that does not listen.
 * @param folder holds the page in `page`, and what the host keeps.
 * @param openSource gives the source, which a recorder's needs the tries for.
 */
export async function composeHost(
  folder: string,
  openSource: (tries: Tries) => Source | Promise<Source>,
  options: ComposeOptions,
): Promise<ComposedHost> {
  const { clock, hostKey } = options
  const nowMs = (): number => clock.nowMs
  const attempts = attemptsOf(folder, options)
  const source = await openSource(keepTries(attempts, nowMs))
  const sessions = openSessions({ file: join(folder, 'sessions.db'), nowMs, hostKey, ...options.sessions })
  const auditLog = await openAuditLog({ file: join(folder, 'audit.log'), hostKey, nowMs })
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
    demoAccounts: [],
    contact: null,
    log: null,
    ...options.dependencies,
  })
  const stop = async (): Promise<void> => {
    app.server.closeAllConnections()
    await app.close()
    await auditLog.close()
    sessions.close()
    await source.close()
  }
  return { app, source, sessions, drain, stop }
}
