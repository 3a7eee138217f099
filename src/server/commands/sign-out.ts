/** `npm run user -- sign-out`: ends sessions from a terminal, with or without a store. */
import { existsSync } from 'node:fs'
import { inDataDir } from '../files/data-dir.ts'
import { endSessionsIn } from '../auth/session-file.ts'
import type { DatabaseConfig } from '../config/config.ts'
import type { DatabaseConnection } from '../sources/postgres/statements.ts'
import { explained } from '../sources/sqlite/database.ts'
import { OperatorError } from '../platform/operator-error.ts'
import type { HostPlace } from './audit-place.ts'
import { databaseOf } from './open-archive.ts'

const sessionsOf = (count: number): string => (count === 1 ? '1 session' : `${count} sessions`)

/** Whether the host has sessions to end. In front of a database that is not asked. */
export const hasSessions = (host: HostPlace): boolean =>
  databaseOf(host) !== null || existsSync(inDataDir(host.dataDir, 'sessions.db'))

/** @throws OperatorError if the folder has no sessions, since it is probably the wrong one. */
export function requireSessions(host: HostPlace): void {
  if (hasSessions(host)) return
  throw new OperatorError(`There is no sessions.db in ${host.dataDir}. Set DATA_DIR to the host's folder.`)
}

/** Works on the database of the host's sessions. @throws OperatorError saying why that cannot be reached. */
async function inDatabase<T>(
  database: DatabaseConfig,
  work: (client: DatabaseConnection) => Promise<T>,
): Promise<T> {
  const { inPrimary } = await import('../sources/postgres/primary.ts')
  return inPrimary([database.url, ...database.replicas], work)
}

async function endAll(host: HostPlace, name: string | null): Promise<readonly string[]> {
  const database = databaseOf(host)
  if (database) {
    const { endSharedSessions } = await import('../shared/sessions.ts')
    return inDatabase(database, (client) => endSharedSessions(client, name))
  }
  const file = inDataDir(host.dataDir, 'sessions.db')
  return explained(file, () => endSessionsIn(file, name))
}

/**
 * Ends sessions. Running hosts notice at each session's next request.
 * @param name the user, in any case, or null for all users. In front of a recorder, spellings such as `DOMAIN\name` and
 * `name@domain` are one account; in an archive they are separate.
 * @returns a sentence for the operator.
 * @throws OperatorError if the sessions cannot be written.
 */
export async function endSessions(host: HostPlace, name: string | null): Promise<string> {
  const ended = await endAll(host, name)
  if (name === null) return `Ended ${sessionsOf(ended.length)}, of everybody.`
  const told = `Ended ${sessionsOf(ended.length)} of ${name}.`
  // These may be sessions of a namesake in another domain.
  const spellings = new Set(ended.filter((other) => other.toLowerCase() !== name.toLowerCase()))
  return spellings.size === 0 ? told : `${told} Other spellings among them: ${[...spellings].join(', ')}.`
}

/**
 * Ends all sessions, and lets the hosts that share a database start with another key.
 * @returns a sentence for the operator.
 * @throws OperatorError without a database, or while a host runs.
 */
export async function forgetKey(host: HostPlace): Promise<string> {
  const database = databaseOf(host)
  if (!database) {
    throw new OperatorError(
      'There is no DATABASE_URL, so no hosts share a key. Remove host.key in DATA_DIR, or set another HOST_KEY.',
    )
  }
  const { forgetHostKey } = await import('../shared/fitting.ts')
  await inDatabase(database, forgetHostKey)
  return 'Ended all sessions. The next host that starts brings the new key of all hosts.'
}
