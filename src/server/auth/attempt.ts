/** One try of a password, from its start to its end. */

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
