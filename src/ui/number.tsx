/** Phone numbers, grouped for the eye. The gaps are margins, so a copied number has none. */
import type { ReactNode } from 'react'
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

/** A group with the part of it that lies within the mark. @param start where the group begins in the whole number. */
function markWithin(digits: string, start: number, from: number, to: number): ReactNode {
  const [first, last] = [Math.max(from - start, 0), Math.min(to - start, digits.length)]
  if (first >= last) return digits
  return (
    <>
      {digits.slice(0, first)}
      <mark>{digits.slice(first, last)}</mark>
      {digits.slice(last)}
    </>
  )
}

interface PhoneNumberProps {
  readonly children: string
  /** Digits to mark where they first occur. */
  readonly mark?: string
}

/** Foreign text that is usually a phone number. Its text content is the number as it is recorded. */
export function PhoneNumber({ children, mark = '' }: PhoneNumberProps) {
  const groups = phoneGroups(children)
  const from = mark === '' ? -1 : children.indexOf(mark)
  if (groups.length === 1 && from < 0) return <Data>{children}</Data>
  const starts = groups.map((_, at) => groups.slice(0, at).join('').length)
  return (
    <bdi className="whitespace-nowrap">
      {groups.map((digits, at) => (
        // A group has no other identity than its place.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={at} className={at === 0 ? undefined : 'ms-[0.25em]'}>
          {from < 0 ? digits : markWithin(digits, starts[at] ?? 0, from, from + mark.length)}
        </span>
      ))}
    </bdi>
  )
}
