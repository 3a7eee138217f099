/** Every address of the site is built here. */
import { EMBED_BASE, embedFlags } from '../contract/endpoints.ts'
import { writePageQuery, type PageQuery } from '../contract/search.ts'

export type View =
  | { readonly name: 'list' }
  | { readonly name: 'recording'; readonly id: string }
  | {
      readonly name: 'unknown'
      /** A portal asks for a version of the framed page that this host does not have. */
      readonly wrongVersion: boolean
    }

/** What every address of this page carries along. */
export interface Place {
  /** The prefix of every path: none, or the one under which a portal frames the page. */
  readonly base: '' | typeof EMBED_BASE
  /** The portal's flags, encoded. They survive every navigation; outside a portal they are empty. */
  readonly flags: string
}

/** What an address shows, whatever its query says. */
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
  const flags = embedFlags.flatMap((name) => {
    const value = params.get(name)
    return value === null ? [] : [[name, value]]
  })
  return new URLSearchParams(flags).toString()
}

function href(place: Place, path: string, query: PageQuery): string {
  const search = [writePageQuery(query), place.flags].filter((part) => part !== '').join('&')
  return `${place.base}${path}${search === '' ? '' : `?${search}`}`
}

export const listPath = (place: Place, query: PageQuery): string => href(place, '/recordings', query)

/** The detail's address carries the search, so that the way back leads to the same rows. */
export const recordingPath = (place: Place, id: string, query: PageQuery): string =>
  href(place, `/recordings/${encodeURIComponent(id)}`, query)
