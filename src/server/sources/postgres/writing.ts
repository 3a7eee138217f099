/** One process at a time writes recordings, as into an embedded store. */
import type { ClientBase } from 'pg'
import { codeOf } from '../../platform/code-of.ts'
import { ADVISORY_LOCKS } from './names.ts'

/** How long a command waits for another one's writes, ms. */
const WAIT_MS = 5000

/**
 * Waits until nobody else writes recordings, and keeps others from it until the transaction ends.
 * @throws the server's error 55P03 after five seconds.
 */
export async function holdWriting(client: ClientBase): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${WAIT_MS}`)
  await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.writing})`)
}

/** Whether a lock was not to be had in time. */
export const isLockMissed = (error: unknown): boolean => codeOf(error) === '55P03'
