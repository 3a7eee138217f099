/** Decides which failures to retry. TanStack's default, three retries for everything, is wrong here. */
import { Problem, problemFacts } from '../contract/problems.ts'

const MAX_RETRIES = 2
const LONGEST_WAIT_MS = 30_000
const FIRST_WAIT_MS = 600

/**
 * Up to two retries, for `soon` always and for `asked` only if the host asks for a wait of at most 30 s. There is none
 * after a 500, whichever side sent it, because the same request would get the same answer.
 */
export function shouldRetry(failureCount: number, error: unknown): boolean {
  if (!(error instanceof Problem) || failureCount >= MAX_RETRIES || error.status === 500) return false
  const { retry } = problemFacts[error.code]
  if (retry === 'asked') return (error.retryAfterMs ?? Number.POSITIVE_INFINITY) <= LONGEST_WAIT_MS
  return retry === 'soon'
}

/** Milliseconds to wait: as long as the host asks, at most 30 s, or else full jitter over a window that doubles. */
export function retryDelay(failureCount: number, error: unknown): number {
  if (error instanceof Problem && error.retryAfterMs !== undefined) {
    return Math.min(error.retryAfterMs, LONGEST_WAIT_MS)
  }
  return Math.random() * FIRST_WAIT_MS * 2 ** failureCount
}
