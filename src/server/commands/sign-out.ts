/** `npm run user -- sign-out`: ends sessions from a terminal, with or without a store. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { endSessionsIn } from '../auth/session-file.ts'
import { explained } from '../sources/sqlite/database.ts'
import { OperatorError } from '../platform/operator-error.ts'

const sessionsOf = (count: number): string => (count === 1 ? '1 session' : `${count} sessions`)

export const hasSessions = (dataDir: string): boolean => existsSync(join(dataDir, 'sessions.db'))

/** @throws OperatorError where the folder has no sessions: it is most likely the wrong one. */
export function requireSessions(dataDir: string): void {
  if (hasSessions(dataDir)) return
  throw new OperatorError(`There is no sessions.db in ${dataDir}. Set DATA_DIR to the host's folder.`)
}

/**
 * A running host notices with each session's next request.
 * @param name whose sessions, without regard to case. In front of a recorder a name is an account in all its spellings,
 * `DOMAIN\name` and `name@domain` among them; in the embedded store those are accounts of their own. Null for everybody's.
 * @returns what to tell the operator.
 * @throws OperatorError where the file of sessions cannot be written.
 */
export function signOut(dataDir: string, name: string | null): string {
  const file = join(dataDir, 'sessions.db')
  const ended = explained(file, () => endSessionsIn(file, name))
  if (name === null) return `Ended ${sessionsOf(ended.length)}, of everybody.`
  const told = `Ended ${sessionsOf(ended.length)} of ${name}.`
  // The operator sees if that took in somebody else, of the same name in another domain.
  const spellings = new Set(ended.filter((other) => other.toLowerCase() !== name.toLowerCase()))
  return spellings.size === 0 ? told : `${told} Other spellings among them: ${[...spellings].join(', ')}.`
}
