/**
 * The key of a recording: its start in ms times 32,768, plus a sequence among recordings that start in the same
 * ms. It passes 2^53 for any date of this century, so it is a BigInt here and never a number.
 */
const SEQUENCE_BITS = 15n
/** How many recordings may start in one ms. */
export const SEQUENCES = 32_768

/** The first key that a recording starting at `startMs` (ms since the Unix epoch) may have. */
export const firstKey = (startMs: number): bigint => BigInt(startMs) << SEQUENCE_BITS

/** The last key that a recording starting at `startMs` may have. */
export const lastKey = (startMs: number): bigint => firstKey(startMs) + BigInt(SEQUENCES - 1)
