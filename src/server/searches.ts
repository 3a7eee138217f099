/** How many searches run at once for one user: a page that asks too eagerly must not slow the others' down. */
import { Problem } from '../contract/problems.ts'

export const MAX_RUNNING = 6
export const MAX_WAITING = 50

/** Gives the place back; more than once does no harm. */
export type Release = () => void

export interface Searches {
  /**
   * Waits for a place.
   * @throws Problem 429 `too_many_searches` where too many wait already, or the signal's reason once it aborts.
   */
  enter(username: string, signal: AbortSignal): Promise<Release>
  /** Of all users together. */
  counts(): { readonly running: number; readonly waiting: number }
}

interface Lane {
  running: number
  readonly waiting: Set<() => void>
}

export function createSearches(): Searches {
  const lanes = new Map<string, Lane>()

  const releaser = (name: string, lane: Lane): Release => {
    let held = true
    return () => {
      if (!held) return
      held = false
      lane.running -= 1
      const [next] = lane.waiting
      if (next) next()
      else if (lane.running === 0) lanes.delete(name)
    }
  }

  const wait = (lane: Lane, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = () => {
        lane.waiting.delete(start)
        signal.removeEventListener('abort', leave)
        lane.running += 1
        resolve()
      }
      const leave = () => {
        lane.waiting.delete(start)
        reject(signal.reason)
      }
      lane.waiting.add(start)
      signal.addEventListener('abort', leave, { once: true })
    })

  return {
    async enter(username, signal) {
      signal.throwIfAborted()
      const name = username.toLowerCase()
      const lane = lanes.get(name) ?? { running: 0, waiting: new Set() }
      lanes.set(name, lane)
      if (lane.running < MAX_RUNNING) lane.running += 1
      else if (lane.waiting.size < MAX_WAITING) await wait(lane, signal)
      else {
        throw new Problem({
          status: 429,
          code: 'too_many_searches',
          message: `${MAX_RUNNING} of your searches run and ${MAX_WAITING} wait. Try again when some are answered.`,
          retryAfterMs: 1000,
        })
      }
      return releaser(name, lane)
    },
    counts() {
      const all = [...lanes.values()]
      const sum = (count: (lane: Lane) => number): number =>
        all.reduce((total, lane) => total + count(lane), 0)
      return { running: sum((lane) => lane.running), waiting: sum((lane) => lane.waiting.size) }
    },
  }
}
