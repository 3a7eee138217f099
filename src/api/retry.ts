/** Which failures are worth another try, and when. TanStack's default of three for everything is wrong here. */
import { Problem } from '../contract/problems.ts'

const PASSING = new Set([0, 502, 503])
const MAX_RETRIES = 2
const LONGEST_WAIT_MS = 30_000
const FIRST_WAIT_MS = 600

/**
 * A network error, 502 and 503 are tried twice more, a 429 as often, if it asks for no more than 30 s.
 * Never a 504 or 500 or another 4xx: those say that the same question gets the same answer.
 */
export function shouldRetry(failureCount: number, error: unknown): boolean {
  if (!(error instanceof Problem) || failureCount >= MAX_RETRIES) return false
  if (error.status === 429) return (error.retryAfterMs ?? Number.POSITIVE_INFINITY) <= LONGEST_WAIT_MS
  return PASSING.has(error.status)
}

/** Milliseconds to wait: as told, else full jitter over a window that doubles. */
export function retryDelay(failureCount: number, error: unknown): number {
  if (error instanceof Problem && error.retryAfterMs !== undefined) {
    return Math.min(error.retryAfterMs, LONGEST_WAIT_MS)
  }
  return Math.random() * FIRST_WAIT_MS * 2 ** failureCount
}
