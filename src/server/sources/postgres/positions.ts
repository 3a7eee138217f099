/** Tells how long ago the primary stood where a replica stands now. */

/** How much further back than the greatest lag the primary's positions are known, in positions. */
const KEPT_BEYOND = 60

export class PrimaryPositions {
  /** Oldest first. */
  readonly #known: { readonly atMs: number; readonly position: bigint }[] = []
  readonly #kept: number

  /** @param positions how many positions there are within the greatest lag that matters. */
  constructor(positions: number) {
    this.#kept = positions + KEPT_BEYOND
  }

  /** The primary stands there. @param atMs of a clock that is never set. */
  add(atMs: number, position: bigint): void {
    this.#known.push({ atMs, position })
    if (this.#known.length > this.#kept) this.#known.shift()
  }

  /** How long a replica lags that stands there, ms. */
  lagMs(nowMs: number, position: bigint): number {
    const next = this.#known.find((known) => known.position > position)
    // Without a newer position of the primary there is nothing that the replica lacks.
    return next ? nowMs - next.atMs : 0
  }
}
