/** What goes wrong with a database's file or disk, apart from what is wrong with a question to it. */
import { Problem } from '../../contract/problems.ts'
import { codeOf } from '../platform/code-of.ts'

const RETRY_MS = 5000

const codes = /^SQLITE_(BUSY|LOCKED|PROTOCOL|FULL|IOERR|READONLY|CANTOPEN|PERM|CORRUPT|NOTADB)(_|$)/

const hasCode = (error: unknown): boolean => codes.test(codeOf(error))

/** Also where the error comes from another thread, which leaves only its fields, or explains another. */
export const isStorageFailure = (error: unknown): boolean =>
  hasCode(error) || (error instanceof Error && hasCode(error.cause))

/** @returns the answer to the client, which does not mention the database; null for any other error. */
export function storageProblem(error: unknown): Problem | null {
  if (!isStorageFailure(error)) return null
  const message =
    'The server cannot read or write its files now. Try again in a moment; if it goes on, tell your administrator.'
  return new Problem({ code: 'storage_failed', message, retryAfterMs: RETRY_MS }, { cause: error })
}
