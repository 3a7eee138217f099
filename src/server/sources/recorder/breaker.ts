/** Stops trying a recorder that cannot be reached, so that requests do not wait for a connection that will not come. */

/** How many failed connects in a row open the breaker. */
export const FAILURES = 5
/** How long it stays open before one connection is tried again. */
export const OPEN_MS = 30_000
/** How long the others wait for that one's result: longer than it takes to connect or to give up. */
const TRIAL_MS = 5000

export interface Breaker {
  /** How long no request may try, ms; 0 if one may. */
  waitMs(): number
  /** As `waitMs`, for a caller that tries at 0. After the pause, only one caller may try. */
  enter(): number
  /** A connection was made, or an answer came over one. */
  connected(): void
  /** @param failure why there was no connection. */
  failed(failure: unknown): void
}

/** @param steadyMs a clock that is never set, ms. */
export function createBreaker(steadyMs: () => number): Breaker {
  let failures = 0
  let openUntilMs = 0
  const waitMs = (): number => Math.max(0, openUntilMs - steadyMs())
  return {
    waitMs,
    enter() {
      const leftMs = waitMs()
      if (leftMs === 0 && failures >= FAILURES) openUntilMs = steadyMs() + TRIAL_MS
      return leftMs
    },
    connected() {
      failures = 0
      openUntilMs = 0
    },
    failed() {
      failures += 1
      // Beyond the limit each further failure counts: after the pause, a single one opens the breaker again.
      if (failures >= FAILURES) openUntilMs = steadyMs() + OPEN_MS
    },
  }
}
