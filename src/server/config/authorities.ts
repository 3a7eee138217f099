/** Host names from requests and the configuration, in one form that can be compared. */
import { isLoopback, withoutUser } from './addresses.ts'
import { ValueFault, commaSeparated } from './readers.ts'

export interface Authority {
  /** In lower case and punycode, without a trailing dot. An IPv6 address is in brackets, in its shortest form. */
  readonly name: string
  /** Null if not given. */
  readonly port: number | null
}

function read(text: string, pattern: RegExp): Authority | null {
  const [, written = '', digits = ''] = pattern.exec(text) ?? []
  const url = `http://${written}/`
  if (written === '' || !URL.canParse(url)) return null
  const name = new URL(url).hostname.replace(/\.$/, '')
  const port = digits === '' ? null : Number(digits)
  return name === '' || (port ?? 0) > 65_535 ? null : { name, port }
}

/**
 * Reads a `Host` header: a name or an address, with or without a port.
 * @returns null if it is neither.
 */
export function readAuthority(text: string): Authority | null {
  return read(text, /^([\w.-]+|\[[\da-f:.]+\])(?::(\d{0,5}))?$/i)
}

/** Whether a name leads to this machine only. */
export function isLoopbackName(name: string): boolean {
  return isLoopback(name) || name.endsWith('.localhost')
}

/** Names separated by commas, each with an optional port. Letters beyond ASCII become punycode. */
export function hostNames(text: string): readonly Authority[] {
  const given = commaSeparated(text)
  const found = given.map((part) => read(part, /^([\w.\p{L}\p{M}\p{N}-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/iu))
  const wrong = given.filter((_, index) => found[index] === null).map(withoutUser)
  if (wrong.length === 0) return found.filter((authority) => authority !== null)
  throw new ValueFault(
    `takes the names in the dashboard’s addresses, with commas between them, without scheme, path or *; not ${wrong.join(', ')}.`,
  )
}
