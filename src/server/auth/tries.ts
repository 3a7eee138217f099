/**
 * Tries at the recorder, in the ledger that outlives a restart. Each has its own entry, which ends with its window.
 * An entry for several, as the throttle has, would end only after the sum of their windows.
 */
import { Problem } from '../../contract/problems.ts'
import { MAX_STRANGER_TRIES, MAX_TRIES, TRY_WINDOW_MS, type Tries, type Try } from '../sources/tries.ts'
import type { AttemptEntries } from './attempt-entries.ts'
import type { AttemptMemory } from './attempt-memory.ts'
import { kinds, type LedgerEntry } from './ledger.ts'

const slots = Array.from({ length: MAX_TRIES }, (_, slot) => slot)

function tooMany(waitMs: number): Problem {
  const minutes = Math.ceil(waitMs / 60_000)
  return new Problem({
    code: 'too_many_attempts',
    message: `Too many passwords that the recorder has not taken were tried for this user. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    retryAfterMs: waitMs,
  })
}

/** The account's slots with their entries: empty slots first, then the oldest. */
function slotsOf({ tries }: AttemptEntries, keys: readonly string[], nowMs: () => number) {
  const read = (key: string): LedgerEntry | null => {
    const entry = tries.get(key)
    if (!entry || entry.lastMs <= nowMs()) return entry
    // The clock was set back: the try may be as recent as now.
    tries.set(key, { untilMs: nowMs() + TRY_WINDOW_MS, lastMs: nowMs() })
    return tries.get(key)
  }
  const all = keys.map((key) => ({ key, entry: read(key) }))
  return all.toSorted((one, other) => (one.entry?.untilMs ?? 0) - (other.entry?.untilMs ?? 0))
}

/**
 * @param nowMs ms since the Unix epoch.
 */
export function keepTries(memory: AttemptMemory, nowMs: () => number): Tries {
  /** The try of this host that has each slot. Entries do not show it: `slotsOf` replaces them. */
  const holders = new Map<string, symbol>()
  const keysOf = (username: string) => slots.map((slot) => `${memory.accountOf(username)} ${slot}`)

  const change = <T>(keys: readonly string[], decide: (entries: AttemptEntries) => T): Promise<T> =>
    memory.store.change(
      keys.map((key) => ({ kind: kinds.try, key })),
      decide,
    )

  const tryOf = (key: string, mine: symbol): Try => {
    const end = async (lastsMs: number): Promise<void> => {
      if (holders.get(key) !== mine) return
      holders.delete(key)
      const set = ({ tries }: AttemptEntries): void =>
        tries.set(key, { untilMs: nowMs() + lastsMs, lastMs: nowMs() })
      await change([key], set).catch(() => undefined)
    }
    return { withdraw: () => end(0), keep: () => end(TRY_WINDOW_MS) }
  }

  /** Takes the emptiest slot, while the account's slots are held. */
  const add = (entries: AttemptEntries, keys: readonly string[]): { key: string; mine: symbol } => {
    const [{ key } = { key: '' }] = slotsOf(entries, keys, nowMs)
    const mine = Symbol(key)
    holders.set(key, mine)
    entries.tries.set(key, { untilMs: nowMs() + TRY_WINDOW_MS, lastMs: nowMs() })
    return { key, mine }
  }

  return {
    async begin(username, isKnown) {
      const keys = keysOf(username)
      const { key, mine } = await change(keys, (entries) => {
        const limit = isKnown ? MAX_TRIES : MAX_STRANGER_TRIES
        const last = slotsOf(entries, keys, nowMs).at(-limit)?.entry
        if (last) throw tooMany(last.untilMs - nowMs())
        return add(entries, keys)
      })
      return tryOf(key, mine)
    },
    async add(username, count) {
      const keys = keysOf(username)
      const addAll = (entries: AttemptEntries): void => {
        for (let added = 0; added < count; added += 1) holders.delete(add(entries, keys).key)
      }
      await change(keys, addAll).catch(() => undefined)
    },
  }
}
