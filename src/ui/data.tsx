/** Foreign text: never markup, isolated from the direction of what stands around it, control characters shown. */

/** Control and format characters, among them those that turn the direction of text. */
const hidden = /[\p{Cc}\p{Cf}]/gu

const reveal = (text: string): string =>
  text.replaceAll(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)

export function Data({ children }: { readonly children: string }) {
  return <bdi>{reveal(children)}</bdi>
}

/** What stands where there is nothing: a dash to see, a word to hear. */
export function Missing({ label }: { readonly label: string }) {
  return (
    <span className="text-muted">
      <span aria-hidden>–</span>
      <span className="sr-only">{label}</span>
    </span>
  )
}

/** A value that could not be read, as it came, with a mark that does not depend on colour. */
export function Unreadable({ value, label }: { readonly value: string; readonly label: string }) {
  return (
    <span className="text-warn" title={label}>
      <span aria-hidden>⚠ </span>
      <span className="sr-only">{label} </span>
      <Data>{value}</Data>
    </span>
  )
}
