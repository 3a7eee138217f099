/** Phone numbers as people type and paste them. */

/**
 * Recorders write numbers without punctuation, so this drops spaces (also those that do not break), dashes of any
 * length, brackets, dots, slashes, the `tel:` of a link and what follows its `;`.
 */
export const cleanNumber = (text: string): string =>
  text
    .trim()
    .replace(/^(?:tel|callto):(?:\/\/)?/i, '')
    .replace(/;.*$/, '')
    .replaceAll(/[\s().\-/[\]\u2010-\u2015\u2212\u00AD\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069]/gu, '')

/** The fewest digits that are worth another way of writing. */
const FEWEST = 6

/**
 * Other ways in which the same number may be recorded: `00` for `+`, and for Italy with and without its `39`. Italian
 * numbers keep their leading 0 in the international form (ITU-T E.164, country code 39).
 * @param text a clean number.
 * @returns none for a short number, or for what is no number.
 */
export function alsoWritten(text: string): string[] {
  const [, prefix = '', digits = ''] = /^(\+|00)?(\d+)$/.exec(text) ?? []
  if (digits.length < FEWEST) return []
  if (prefix !== '') {
    const national = digits.startsWith('39') ? [digits.slice(2)] : []
    return [...national, `${prefix === '+' ? '00' : '+'}${digits}`]
  }
  return /^[03]/.test(digits) && digits.length >= 9 ? [`+39${digits}`, `0039${digits}`] : []
}
