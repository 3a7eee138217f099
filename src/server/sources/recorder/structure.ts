/**
 * How deep JSON is nested and how many values it has, read from its bytes. A parser would have built all of it before
 * either is known.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const BRACKET = 0x5b
const BRACKET_END = 0x5d
const BRACE = 0x7b
const BRACE_END = 0x7d

/** @returns the index of the quote that ends the string whose first byte is at `from`, or the end of the bytes. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

export interface JsonBounds {
  /** How many arrays and objects may be nested. */
  readonly levels: number
  /** How many values there may be, counted a little too high: one for each comma, array and object. */
  readonly values: number
}

/** Whether the JSON keeps to both bounds. The result has no meaning for other bytes. */
export function isWithin(bytes: Uint8Array, { levels, values }: JsonBounds): boolean {
  let depth = 0
  let count = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) at = endOfString(bytes, at + 1)
    else if (byte === COMMA) count += 1
    else if (byte === BRACKET_END || byte === BRACE_END) depth -= 1
    else if (byte === BRACKET || byte === BRACE) {
      depth += 1
      count += 1
    }
    if (depth > levels || count > values) return false
  }
  return true
}
