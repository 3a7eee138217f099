/** How deep JSON is nested, read from its bytes: a parser would have built all of it by the time that it is known. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
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

/** Whether arrays and objects stand within each other no more than so many times. Says nothing about what is no JSON. */
export function isNestedWithin(bytes: Uint8Array, levels: number): boolean {
  let depth = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) at = endOfString(bytes, at + 1)
    else if (byte === BRACKET || byte === BRACE) depth += 1
    else if (byte === BRACKET_END || byte === BRACE_END) depth -= 1
    if (depth > levels) return false
  }
  return true
}
