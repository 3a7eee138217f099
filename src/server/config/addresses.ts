/** Readers of hosts, ports, origins and networks. */
import { isIP } from 'node:net'
import { API_BASE } from '../../contract/endpoints.ts'
import { ValueFault, commaSeparated } from './readers.ts'

/** Whether only programs on this machine can reach a host under this name. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}

/** @returns null unless the text is an exact origin that a portal may have. */
function readOrigin(text: string): string | null {
  // A header's list of origins splits at spaces and semicolons, and allows `*`. A name must bring in none of them.
  if (!/^https?:\/\/(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?$/i.test(text) || !URL.canParse(text)) return null
  const url = new URL(text)
  const trusted = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  return trusted && url.origin === text.toLowerCase() ? url.origin : null
}

/** Hides the part before an `@` in an address, which may be a password. */
export const withoutUser = (text: string): string => text.replace(/[^/]*@/, '…@')

/** Exact origins, without duplicates. */
export function origins(text: string): readonly string[] {
  const given = commaSeparated(text)
  const read = given.map(readOrigin)
  const wrong = given.filter((_, index) => read[index] === null).map(withoutUser)
  if (wrong.length === 0) return [...new Set(read.filter((origin) => origin !== null))]
  throw new ValueFault(
    `takes exact https origins, or http ones of this machine, with commas between them and without path or *; not ${wrong.join(', ')}.`,
  )
}

/**
 * The root of the recorder's server, as an origin without the API's path: `https://recorder.example.com`. Errors never
 * repeat the value, which may hold a password.
 */
export function recorderRoot(text: string): string {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) {
    throw new ValueFault('takes the address of the recorder’s server, with https:// before it.')
  }
  const url = new URL(text)
  // These checks read the original text, because the parser drops an empty user, query or fragment.
  const [address = ''] = text.replace(/^\w+:\/\//, '').split(/[/?#]/, 1)
  if (address.includes('@')) {
    throw new ValueFault('takes no user and password: everyone signs in to the recorder with their own.')
  }
  if (text.includes('?'))
    throw new ValueFault('takes an address without a query: leave out what follows the ?.')
  if (text.includes('#'))
    throw new ValueFault('takes an address without a fragment: leave out what follows the #.')
  if (url.pathname.toLowerCase().startsWith('/fw')) {
    throw new ValueFault(
      `takes the server’s root without the API’s path: the host appends ${API_BASE} itself.`,
    )
  }
  if (url.pathname !== '/') throw new ValueFault('takes the server’s root: leave out the path.')
  return url.origin
}

const LEAST_PREFIX = { 4: 8, 6: 16 } as const

function isProxy(text: string): boolean {
  if (text === 'loopback') return true
  const [address = '', prefix, ...others] = text.split('/')
  const family = isIP(address)
  if ((family !== 4 && family !== 6) || address.includes('%') || others.length > 0) return false
  if (prefix === undefined) return true
  // `::ffff:0:0/96` holds every IPv4 address, and no real network of proxies begins with `::`.
  if (family === 6 && new URL(`http://[${address}]`).hostname.startsWith('[::')) return false
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  return bits >= LEAST_PREFIX[family] && bits <= (family === 4 ? 32 : 128)
}

/** Addresses and networks of proxies. If everyone were trusted, every client could claim any address. */
export function proxies(text: string): readonly string[] {
  const given = commaSeparated(text)
  const wrong = given.filter((part) => !isProxy(part))
  if (wrong.length === 0) return [...new Set(given)]
  throw new ValueFault(
    `takes addresses or networks of your own proxies (from /${LEAST_PREFIX[4]}, in IPv6 from /${LEAST_PREFIX[6]}), or loopback, with commas between them; not ${wrong.join(', ')}.`,
  )
}

export interface Listen {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

/** `9464`, `10.0.0.5:9464` or `[::1]:9464`. The address defaults to loopback. */
export function listenAddress(text: string): Listen {
  const [, bracketed, plain, digits] = /^(?:(?:\[([\da-f:]+)\]|([\w.-]+)):)?(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits ?? Number.NaN)
  const isAddress = bracketed === undefined || isIP(bracketed) === 6
  if (port <= 65_535 && isAddress) return { host: bracketed ?? plain ?? '127.0.0.1', port }
  throw new ValueFault('takes a port, or an address and a port, such as 10.0.0.5:9464 or [::1]:9464.')
}
