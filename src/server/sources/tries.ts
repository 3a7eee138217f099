/**
 * Passwords that may be wrong, counted before a recorder gets them. A directory locks an account after a few of them,
 * whatever its spelling and whatever address they come from. So they are counted for the account.
 */

/** How many of one account reach the recorder within the window. */
export const MAX_TRIES = 4
/** Strangers must leave one try to the user, or they could lock out users whose password is not yet proven. */
export const MAX_STRANGER_TRIES = MAX_TRIES - 1
export const TRY_WINDOW_MS = 15 * 60_000

/**
 * It counts from its start, so that many at once cannot get past the limit. Its end never rejects: where it cannot be
 * stored, the try stays counted.
 */
export interface Try {
  /** The password was right, was not sent, or was answered without being judged. */
  withdraw(): Promise<void>
  /** It was refused or not answered. The window begins now, and not when it was sent. */
  keep(): Promise<void>
}

export interface Tries {
  /**
   * @param isKnown whether it comes from a place where this user has signed in before, or from a session of theirs.
   * @throws Problem 429 `too_many_attempts` with the time to wait, if no more may be sent; 503 where that is not known.
   */
  begin(username: string, isKnown: boolean): Promise<Try>
  /** Counts requests that were sent with a password that had been right before and is refused now. */
  add(username: string, count: number): Promise<void>
}
