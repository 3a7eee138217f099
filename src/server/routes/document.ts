/** The page's one document. It is the same for everybody but for what it tells the page to start with. */
import { readFileSync } from 'node:fs'
import type { Boot } from '../../contract/session.ts'

/** Writes the document with what the page is to know before it asks anything. */
export type WriteDocument = (boot: Boot) => string

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
 * Reads the built page's document.
 * @throws where it cannot be read, or has not exactly one `<meta name="boot" content="…">` to fill.
 */
export function readDocument(file: string): WriteDocument {
  const parts = readFileSync(file, 'utf8').split(placeholder)
  const [before, after] = parts
  if (before === undefined || after === undefined || parts.length > 2) {
    throw new Error(`${file} needs exactly one <meta name="boot" content="{}">: build the page anew.`)
  }
  return (boot) => `${before}<meta name="boot" content="${escapeAttribute(JSON.stringify(boot))}">${after}`
}
