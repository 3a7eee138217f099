/** Stops trying a recorder that cannot be reached, so that nobody waits for a connection that will not come. */

/** So many failed connects in a row open the breaker. */
export const FAILURES = 5
/** How long it stays open before one connection is tried again. */
export const OPEN_MS = 30_000

export interface Breaker {
  /** How long nobody is to try, ms; 0 where one may. */
  waitMs(): number
  connected(): void
  failed(): void
}

/** @param steadyMs a clock that nobody sets, ms. */
export function createBreaker(steadyMs: () => number): Breaker {
  let failures = 0
  let openUntilMs = 0
  return {
    waitMs: () => Math.max(0, openUntilMs - steadyMs()),
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
