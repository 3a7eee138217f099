/**
 * The one declaration of the page's parameters. From it come the page's address, the query key, the API's query, the
 * SQL and the form: a parameter added here alone makes the compiler name every place that lacks it.
 */
import {
  directionKind,
  plusFromSpace,
  textKind,
  timeKind,
  type Clock,
  type FilterKind,
  type PageTimeFilter,
} from './filter-kinds.ts'
import { filter, integer, zone, type ApiParameter, type PageParameter } from './parameter-kinds.ts'

/** A page's session may ask for no more at once; Basic clients may. */
export const MAX_PAGE_SIZE = 1000

export interface Paging {
  /** From 0. */
  readonly page: number
  readonly pageSize: number
}

/** What directs the page beside its filters. */
interface Controls extends Paging {
  /** The zone that rules the page; null: the browser's. */
  readonly tz: string | null
}

/** In the order in which they are written. */
const parameters = {
  startTime: filter(timeKind),
  endTime: filter(timeKind),
  localPartyNumber: filter(textKind(['equals'], plusFromSpace)),
  // Release 2025.Winter.1 of the recorder calls it `remoteParty`.
  remotePartyNumber: filter(textKind(['equals', 'contains'], plusFromSpace), ['remoteParty']),
  ownerUsername: filter(textKind(['equals'])),
  direction: filter(directionKind),
  tz: zone,
  page: integer({ least: 0, standard: 0 }),
  pageSize: integer({ least: 1, standard: 50, most: MAX_PAGE_SIZE }),
} satisfies { readonly [Name in keyof Controls]: PageParameter<Controls[Name]> } & Record<
  string,
  PageParameter<unknown>
>

type Parameters = typeof parameters
export type ParameterName = keyof Parameters
export type FilterName = Exclude<ParameterName, keyof Controls>

/** The API's side of a filter. */
type ApiOf<K> = K extends FilterKind<infer Api, infer _Page> ? Api : never
/** The page's side of it. */
type PageOf<K> = K extends FilterKind<infer _Api, infer Page> ? Page : never

/** What the API is asked: filters combine with AND, instants are ms since the Unix epoch. */
export type Search = { readonly [Name in FilterName]?: ApiOf<Parameters[Name]> }
/** What a bookmark says: the same filters, with periods and date-times still as written. */
export type PageSearch = { readonly [Name in FilterName]?: PageOf<Parameters[Name]> }

/** A page of the dashboard: the search, and what directs it. */
export interface PageQuery extends Controls {
  readonly search: PageSearch
}

const parameterNames = Object.keys(parameters) as ParameterName[]
const isFilter = (name: ParameterName): name is FilterName => 'resolve' in parameters[name]
export const filterNames = parameterNames.filter(isFilter)

/** Filters by a range of time. */
export type TimeFilterName = {
  [Name in FilterName]: PageSearch[Name] extends PageTimeFilter | undefined ? Name : never
}[FilterName]
export const isTimeFilter = (name: FilterName): name is TimeFilterName =>
  parameters[name].resolve === timeKind.resolve

/** What a parameter is called, in any release: its own name first. */
export const namesOf = <Name extends ParameterName>(
  name: Name,
): readonly (Name | Parameters[Name]['otherNames'][number])[] => [name, ...parameters[name].otherNames]

const known = new Set<string>(parameterNames.flatMap(namesOf))
/** Whether the page understands a parameter of that name. */
export const isParameter = (name: string): boolean => known.has(name)

type ApiName = FilterName | keyof Paging
const isOfApi = (name: ParameterName): name is ApiName => 'read' in parameters[name]

/* The parameters without the tie between a name and its value, for walking over all of them. */
const ofPage = (name: ParameterName): PageParameter<unknown> => parameters[name]
const ofApi = (name: ApiName): ApiParameter<unknown> => parameters[name] as ApiParameter<unknown>
const kindOf = (name: FilterName): FilterKind<unknown, unknown> => parameters[name] as never

const valueOf = (params: URLSearchParams, name: ParameterName): string | null =>
  namesOf(name)
    .map((candidate) => params.get(candidate))
    .find((text) => text !== null) ?? null

/** Why the API answers 400: 0 filtering, 1 paging. */
export type Reason = 0 | 1
export type ApiQuery =
  | { readonly ok: true; readonly search: Search; readonly paging: Paging | null }
  | { readonly ok: false; readonly reason: 0; readonly filter: FilterName; readonly message: string }
  | { readonly ok: false; readonly reason: 1; readonly message: string }

const refusal = (name: ApiName, text: string): string =>
  `${name} cannot be “${text}”: it takes ${ofApi(name).expects}.`

/**
 * Reads the API's query as the vendor does: the first of a repeated parameter counts, unknown ones are
 * ignored, and an invalid filter is reported before invalid paging.
 */
export function readApiQuery(params: URLSearchParams): ApiQuery {
  const search: Partial<Record<FilterName, unknown>> = {}
  for (const name of filterNames) {
    const text = valueOf(params, name)
    if (text === null) continue
    const value = ofApi(name).read(text)
    if (value === null) return { ok: false, reason: 0, filter: name, message: refusal(name, text) }
    search[name] = value
  }
  const paging = readPaging(params)
  return typeof paging === 'string'
    ? { ok: false, reason: 1, message: paging }
    : { ok: true, search: search as Search, paging }
}

/** @returns null where neither parameter is given: all rows in one answer; a string is the error. */
function readPaging(params: URLSearchParams): Paging | null | string {
  const [page, size] = [valueOf(params, 'page'), valueOf(params, 'pageSize')]
  if (page === null && size === null) return null
  if (size === null) return 'page needs pageSize beside it.'
  const pageSize = parameters.pageSize.read(size)
  if (pageSize === null) return refusal('pageSize', size)
  if (page === null) return { page: parameters.page.standard, pageSize }
  const index = parameters.page.read(page)
  return index === null ? refusal('page', page) : { page: index, pageSize }
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
  const values: Partial<Record<ParameterName, unknown>> = { ...paging, ...search }
  return encode(
    parameterNames.filter(isOfApi).flatMap((name): [string, string][] => {
      if (values[name] === undefined) return []
      return [[isFilter(name) ? nameOf(name) : name, ofApi(name).write(values[name])]]
    }),
  )
}

export interface Dropped {
  readonly name: string
  readonly value: string
}

/** Reads a bookmark. A value that cannot be read is left out and named in `dropped`; the good parts hold. */
export function readPageQuery(params: URLSearchParams): { query: PageQuery; dropped: Dropped[] } {
  const dropped: Dropped[] = []
  const search: Record<string, unknown> = {}
  const controls: Record<string, unknown> = {}
  for (const name of parameterNames) {
    const { readPage, standard } = ofPage(name)
    const text = valueOf(params, name)
    const read = text === null ? null : readPage(text)
    if (text !== null && read === null) dropped.push({ name, value: text })
    const value = read ?? standard
    if (value !== undefined) (isFilter(name) ? search : controls)[name] = value
  }
  return { query: { search, ...controls } as PageQuery, dropped }
}

/** The page's query string, without the `?`: always the same text for the same query, defaults left out. */
export function writePageQuery({ search, ...controls }: PageQuery): string {
  const values: Partial<Record<ParameterName, unknown>> = { ...controls, ...search }
  return encode(
    parameterNames.flatMap((name): [string, string][] => {
      const { standard, writePage } = ofPage(name)
      const value = values[name]
      return value === undefined || value === standard ? [] : [[name, writePage(value)]]
    }),
  )
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

/** What to ask the API for now. `impossible` names filters that can be read but match nothing: a reversed range. */
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
