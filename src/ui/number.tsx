/** Phone numbers, grouped for the eye. The gaps are margins, so a copied number has none. */
import { Data } from './data.tsx'

/** The country codes of one or two digits; all others have three. */
const shortCountryCodes = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

/** An international number, with `+` or `00`, or a national one. Shorter numbers are easy to read in one piece. */
const phoneNumber = /^(\+|00)?(\d{6,})$/

/** Groups of three digits, of which the last has two to four. */
const inThrees = (digits: string): string[] => digits.match(/\d{3}(?=\d{2})|\d+$/g) ?? []

/**
 * Splits a phone number into groups, without losing a character: `+390557177313` becomes `+39`, `055`, `717`, `7313`.
 * Any other text is one group.
 */
export function phoneGroups(text: string): string[] {
  const [, prefix, digits] = phoneNumber.exec(text) ?? []
  if (digits === undefined) return [text]
  if (prefix === undefined) return inThrees(digits)
  const code = shortCountryCodes.exec(digits)?.[0] ?? digits.slice(0, 3)
  return [prefix + code, ...inThrees(digits.slice(code.length))]
}

/** Foreign text that is usually a phone number. Its text content is the number as it is recorded. */
export function PhoneNumber({ children }: { readonly children: string }) {
  const groups = phoneGroups(children)
  if (groups.length === 1) return <Data>{children}</Data>
  return (
    <bdi className="whitespace-nowrap">
      {groups.map((digits, at) => (
        // A group has no other identity than its place.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={at} className={at === 0 ? undefined : 'ms-[0.25em]'}>
          {digits}
        </span>
      ))}
    </bdi>
  )
}
