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

/** A group with the part of it from one place to another marked. A group that is marked as a whole is the mark. */
function markedGroup(digits: string, from: number, to: number, isFirst: boolean, key: number): ReactNode {
  const look = isFirst ? undefined : 'digits'
  if (from <= 0 && to >= digits.length) {
    return (
      <mark key={key} className={look}>
        {digits}
      </mark>
    )
  }
  const [first, last] = [Math.max(from, 0), Math.min(to, digits.length)]
  return (
    <span key={key} className={look}>
      {digits.slice(0, first)}
      <mark>{digits.slice(first, last)}</mark>
      {digits.slice(last)}
    </span>
  )
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
  let start = 0
  const nodes: ReactNode[] = []
  for (const [at, digits] of groups.entries()) {
    const end = start + digits.length
    if (Math.max(from, start) < Math.min(to, end)) {
      nodes.push(markedGroup(digits, from - start, to - start, at === 0, at))
    } else if (at === 0) {
      // The first group has no gap before it, and so needs no element.
      nodes.push(digits)
    } else {
      nodes.push(
        <span key={at} className="digits">
          {digits}
        </span>,
      )
    }
    start = end
  }
  return nodes
}

/** Foreign text that is usually a phone number. */
export function PhoneNumber({ children }: { readonly children: string }) {
  return <bdi className="whitespace-nowrap">{phoneNodes(children)}</bdi>
}
