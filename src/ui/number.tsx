/** Phone numbers, grouped for the eye. The gaps are margins, so a copied number has none. */
import type { ReactNode } from 'react'
import { reveal } from './data.tsx'

/** The country codes of one or two digits; all others have three. */
const shortCountryCodes = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

/** An international number, with `+` or `00`, or a national one. Shorter numbers are easy to read in one piece. */
const phoneNumber = /^(\+|00)?(\d{6,})$/

/** As few groups of three or four digits as there can be, the shorter ones first. Five digits are three and two. */
const inGroups = (digits: string): string[] => digits.match(/\d{4}(?=(?:\d{4})*$)|\d{3}(?=\d{2})|\d+$/g) ?? []

/**
 * Splits a phone number into groups, without losing a character: `+390557177313` becomes `+39`, `055`, `717`, `7313`.
 * Any other text is one group.
 */
export function phoneGroups(text: string): string[] {
  const [, prefix, digits] = phoneNumber.exec(text) ?? []
  if (digits === undefined) return [text]
  if (prefix === undefined) return inGroups(digits)
  const code = shortCountryCodes.exec(digits)?.[0] ?? digits.slice(0, 3)
  return [prefix + code, ...inGroups(digits.slice(code.length))]
}

/** A part of a number that is shown in one way. */
interface Piece {
  readonly text: string
  readonly marked: boolean
  readonly startsGroup: boolean
}

/** Cuts the groups where the marked range begins and ends. @param from and to: places in the whole text. */
function piecesOf(groups: readonly string[], from: number, to: number): Piece[] {
  const pieces: Piece[] = []
  let start = 0
  for (const group of groups) {
    const inside = [from, to].map((place) => Math.min(Math.max(place - start, 0), group.length))
    const cuts = [0, ...inside, group.length]
    cuts.slice(1).forEach((end, at) => {
      const text = group.slice(cuts[at], end)
      if (text !== '') pieces.push({ text, marked: at === 1, startsGroup: cuts[at] === 0 })
    })
    start += group.length
  }
  return pieces
}

/**
 * The number in groups, for an element that isolates its direction. The element's text content is the number as it is
 * recorded. Any other text is shown as it is. A gap is the margin of the piece before it or behind it, of whichever is
 * an element already, because a list has hundreds of them.
 * @param wanted digits to mark where they first occur.
 */
export function phoneNodes(number: string, wanted = ''): ReactNode {
  const text = reveal(number)
  const groups = phoneGroups(text)
  const found = wanted === '' ? -1 : text.indexOf(wanted)
  const from = Math.max(found, 0)
  const pieces = piecesOf(groups, from, found < 0 ? from : from + wanted.length)
  if (pieces.length < 2 && found < 0) return text
  let gapBefore = false
  return pieces.map(({ text: digits, marked }, at) => {
    const needsGap = pieces[at + 1]?.startsGroup === true
    const isElement = marked || gapBefore
    const gaps = [gapBefore && 'gap-before', needsGap && isElement && 'gap-after'].filter(Boolean).join(' ')
    gapBefore = needsGap && !isElement
    if (!isElement) return digits
    const Piece = marked ? 'mark' : 'span'
    return (
      // A piece has no other identity than its place.
      // oxlint-disable-next-line react/no-array-index-key
      <Piece key={at} className={gaps === '' ? undefined : gaps}>
        {digits}
      </Piece>
    )
  })
}

/** Foreign text that is usually a phone number. */
export function PhoneNumber({ children }: { readonly children: string }) {
  return <bdi className="whitespace-nowrap">{phoneNodes(children)}</bdi>
}
