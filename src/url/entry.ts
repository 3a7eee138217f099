/** Reads the address that the page was opened with, and lists the parts that could not be read. The host reads it too. */
import { embedFlags } from '../contract/endpoints.ts'
import { isParameter, readPageQuery, type Dropped, type PageQuery } from '../contract/search.ts'
import { listPath, readFlags, readPath, recordingPath, type Place, type View } from './paths.ts'

export interface PageEntry {
  readonly place: Place
  readonly view: View
  readonly query: PageQuery
  readonly dropped: readonly Dropped[]
}

const lastDays = readPageQuery(new URLSearchParams('startTime=on:last-7-days')).query

/**
 * The search for an address without a query. Today alone would be empty in the morning.
 * @param rows the rows per page that the user chose last, or null.
 */
export const firstQuery = (rows: number | null): PageQuery => ({
  ...lastDays,
  pageSize: rows ?? lastDays.pageSize,
})

const isFlag = (name: string): boolean => embedFlags.some((flag) => flag === name)

/**
 * Reads an address. An unknown parameter changes nothing but is listed as dropped, because a mistyped filter shows
 * more calls than intended.
 * @param rows as for `firstQuery`.
 */
export function readEntry(pathname: string, search: string, rows: number | null = null): PageEntry {
  const { base, view } = readPath(pathname)
  const bare = view.name === 'list' && !/\/recordings\/?$/.test(pathname)
  const given = new URLSearchParams(search)
  const flags = base === '' ? '' : readFlags(given)
  const asked = [...given].filter(([name]) => !isFlag(name))
  const { query, dropped } = readPageQuery(given)
  const unknown = asked.filter(([name]) => !isParameter(name)).map(([name, value]) => ({ name, value }))
  return {
    place: { base, flags },
    view,
    query: bare && asked.length === 0 ? firstQuery(rows) : query,
    dropped: [...dropped, ...unknown],
  }
}

/** The canonical address of the entry, or null for an unknown page. */
export function canonicalPath({ place, view, query }: PageEntry): string | null {
  if (view.name === 'unknown') return null
  return view.name === 'list' ? listPath(place, query) : recordingPath(place, view.id, query)
}
