/** `npm run user -- sign-out`: ends sessions from a terminal, with or without a store. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { endSessionsIn } from './auth/session-file.ts'
import { accountName } from './sources/account-name.ts'
import { explained } from './sources/sqlite/database.ts'
import { StoreError } from './sources/sqlite/store-error.ts'

const sessionsOf = (count: number): string => (count === 1 ? '1 session' : `${count} sessions`)

/** @throws StoreError where the folder has no sessions: it is most likely the wrong one. */
export function requireSessions(dataDir: string): void {
  if (existsSync(join(dataDir, 'sessions.db'))) return
  throw new StoreError(`There is no sessions.db in ${dataDir}. Set DATA_DIR to the host's folder.`)
}

/**
 * A running host notices with each session's next request.
 * @param name whose sessions, without regard to case; null for everybody's.
 * @returns what to tell the operator.
 * @throws StoreError where the file of sessions cannot be written.
 */
export function signOut(dataDir: string, name: string | null): string {
  const file = join(dataDir, 'sessions.db')
  const { ended, others } = explained(file, () => endSessionsIn(file, name))
  if (name === null) return `Ended ${sessionsOf(ended)}, of everybody.`
  // On a recorder one account signs in by several names: whoever is to be out may still be in by another.
  const alike = others.filter((other) => accountName(other) === accountName(name))
  const told = `Ended ${sessionsOf(ended)} of ${name}.`
  return alike.length === 0 ? told : `${told} Still signed in, by names that are alike: ${alike.join(', ')}.`
}
