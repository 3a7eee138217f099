/** How long the host waits for the recorder, and how much it takes. */

/** All in ms. */
export interface RecorderLimits {
  /** For a connection, with its TLS handshake. */
  readonly connectMs: number
  /** For an answer's first byte, and for each further one while they are taken. */
  readonly firstByteMs: number
  /** A list or a detail, from the question to the last byte. */
  readonly answerMs: number
  /** For a turn, if many ask at once. */
  readonly waitMs: number
}

export const standardRecorderLimits: RecorderLimits = {
  connectMs: 3000,
  firstByteMs: 20_000,
  answerMs: 25_000,
  waitMs: 20_000,
}

/** Of a list or a detail. A page of 1,000 recordings is a hundredth of it. */
export const MAX_JSON_BYTES = 25 * 1024 * 1024
/** Of all headers of an answer together. */
export const MAX_HEADER_BYTES = 16_384
/** How long an unused connection is kept, ms. Servers keep it for longer, so it is seldom closed under a request. */
export const KEEP_ALIVE_MS = 4000
