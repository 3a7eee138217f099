/**
 * The key of a recording: its start in ms times 32,768, plus a sequence among recordings that start in the same ms.
 * It exceeds 2^53 for any date of this century, so it must be a BigInt.
 */
const SEQUENCE_BITS = 15n
/** How many recordings may start in one ms. */
export const SEQUENCES = 32_768

/** The first key that a recording starting at `startMs` (ms since the Unix epoch) may have. */
export const firstKey = (startMs: number): bigint => BigInt(startMs) << SEQUENCE_BITS

/** The last key that a recording starting at `startMs` may have. */
export const lastKey = (startMs: number): bigint => firstKey(startMs) + BigInt(SEQUENCES - 1)

/** The smallest and the largest integer that SQLite can hold: all keys lie between them. */
export const FIRST_OF_ALL = -(2n ** 63n)
export const LAST_OF_ALL = 2n ** 63n - 1n

/** Keys from `from`, included, to `to`, not included. */
export interface KeyRange {
  readonly from: bigint
  readonly to: bigint
}
