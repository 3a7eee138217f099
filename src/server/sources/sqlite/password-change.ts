/** Lets users change their own password. Otherwise a running host only reads the store. */
import { Problem } from '../../../contract/problems.ts'
import type { Credentials } from '../source.ts'
import { openForChange } from './database.ts'
import { Directory } from './directory.ts'
import { hashPassword } from '../archive/passwords.ts'
import type { Derive } from '../archive/scrypt.ts'

const RETRY_AFTER_MS = 5000

function notStored(cause: unknown): Problem {
  return new Problem(
    {
      code: 'storage_failed',
      message: 'The password was not changed, because it cannot be stored now. Try again in a moment.',
      retryAfterMs: RETRY_AFTER_MS,
    },
    { cause },
  )
}

/**
 * Stores another password over a connection that is opened just for this. Does nothing if there is no such account.
 * @throws Problem 503 `storage_failed` if the store is locked, full or not writable, or the error of `derive`.
 */
export async function replacePassword(
  dataDir: string,
  { username, password }: Credentials,
  derive: Derive,
): Promise<void> {
  const stored = await hashPassword(password, { derive })
  try {
    const db = openForChange(dataDir)
    try {
      new Directory(db).savePassword(username, stored)
    } finally {
      db.close()
    }
  } catch (error) {
    throw notStored(error)
  }
}
