/** Builds every address of the site. */
import { EMBED_BASE, embedFlags } from '../contract/endpoints.ts'
import { writePageQuery, type PageQuery } from '../contract/search.ts'

export type View =
  | { readonly name: 'list' }
  | { readonly name: 'recording'; readonly id: string }
  | {
      readonly name: 'unknown'
      /** Whether a portal asks for a version of the framed page that this host does not have. */
      readonly wrongVersion: boolean
    }

/** The parts that every address of this page keeps. */
export interface Place {
  /** The prefix of every path: empty, or the prefix for framing by a portal. */
  readonly base: '' | typeof EMBED_BASE
  /** The portal's flags, encoded. Every navigation keeps them; outside a portal they are empty. */
  readonly flags: string
}

/** The view at an address. It does not depend on the query. */
export function readPath(pathname: string): { base: Place['base']; view: View } {
  const base = pathname === EMBED_BASE || pathname.startsWith(`${EMBED_BASE}/`) ? EMBED_BASE : ''
  const path = pathname.slice(base.length).replace(/\/+$/, '')
  const [, id] = /^\/recordings\/([^/]+)$/.exec(path) ?? []
  if (path === '' || path === '/recordings') return { base, view: { name: 'list' } }
  if (id !== undefined) return { base, view: { name: 'recording', id: decode(id) } }
  return { base, view: { name: 'unknown', wrongVersion: base === '' && pathname.startsWith('/embed/') } }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The portal's flags in a query, encoded. */
export function readFlags(params: URLSearchParams): string {
  const flags = embedFlags.flatMap((name): [string, string][] => {
    const value = params.get(name)
    return value === null ? [] : [[name, value]]
  })
  return new URLSearchParams(flags).toString()
}

const written = new WeakMap<PageQuery, string>()

/** The query's text, written once: every row has a link with it. */
function textOf(query: PageQuery): string {
  const known = written.get(query)
  if (known !== undefined) return known
  const text = writePageQuery(query)
  written.set(query, text)
  return text
}

function href(place: Place, path: string, query: PageQuery): string {
  const search = [textOf(query), place.flags].filter((part) => part !== '').join('&')
  return `${place.base}${path}${search === '' ? '' : `?${search}`}`
}

export const listPath = (place: Place, query: PageQuery): string => href(place, '/recordings', query)

/** The detail's address includes the search, so that going back leads to the same rows. */
export const recordingPath = (place: Place, id: string, query: PageQuery): string =>
  href(place, `/recordings/${encodeURIComponent(id)}`, query)
