/** Everything that several hosts share in the database of DATABASE_URL. */
import { hostname } from 'node:os'
import type { AuditMemory } from '../audit/audit.ts'
import { AttemptMemory } from '../auth/attempt-memory.ts'
import type { SessionRows } from '../auth/session-rows.ts'
import { openServers, type ServersPlace } from '../sources/postgres/opening-servers.ts'
import type { ArchiveServers } from '../sources/postgres/servers.ts'
import { sharedActs } from './acts.ts'
import { sharedAttempts } from './attempts.ts'
import type { HostFacts } from './fitting.ts'
import { joinHosts, type HostEntry, type Misfit } from './hosts.ts'
import { sharedSessions } from './sessions.ts'
import { keepSwept } from './sweeping.ts'

export interface SharedStateOptions extends ServersPlace, Omit<HostFacts, 'name'> {
  /** HOST_NAME; by default the machine's name. */
  readonly name: string | null
  readonly nowMs: () => number
  /** Free wrong passwords of one account. */
  readonly failures: number
  /** Rows to one session in an hour that look like copying. */
  readonly copyAlert: number
  /** Called once this host may not use the database any more. */
  readonly unfit: (why: Misfit) => void
}

export interface SharedState {
  readonly name: string
  readonly servers: ArchiveServers
  readonly sessions: SessionRows
  readonly attempts: AttemptMemory
  readonly acts: AuditMemory
  readonly entry: HostEntry
  close(): Promise<void>
}

/** What a variable could hold too. */
const machineName = (): string =>
  hostname()
    .replaceAll(/[^A-Za-z\d.-]/g, '-')
    .slice(0, 63) || 'host'

/**
 * Opens the database, and joins the hosts that share it.
 * @throws OperatorError where the database cannot be used, or this host does not fit the others.
 */
export async function openSharedState(options: SharedStateOptions): Promise<SharedState> {
  const { nowMs, failures, hostKey, copyAlert, unfit } = options
  const name = options.name ?? machineName()
  const servers = await openServers(options)
  try {
    const entry = await joinHosts(servers, { ...options, name }, unfit)
    const endSweeping = keepSwept(servers, nowMs)
    return {
      name,
      servers,
      sessions: sharedSessions(servers, () => entry.fits),
      attempts: new AttemptMemory({ failures, store: sharedAttempts(servers, { failures, nowMs }), hostKey }),
      acts: sharedActs(servers, { nowMs, hostKey, copyAlert }),
      entry,
      async close() {
        endSweeping()
        await entry.leave()
        await servers.close()
      },
    }
  } catch (error) {
    await servers.close()
    throw error
  }
}
