/**
 * Places that only so many can have at once. Turns go round between users, and not in the order of arrival: a user who
 * asks for much waits behind their own requests, and one who asks for one thing waits for one turn of each other user.
 */
import { onAbort } from '../platform/aborting.ts'
import { Problem } from '../../contract/problems.ts'

/** Gives the place back. A second call does nothing. */
export type Release = () => void

export interface TurnsOptions {
  /** Places of all users together. */
  readonly running: number
  /** Places of one user; by default all of them. */
  readonly runningEach?: number
  /** How many may wait in all. Beyond it, the user with the most waiting loses the one that came last. */
  readonly waiting?: number
  /** How many of one user may wait. */
  readonly waitingEach?: number
  /** How long a user waits at most, ms. */
  readonly waitMs?: number
  /** The error if too many are waiting. */
  readonly full: () => Problem
  /** The error after too long a wait; by default that of `full`. */
  readonly late?: () => Problem
}

export interface Turns {
  /**
   * Waits for a place.
   * @param who the user who gets the place. Turns go round between users.
   * @throws Problem `full()` or `late()`, or the signal's reason once it aborts, or at once if it has already aborted.
   */
  enter(who: string, signal: AbortSignal): Promise<Release>
  /** For all users together, and how many users there are. */
  counts(): { readonly running: number; readonly waiting: number; readonly users: number }
}

/** For a host that has too much to do at the moment. */
export function busy(message: string, retryAfterMs = 2000): Problem {
  return new Problem({ code: 'busy', message, retryAfterMs })
}

interface Waiter {
  start(): void
  refuse(why: unknown): void
}

interface Lane {
  running: number
  readonly waiting: Waiter[]
}

class RoundRobin implements Turns {
  readonly #options: TurnsOptions
  /** The user whose turn was longest ago stands first. */
  readonly #lanes = new Map<string, Lane>()
  #running = 0
  #waiting = 0

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  counts(): ReturnType<Turns['counts']> {
    return { running: this.#running, waiting: this.#waiting, users: this.#lanes.size }
  }

  async enter(who: string, signal: AbortSignal): Promise<Release> {
    signal.throwIfAborted()
    const lane = this.#lanes.get(who) ?? { running: 0, waiting: [] }
    if (this.#hasPlace(lane)) this.#take(who, lane)
    else await this.#wait(who, lane, signal)
    return this.#releaser(who, lane)
  }

  #hasPlace(lane: Lane): boolean {
    const { running, runningEach = running } = this.#options
    return this.#running < running && lane.running < runningEach
  }

  #take(who: string, lane: Lane): void {
    this.#running += 1
    lane.running += 1
    this.#toTheEnd(who, lane)
  }

  #toTheEnd(who: string, lane: Lane): void {
    this.#lanes.delete(who)
    if (lane.running > 0 || lane.waiting.length > 0) this.#lanes.set(who, lane)
  }

  #releaser(who: string, lane: Lane): Release {
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#running -= 1
      lane.running -= 1
      // Users who came meanwhile go first.
      this.#toTheEnd(who, lane)
      this.#next()
    }
  }

  /** Starts all who may go now. */
  #next(): void {
    for (const [who, lane] of this.#lanes) {
      if (this.#running >= this.#options.running) return
      const waiter = this.#hasPlace(lane) ? lane.waiting.shift() : undefined
      if (!waiter) continue
      this.#take(who, lane)
      waiter.start()
    }
  }

  #wait(who: string, lane: Lane, signal: AbortSignal): Promise<void> {
    this.#makeRoom(lane)
    const { waitMs, full, late = full } = this.#options
    return new Promise((resolve, reject) => {
      const over = (): void => {
        this.#waiting -= 1
        clearTimeout(timer)
        endWait()
      }
      const waiter: Waiter = {
        start() {
          over()
          resolve()
        },
        refuse: (why) => {
          lane.waiting.splice(lane.waiting.indexOf(waiter), 1)
          over()
          if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(who)
          reject(why)
        },
      }
      const timer = waitMs === undefined ? undefined : setTimeout(() => waiter.refuse(late()), waitMs)
      timer?.unref()
      const endWait = onAbort(signal, () => waiter.refuse(signal.reason))
      this.#waiting += 1
      lane.waiting.push(waiter)
      // Only now, so that a refused user leaves nothing behind.
      this.#lanes.set(who, lane)
    })
  }

  /** @throws Problem if it is the newcomer that may not wait. */
  #makeRoom(lane: Lane): void {
    const { waiting = Number.POSITIVE_INFINITY, waitingEach = waiting, full } = this.#options
    if (lane.waiting.length >= waitingEach) throw full()
    if (this.#waiting < waiting) return
    const longest = [...this.#lanes.values()].reduce(
      (most, one) => (one.waiting.length > most.waiting.length ? one : most),
      lane,
    )
    const last = longest.waiting.length > lane.waiting.length + 1 ? longest.waiting.at(-1) : undefined
    if (!last) throw full()
    last.refuse(full())
  }
}

export function createTurns(options: TurnsOptions): Turns {
  return new RoundRobin(options)
}
