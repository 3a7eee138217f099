/**
 * The one declaration of the search. From it come the page's address, the query key, the API's query, the SQL
 * and the form: a filter added here alone makes the compiler name every place that lacks it.
 */
import {
  directionKind,
  plusFromSpace,
  textKind,
  timeKind,
  type Clock,
  type FilterKind,
} from './filter-kinds.ts'

export const filters = {
  startTime: timeKind,
  endTime: timeKind,
  localPartyNumber: textKind(['equals'], plusFromSpace),
  remotePartyNumber: textKind(['equals', 'contains'], plusFromSpace),
  ownerUsername: textKind(['equals']),
  direction: directionKind,
}

export type FilterName = keyof typeof filters
export const filterNames = Object.keys(filters) as FilterName[]

/** Release 2025.Winter.1 of the recorder calls `remotePartyNumber` this; both names are read. */
const aliases: Partial<Record<FilterName, string>> = { remotePartyNumber: 'remoteParty' }

type Kinds = typeof filters
type ApiOf<K> = K extends FilterKind<infer Api, infer _Page> ? Api : never
type PageOf<K> = K extends FilterKind<infer _Api, infer Page> ? Page : never

/** What the API is asked: filters combine with AND, instants are ms since the Unix epoch. */
export type Search = { readonly [Name in FilterName]?: ApiOf<Kinds[Name]> }
/** What a bookmark says: the same filters, with periods and date-times still as written. */
export type PageSearch = { readonly [Name in FilterName]?: PageOf<Kinds[Name]> }

export interface Paging {
  /** From 0. */
  readonly page: number
  readonly pageSize: number
}

/** A page of the dashboard: the search, its paging, and the zone that rules it (null: the browser's). */
export interface PageQuery extends Paging {
  readonly search: PageSearch
  readonly tz: string | null
}

export const DEFAULT_PAGE_SIZE = 50
/** A page's session may ask for no more at once; Basic clients may. */
export const MAX_PAGE_SIZE = 1000

/** The kinds without the tie between a name and its value, for walking over all of them. */
const kindOf = (name: FilterName): FilterKind<unknown, unknown> => filters[name] as never

function valueOf(params: URLSearchParams, name: FilterName): string | null {
  const alias = aliases[name]
  return params.get(name) ?? (alias === undefined ? null : params.get(alias))
}

/** Why the API answers 400: 0 filtering, 1 paging. */
export type Reason = 0 | 1
export type ApiQuery =
  | { readonly ok: true; readonly search: Search; readonly paging: Paging | null }
  | { readonly ok: false; readonly reason: 0; readonly filter: FilterName; readonly message: string }
  | { readonly ok: false; readonly reason: 1; readonly message: string }

/**
 * Reads the API's query as the vendor does: the first of a repeated parameter counts, unknown ones are
 * ignored, and an invalid filter is reported before invalid paging.
 */
export function readApiQuery(params: URLSearchParams): ApiQuery {
  const search: Partial<Record<FilterName, unknown>> = {}
  for (const name of filterNames) {
    const text = valueOf(params, name)
    if (text === null) continue
    const value = kindOf(name).read(text)
    if (value === null) {
      return {
        ok: false,
        reason: 0,
        filter: name,
        message: `${name} cannot be “${text}”: it takes ${kindOf(name).expects}.`,
      }
    }
    search[name] = value
  }
  const paging = readPaging(params)
  return typeof paging === 'string'
    ? { ok: false, reason: 1, message: paging }
    : { ok: true, search: search as Search, paging }
}

const MAX_INT = 2 ** 31 - 1

function readInt(text: string, least: number): number | null {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1
  return value >= least && value <= MAX_INT ? value : null
}

/** @returns null where neither parameter is given: all rows in one answer; a string is the error. */
function readPaging(params: URLSearchParams): Paging | null | string {
  const [page, size] = [params.get('page'), params.get('pageSize')]
  if (page === null && size === null) return null
  if (size === null) return 'page needs pageSize beside it.'
  const pageSize = readInt(size, 1)
  if (pageSize === null) return `pageSize cannot be “${size}”: it takes an integer from 1.`
  const index = readInt(page ?? '0', 0)
  if (index === null) return `page cannot be “${page}”: it takes an integer from 0.`
  return { page: index, pageSize }
}

