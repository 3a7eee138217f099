/** The page's one document. It is the same for everybody except for the data that the page starts with. */
import { readFileSync } from 'node:fs'
import type { Boot } from '../../contract/session.ts'

/**
 * Writes the document with the data that the page needs before its first request.
 * @param firstRequest the address of that request, if the browser is to send it before any script has loaded.
 */
export type WriteDocument = (boot: Boot, firstRequest?: string | null) => string

const placeholder = /<meta name="boot" content="[^"]*"\s*\/?>/g

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeAttribute = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => escapes[char] ?? char)

/**
 * `crossorigin` gives the request the mode and the credentials of the page's own `fetch`, which takes over the answer.
 * Without it, the browser would send a second request.
 */
const preload = (address: string | null): string =>
  address === null
    ? ''
    : `<link rel="preload" as="fetch" crossorigin="anonymous" href="${escapeAttribute(address)}">`

/**
 * Reads the built page's document.
 * @throws if it cannot be read, or does not have exactly one `<meta name="boot" content="…">` to fill.
 */
export function readDocument(file: string): WriteDocument {
  const parts = readFileSync(file, 'utf8').split(placeholder)
  const [before, after] = parts
  if (before === undefined || after === undefined || parts.length > 2) {
    throw new Error(`${file} needs exactly one <meta name="boot" content="{}">: build the page again.`)
  }
  return (boot, firstRequest = null) =>
    `${before}${preload(firstRequest)}<meta name="boot" content="${escapeAttribute(JSON.stringify(boot))}">${after}`
}
