/** `npm run user -- sign-out`: ends sessions from a terminal, with or without a store. */
import { existsSync } from 'node:fs'
import { inDataDir } from '../files/data-dir.ts'
import { endSessionsIn } from '../auth/session-file.ts'
import { explained } from '../sources/sqlite/database.ts'
import { OperatorError } from '../platform/operator-error.ts'

const sessionsOf = (count: number): string => (count === 1 ? '1 session' : `${count} sessions`)

export const hasSessions = (dataDir: string): boolean => existsSync(inDataDir(dataDir, 'sessions.db'))

/** @throws OperatorError if the folder has no sessions, since it is probably the wrong one. */
export function requireSessions(dataDir: string): void {
  if (hasSessions(dataDir)) return
  throw new OperatorError(`There is no sessions.db in ${dataDir}. Set DATA_DIR to the host's folder.`)
}

/**
 * Ends sessions. A running host notices at each session's next request.
 * @param name the user, in any case, or null for all users. In front of a recorder, spellings such as `DOMAIN\name` and
 * `name@domain` are one account; in the embedded store they are separate.
 * @returns a sentence for the operator.
 * @throws OperatorError if the sessions' file cannot be written.
 */
export function endSessions(dataDir: string, name: string | null): string {
  const file = inDataDir(dataDir, 'sessions.db')
  const ended = explained(file, () => endSessionsIn(file, name))
  if (name === null) return `Ended ${sessionsOf(ended.length)}, of everybody.`
  const told = `Ended ${sessionsOf(ended.length)} of ${name}.`
  // These may be sessions of a namesake in another domain.
  const spellings = new Set(ended.filter((other) => other.toLowerCase() !== name.toLowerCase()))
  return spellings.size === 0 ? told : `${told} Other spellings among them: ${[...spellings].join(', ')}.`
}
