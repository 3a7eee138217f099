/**
 * Foreign text. It is never markup, it cannot change the direction of the text around it, and its control characters
 * are shown.
 */

/** Control and format characters, including those that change the direction of text. */
const hidden = /[\p{Cc}\p{Cf}]/gu

/** The text with its control characters shown. It needs an element of its own, which isolates its direction. */
export const reveal = (text: string): string =>
  text.replaceAll(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)

export function Data({ children }: { readonly children: string }) {
  return <bdi>{reveal(children)}</bdi>
}

/** A missing value: a dash on screen, a word for screen readers. */
export function Missing({ label }: { readonly label: string }) {
  return (
    <span className="text-muted">
      <span aria-hidden>–</span>
      <span className="sr-only">{label}</span>
    </span>
  )
}

/** The raw text of a value that could not be read, with a mark that does not depend on colour. */
export function Unreadable({ value, label }: { readonly value: string; readonly label: string }) {
  return (
    <span className="text-warn" title={label}>
      <span aria-hidden>⚠ </span>
      <span className="sr-only">{label} </span>
      <Data>{value}</Data>
    </span>
  )
}
