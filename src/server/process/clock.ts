/** The host's clock: every time the host writes, compares or tells comes from here. */

/** Milliseconds since the Unix epoch, now. */
export type NowMs = () => number

/**
 * A clock that is right, or one that starts at a given instant and runs on from there. It does run on, because
 * sessions, throttles and "as of" are about time that passes; only where it starts is fixed.
 * @param startMs where to start, in ms since the Unix epoch; null for the machine's own time.
 */
export function hostClock(startMs: number | null): NowMs {
  if (startMs === null) return Date.now
  const aheadMs = startMs - Date.now()
  return () => Date.now() + aheadMs
}
