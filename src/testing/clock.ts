/** The clock of tests: it stands until a test turns it. */
export interface TestClock {
  /** Ms since the Unix epoch. */
  nowMs: number
}

/** When tests begin, in ms since the Unix epoch. */
export const NOON_MS = Date.parse('2026-11-23T12:00:00Z')
