/**
 * How many passwords may be tried. A refused attempt never reaches the source: repeated failures there would
 * lock the user's account in the directory behind it.
 */
import { Problem } from '../../contract/problems.ts'

/** How long a failure counts. */
export const THROTTLE_WINDOW_MS = 15 * 60_000
/** One address may fail for this many users: a whole office can stand behind one address. */
export const ADDRESS_MULTIPLE = 10
/** All addresses together; beyond it somebody is guessing from many machines. It also bounds the memory. */
export const TOTAL_MULTIPLE = 100

/** An attempt counts as failed from its start, so that many at once cannot slip through; it stays so unless told. */
export interface Attempt {
  /** Clears what this user failed from this address. */
  succeeded(): void
  /** The password was not judged: this attempt counts for nothing. */
  withdrawn(): void
}

export interface Throttle {
  /** @throws Problem 429 `too_many_attempts` with the time to wait. */
  begin(username: string, address: string): Attempt
}

interface Failure {
  readonly atMs: number
  readonly user: string
  readonly address: string
}

/** @param failures of one user from one address within the window; the wider limits are multiples of it. */
export function createThrottle(failures: number, nowMs: () => number): Throttle {
  let recent: Failure[] = []

  const refuseBeyond = (limit: number, matching: readonly Failure[], atMs: number): void => {
    const oldest = matching.at(-limit)
    if (!oldest) return
    const retryAfterMs = Math.min(Math.max(oldest.atMs + THROTTLE_WINDOW_MS - atMs, 1000), THROTTLE_WINDOW_MS)
    const minutes = Math.ceil(retryAfterMs / 60_000)
    throw new Problem({
      status: 429,
      code: 'too_many_attempts',
      message: `Too many failed attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
      retryAfterMs,
    })
  }

  return {
    begin(username, address) {
      const attempt: Failure = { atMs: nowMs(), user: username.toLowerCase(), address }
      recent = recent.filter(({ atMs }) => atMs > attempt.atMs - THROTTLE_WINDOW_MS)
      const fromAddress = recent.filter((failure) => failure.address === address)
      const own = fromAddress.filter(({ user }) => user === attempt.user)
      refuseBeyond(failures, own, attempt.atMs)
      refuseBeyond(failures * ADDRESS_MULTIPLE, fromAddress, attempt.atMs)
      refuseBeyond(failures * TOTAL_MULTIPLE, recent, attempt.atMs)
      recent.push(attempt)
      return {
        succeeded() {
          recent = recent.filter(({ user, address: from }) => user !== attempt.user || from !== address)
        },
        withdrawn() {
          recent = recent.filter((failure) => failure !== attempt)
        },
      }
    },
  }
}
