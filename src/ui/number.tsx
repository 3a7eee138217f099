/** Phone numbers, grouped for the eye. The gaps are margins, so a copied number has none. */
import type { ReactNode } from 'react'
import { reveal } from './data.tsx'

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

/**
 * The number in groups, for an element that isolates its direction. The element's text content is the number as it is
 * recorded. Any other text is shown as it is.
 * @param wanted digits to mark where they first occur.
 */
export function phoneNodes(number: string, wanted = ''): ReactNode {
  const text = reveal(number)
  const groups = phoneGroups(text)
  const from = wanted === '' ? -1 : text.indexOf(wanted)
  if (groups.length === 1 && from < 0) return text
  const to = from < 0 ? from : from + wanted.length
  return groups.map((digits, at) => {
    const start = groups.slice(0, at).join('').length
    const [first, last] = [Math.max(from - start, 0), Math.min(to - start, digits.length)]
    const marked = digits.slice(first, Math.max(first, last))
    // The first group has no gap before it, and so needs no element.
    if (at === 0 && marked === '') return digits
    const Group = marked === digits ? 'mark' : 'span'
    const parts =
      marked === '' || marked === digits ? (
        digits
      ) : (
        <>
          {digits.slice(0, first)}
          <mark>{marked}</mark>
          {digits.slice(last)}
        </>
      )
    return (
      // A group has no other identity than its place.
      // oxlint-disable-next-line react/no-array-index-key
      <Group key={at} className={at === 0 ? undefined : 'digits'}>
        {parts}
      </Group>
    )
  })
}

/** Foreign text that is usually a phone number. */
export function PhoneNumber({ children }: { readonly children: string }) {
  return <bdi className="whitespace-nowrap">{phoneNodes(children)}</bdi>
}
