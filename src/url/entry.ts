/** The address that the page was opened with: read once, put in order, and what could not be read is named. */
import { embedFlags } from '../contract/endpoints.ts'
import { filterNames, readPageQuery, type Dropped, type PageQuery } from '../contract/search.ts'
import { listPath, readFlags, readPath, recordingPath, type Place, type View } from './paths.ts'

export interface PageEntry {
  readonly place: Place
  readonly view: View
  readonly query: PageQuery
  readonly dropped: readonly Dropped[]
}

/** Where a supervisor lands who asks for nothing: today alone is empty in the morning. */
export const firstQuery: PageQuery = readPageQuery(new URLSearchParams('startTime=on:last-7-days')).query

const known = new Set<string>([...filterNames, 'remoteParty', 'tz', 'page', 'pageSize', ...embedFlags])

/**
 * Reads an address. A parameter that nobody knows changes nothing, but is named among the dropped: a mistyped
 * filter would otherwise show more calls than its author meant.
 */
export function readEntry(pathname: string, search: string): PageEntry {
  const { base, view } = readPath(pathname)
  const bare = view.name === 'list' && !/\/recordings\/?$/.test(pathname)
  const given = new URLSearchParams(search)
  const flags = base === '' ? '' : readFlags(given)
  const asked = [...given.keys()].filter((name) => !embedFlags.some((flag) => flag === name))
  const { query, dropped } = readPageQuery(given)
  const unknown = [...given].filter(([name]) => !known.has(name)).map(([name, value]) => ({ name, value }))
  return {
    place: { base, flags },
    view,
    query: bare && asked.length === 0 ? firstQuery : query,
    dropped: [...dropped, ...unknown],
  }
}

/** The one address that says what the entry says. */
export function canonicalPath({ place, view, query }: PageEntry): string | null {
  if (view.name === 'unknown') return null
  return view.name === 'list' ? listPath(place, query) : recordingPath(place, view.id, query)
}

let settled: PageEntry | null = null

/**
 * Reads the page's own address and tidies it in place, without an entry in the history. Both scripts of the page
 * call it: the second gets what the first found, because the tidied address no longer tells what was dropped.
 */
export function settleEntry(): PageEntry {
  if (settled) return settled
  const entry = readEntry(location.pathname, location.search)
  const path = canonicalPath(entry)
  if (path !== null && path !== `${location.pathname}${location.search}`) {
    history.replaceState(history.state, '', path)
  }
  settled = entry
  return entry
}
