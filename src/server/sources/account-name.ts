/**
 * Which account a typed name means. A directory knows one account by many spellings, and locks it after a few wrong
 * passwords in any of them. So tries are counted for the account.
 */

/** Shown as nothing, and ignored by directories. */
const invisible = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u{FE00}-\u{FE0F}]/gu

/**
 * Active Directory finds `jose` by `josé` and `gross` by `groß`, as it compares names without regard to accents
 * (Microsoft KB 938447). In scripts where marks are vowels, they are kept: they tell people apart.
 */
const accents = /(?<=\p{Script=Latin})\p{M}+/gu
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
}

/** @param text in lower case. Accents stay outside the Latin script. */
export const withoutAccents = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(accents, '')
    .replaceAll(/[ßæœøđðłıþ]/gu, (letter) => letters[letter] ?? letter)
    .normalize('NFKC')

/**
 * The same text for all spellings of one account: case, accents, compatibility forms (Unicode NFKC), invisible
 * characters, `DOMAIN\name`, `name@domain`, and dots and spaces at the ends. It is only for comparing, and is never
 * sent or shown.
 */
export function accountName(typed: string): string {
  const folded = typed.normalize('NFKC').replaceAll(invisible, '').toLowerCase()
  const plain = withoutAccents(folded)
  const trimmed = plain.replace(/[.\s]+$/u, '').trimStart()
  const user = trimmed.slice(Math.max(trimmed.lastIndexOf('\\'), trimmed.lastIndexOf('/')) + 1)
  const at = user.indexOf('@')
  const name = (at > 0 ? user.slice(0, at) : user).replace(/[.\s]+$/u, '').trimStart()
  // A name of only such characters is still a separate name.
  return name === '' ? plain : name
}
