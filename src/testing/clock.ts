/** The clock of tests. It stands still until a test changes it. */
export interface TestClock {
  /** Ms since the Unix epoch. */
  nowMs: number
}

/** The time at which tests begin, in ms since the Unix epoch. */
export const NOON_MS = Date.parse('2026-11-23T12:00:00Z')
