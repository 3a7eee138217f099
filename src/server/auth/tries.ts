/**
 * Tries at the recorder, in the ledger that outlives a restart. Each has its own entry, which ends with its window.
 * An entry for several, as the throttle has, would end only after the sum of their windows.
 */
import { Problem } from '../../contract/problems.ts'
import { MAX_STRANGER_TRIES, MAX_TRIES, TRY_WINDOW_MS, type Tries, type Try } from '../sources/tries.ts'
import type { AttemptMemory } from './attempt-memory.ts'
import type { LedgerEntry } from './ledger.ts'

const slots = Array.from({ length: MAX_TRIES }, (_, slot) => slot)

function tooMany(waitMs: number): Problem {
  const minutes = Math.ceil(waitMs / 60_000)
  return new Problem({
    code: 'too_many_attempts',
    message: `Too many passwords that the recorder has not taken were tried for this user. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    retryAfterMs: waitMs,
  })
}

/** @param nowMs ms since the Unix epoch. */
export function keepTries(memory: AttemptMemory, nowMs: () => number): Tries {
  const { tries } = memory

  const read = (key: string): LedgerEntry | null => {
    const entry = tries.get(key)
    if (!entry || entry.lastMs <= nowMs()) return entry
    // The clock was set back: the try may be as recent as now.
    tries.set(key, { untilMs: nowMs() + TRY_WINDOW_MS, lastMs: nowMs() })
    return tries.get(key)
  }

  /** The account's slots with their entries: empty slots first, then the oldest. */
  const slotsOf = (username: string) => {
    const account = memory.accountOf(username)
    const all = slots.map((slot) => ({ key: `${account} ${slot}`, entry: read(`${account} ${slot}`) }))
    return all.toSorted((one, other) => (one.entry?.untilMs ?? 0) - (other.entry?.untilMs ?? 0))
  }

  /** The try that has each slot. Entries do not show it: `read` replaces them. */
  const holders = new Map<string, symbol>()

  const add = (username: string): Try => {
    const [{ key } = { key: '' }] = slotsOf(username)
    const mine = Symbol(key)
    const set = (untilMs: number): void => tries.set(key, { untilMs, lastMs: nowMs() })
    const end = (untilMs: number): void => {
      if (holders.get(key) !== mine) return
      holders.delete(key)
      set(untilMs)
    }
    holders.set(key, mine)
    set(nowMs() + TRY_WINDOW_MS)
    return {
      withdraw: () => end(0),
      keep: () => end(nowMs() + TRY_WINDOW_MS),
    }
  }

  return {
    begin(username, isKnown) {
      const last = slotsOf(username).at(-(isKnown ? MAX_TRIES : MAX_STRANGER_TRIES))?.entry
      if (last) throw tooMany(last.untilMs - nowMs())
      return add(username)
    },
    add(username, count) {
      for (let added = 0; added < count; added += 1) add(username).keep()
    },
  }
}
