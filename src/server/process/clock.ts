/** The host's clock, the source of every time that the host writes, compares or sends. */

/** Milliseconds since the Unix epoch, now. */
export type NowMs = () => number

/**
 * The machine's clock, or one that starts at a given instant. That one runs on too, because sessions, throttles and
 * "as of" depend on passing time.
 * @param startMs the start, ms since the Unix epoch; null for the machine's own time.
 */
export function hostClock(startMs: number | null): NowMs {
  if (startMs === null) return Date.now
  const aheadMs = startMs - Date.now()
  return () => Date.now() + aheadMs
}
