/**
 * GUIDs compare without regard to case, but answers keep their spelling. The store therefore keeps the 16 bytes, and
 * separately which of the 32 digits were capital letters.
 */

/** One bit per digit, lowest bit first; 0 for a GUID in small letters. */
export function caseMask(guid: string): number {
  if (guid === guid.toLowerCase()) return 0
  let mask = 0
  for (const [index, digit] of [...guid.replaceAll('-', '')].entries()) {
    if (digit !== digit.toLowerCase()) mask += 2 ** index
  }
  return mask
}

/** @param digits 32 hexadecimal digits in small letters. */
export function writeGuid(digits: string, mask: number): string {
  const cased = mask === 0 ? digits : applyMask(digits, mask)
  return `${cased.slice(0, 8)}-${cased.slice(8, 12)}-${cased.slice(12, 16)}-${cased.slice(16, 20)}-${cased.slice(20)}`
}

const applyMask = (digits: string, mask: number): string =>
  [...digits]
    .map((digit, index) => (Math.floor(mask / 2 ** index) % 2 === 1 ? digit.toUpperCase() : digit))
    .join('')
