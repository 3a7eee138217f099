/** One try of a password, from its start to its end. */
import { Problem } from '../../contract/problems.ts'

/**
 * A try that may be judged. It counts as failed from its start, so that many at once cannot slip through. It ends
 * with one of the four calls; further ones do nothing. None of them rejects: a memory that cannot be written keeps the
 * failure, and the host's log gets a line.
 */
export interface Attempt {
  /** Whether this user has signed in from this network before. */
  readonly isKnown: boolean
  /** The same for all tries that should take turns with each other. */
  readonly from: string
  /** Takes back this user's failures from this network, and remembers the user there. */
  succeeded(): Promise<void>
  failed(): Promise<void>
  /** The password was not judged: this attempt counts for nothing. */
  withdrawn(): Promise<void>
  /** It may have been judged: it counts for the network of a stranger, who could otherwise ask without end. */
  unanswered(): Promise<void>
}

/** Only the first end counts. */
export function endingOnce(attempt: Attempt): Attempt {
  let isOpen = true
  const once = (end: () => Promise<void>) => async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await end()
  }
  return {
    ...attempt,
    succeeded: once(attempt.succeeded),
    failed: once(attempt.failed),
    withdrawn: once(attempt.withdrawn),
    unanswered: once(attempt.unanswered),
  }
}

/** A refusal with the time to wait. */
export function tooManyAttempts(retryAfterMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return new Problem({
    code: 'too_many_attempts',
    message: `Too many failed attempts. Try again in ${count} ${unit}${count === 1 ? '' : 's'}.`,
    retryAfterMs: seconds * 1000,
  })
}
