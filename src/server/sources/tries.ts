/**
 * Passwords that may be wrong, counted before a recorder gets them. Directories lock an account after a few of them, and
 * they know it by many spellings and hear of it from many addresses: so it is the account that is counted.
 */

/** So many of one account reach the recorder within the window. */
export const MAX_TRIES = 4
/** Strangers must leave one to the user, or they could keep everybody out whose password is not known to be right. */
export const MAX_STRANGER_TRIES = MAX_TRIES - 1
export const TRY_WINDOW_MS = 15 * 60_000

/** It counts from its start, so that many at once cannot slip through. */
export interface Try {
  /** The password was right, or was not sent, or was answered without being judged. */
  withdraw(): void
  /** It was refused or not answered: the window begins now, and not when it was sent. */
  keep(): void
}

export interface Tries {
  /**
   * @param isKnown whether it comes from where this user has signed in before, or from a session of theirs.
   * @throws Problem 429 `too_many_attempts` where no more may be sent, with the time to wait.
   */
  begin(username: string, isKnown: boolean): Try
  /** Counts what was sent of a password that had been right before and was refused now. */
  add(username: string, count: number): void
}
