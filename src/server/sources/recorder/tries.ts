/**
 * Passwords that may be wrong, counted before they are sent. Directories lock an account after a few of them, and they
 * know it by many spellings and hear of it from many addresses: so it is the account that is counted.
 */
import { Problem } from '../../../contract/problems.ts'
import { accountName } from '../account-name.ts'

/** So many of one account reach the recorder within the window. */
export const MAX_TRIES = 4
export const TRY_WINDOW_MS = 15 * 60_000
/** Beyond it the account that was tried the longest ago is forgotten. */
const MAX_ACCOUNTS = 50_000

/** It counts from its start, so that many at once cannot slip through. */
export interface Try {
  /** The password was right, or was not sent, or was answered without being judged. */
  withdraw(): void
}

export interface Tries {
  /** @throws Problem 429 `too_many_attempts` where no more may be sent, with the time to wait. */
  begin(username: string): Try
  /** Counts what was sent of a password that had been right before and was refused now. */
  add(username: string, count: number): void
}

function tooMany(waitMs: number): Problem {
  const minutes = Math.ceil(waitMs / 60_000)
  return new Problem({
    status: 429,
    code: 'too_many_attempts',
    message: `Too many passwords that the recorder has not taken were tried for this user. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    retryAfterMs: waitMs,
  })
}

/** @param steadyMs a clock that nobody sets, ms. */
export function createTries(steadyMs: () => number): Tries {
  /** Account → when each of its tries began, ms, oldest first. */
  const begun = new Map<string, readonly { readonly atMs: number }[]>()

  const recent = (account: string): readonly { readonly atMs: number }[] =>
    (begun.get(account) ?? []).filter(({ atMs }) => atMs > steadyMs() - TRY_WINDOW_MS)

  const keep = (account: string, tries: readonly { readonly atMs: number }[]): void => {
    begun.delete(account)
    if (tries.length > 0) begun.set(account, tries)
    const oldest = begun.size > MAX_ACCOUNTS ? begun.keys().next().value : undefined
    if (oldest !== undefined) begun.delete(oldest)
  }

  const add = (account: string): Try => {
    const mine = { atMs: steadyMs() }
    keep(account, [...recent(account), mine])
    return {
      withdraw() {
        const rest = (begun.get(account) ?? []).filter((one) => one !== mine)
        if (rest.length > 0) begun.set(account, rest)
        else begun.delete(account)
      },
    }
  }

  return {
    begin(username) {
      const account = accountName(username)
      const oldest = recent(account).at(-MAX_TRIES)
      if (oldest) throw tooMany(oldest.atMs + TRY_WINDOW_MS - steadyMs())
      return add(account)
    },
    add(username, count) {
      for (let added = 0; added < count; added += 1) add(accountName(username))
    },
  }
}
