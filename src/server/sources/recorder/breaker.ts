/** Stops trying a recorder that cannot be reached, so that nobody waits for a connection that will not come. */

/** So many failed connects in a row open the breaker. */
export const FAILURES = 5
/** How long it stays open before one connection is tried again. */
export const OPEN_MS = 30_000
/** How long the others wait for what that one finds: longer than it takes to connect or to give up. */
const TRIAL_MS = 5000

export interface Breaker {
  /** How long nobody is to try, ms; 0 where one may. */
  waitMs(): number
  /** As `waitMs`, by somebody who tries at 0: after the pause one goes ahead, alone. */
  enter(): number
  /** A connection was made, or an answer came over one. */
  connected(): void
  /** @param failure why no connection came about. */
  failed(failure: unknown): void
}

/** @param steadyMs a clock that nobody sets, ms. */
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
      // Beyond the limit each further failure counts: after the pause a single one closes the door again.
      if (failures >= FAILURES) openUntilMs = steadyMs() + OPEN_MS
    },
  }
}
