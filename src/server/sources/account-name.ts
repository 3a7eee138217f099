/**
 * Which account a typed name means. A directory knows one account by many spellings, and locks it after a few wrong
 * passwords whatever the spelling: whoever counts tries has to count them for the account.
 */

/** Shown as nothing, and ignored by directories. */
const invisible = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u{FE00}-\u{FE0F}]/gu

/**
 * The same text for all spellings of one account: case, compatibility forms (Unicode NFKC), invisible characters,
 * `DOMAIN\name`, `name@domain`, and dots and spaces at the ends. It is for comparing only, never to be sent or shown.
 */
export function accountName(typed: string): string {
  const plain = typed.normalize('NFKC').replaceAll(invisible, '').toLowerCase().normalize('NFKC')
  const trimmed = plain.replace(/[.\s]+$/u, '').trimStart()
  const user = trimmed.slice(trimmed.lastIndexOf('\\') + 1)
  const at = user.indexOf('@')
  const name = (at > 0 ? user.slice(0, at) : user).replace(/[.\s]+$/u, '').trimStart()
  // A name of nothing but such characters is still a name of its own.
  return name === '' ? plain : name
}