/** `;`, `:` and `/` need no escape in a query, and a bookmark is easier to read without; a `+` always gets one. */
function encode(pairs: [string, string][]): string {
  return new URLSearchParams(pairs)
    .toString()
    .replaceAll('+', '%20')
    .replaceAll('%3A', ':')
    .replaceAll('%3B', ';')
    .replaceAll('%2F', '/')
}

/**
 * The API's query string, without the `?`. Paging null asks for all rows.
 * @param nameOf what the asked release calls a filter's parameter.
 */
export function writeApiQuery(
  search: Search,
  paging: Paging | null,
  nameOf: (name: FilterName) => string = (name) => name,
): string {
  const pairs = filterNames.flatMap((name): [string, string][] =>
    search[name] === undefined ? [] : [[nameOf(name), kindOf(name).write(search[name])]],
  )
  if (paging) pairs.push(['page', String(paging.page)], ['pageSize', String(paging.pageSize)])
  return encode(pairs)
}

export interface Dropped {
  readonly name: string
  readonly value: string
}

function isZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0)
    return true
  } catch {
    return false
  }
}

/** Reads a bookmark. What cannot be read is left out and named in `dropped`; the good parts hold. */
export function readPageQuery(params: URLSearchParams): { query: PageQuery; dropped: Dropped[] } {
  const dropped: Dropped[] = []
  const take = <T>(name: string, text: string | null, read: (text: string) => T | null): T | null => {
    const value = text === null ? null : read(text)
    if (text !== null && value === null) dropped.push({ name, value: text })
    return value
  }
  const search: Partial<Record<FilterName, unknown>> = {}
  for (const name of filterNames) {
    const value = take(name, valueOf(params, name), (text) => kindOf(name).readPage(text))
    if (value !== null) search[name] = value
  }
  const tz = take('tz', params.get('tz'), (text) => (isZone(text) ? text : null))
  const page = take('page', params.get('page'), (text) => readInt(text, 0))
  const pageSize = take('pageSize', params.get('pageSize'), (text) => {
    const size = readInt(text, 1)
    return size !== null && size <= MAX_PAGE_SIZE ? size : null
  })
  return {
    query: { search: search as PageSearch, tz, page: page ?? 0, pageSize: pageSize ?? DEFAULT_PAGE_SIZE },
    dropped,
  }
}

/** The page's query string, without the `?`: always the same text for the same query, defaults left out. */
export function writePageQuery(query: PageQuery): string {
  const pairs = filterNames.flatMap((name): [string, string][] =>
    query.search[name] === undefined ? [] : [[name, kindOf(name).writePage(query.search[name])]],
  )
  if (query.tz !== null) pairs.push(['tz', query.tz])
  if (query.page !== 0) pairs.push(['page', String(query.page)])
  if (query.pageSize !== DEFAULT_PAGE_SIZE) pairs.push(['pageSize', String(query.pageSize)])
  return encode(pairs)
}

/** Whether two queries differ in nothing but the page. */
export const isSameSearch = (a: PageQuery, b: PageQuery): boolean =>
  writePageQuery({ ...a, page: 0 }) === writePageQuery({ ...b, page: 0 })

/** The same query with one filter set, or removed where undefined, on its first page. */
export function withFilter<Name extends FilterName>(
  query: PageQuery,
  name: Name,
  value: PageSearch[Name] | undefined,
): PageQuery {
  const { [name]: _replaced, ...rest } = query.search
  return { ...query, page: 0, search: value === undefined ? rest : { ...rest, [name]: value } }
}

/** What to ask the API for now; `impossible` names filters that are readable but cannot be, a reversed range. */
export function resolveSearch(
  search: PageSearch,
  clock: Clock,
): { search: Search; impossible: FilterName[] } {
  const resolved: Partial<Record<FilterName, unknown>> = {}
  const impossible: FilterName[] = []
  for (const name of filterNames) {
    if (search[name] === undefined) continue
    const value = kindOf(name).resolve(search[name], clock)
    if (value === null) impossible.push(name)
    else resolved[name] = value
  }
  return { search: resolved as Search, impossible }
}
