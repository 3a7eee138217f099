/** Recognises failures of a database, its file or its disk, as opposed to errors in a query. */
import { Problem } from '../../contract/problems.ts'
import { codeOf } from '../platform/code-of.ts'

const RETRY_MS = 5000

const codes = /^SQLITE_(BUSY|LOCKED|PROTOCOL|FULL|IOERR|READONLY|CANTOPEN|PERM|CORRUPT|NOTADB)(_|$)/

const hasCode = (error: unknown): boolean => codes.test(codeOf(error))

/** A failure that a database of several hosts has named. */
const isNamed = (error: unknown): error is Problem =>
  error instanceof Problem && error.code === 'storage_failed'

/** Also recognises such an error from another thread, which keeps only its fields, or as a cause. */
export const isStorageFailure = (error: unknown): boolean =>
  isNamed(error) || hasCode(error) || (error instanceof Error && hasCode(error.cause))

/** @returns an answer for the client, which does not mention the database, or null for any other error. */
export function storageProblem(error: unknown): Problem | null {
  if (isNamed(error)) return error
  if (!isStorageFailure(error)) return null
  const message =
    'The server cannot read or write its files now. Try again in a moment; if it goes on, tell your administrator.'
  return new Problem({ code: 'storage_failed', message, retryAfterMs: RETRY_MS }, { cause: error })
}
