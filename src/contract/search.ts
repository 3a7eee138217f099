/**
 * The only declaration of the page's parameters. The page's address, the query key, the API's query, the SQL and the
 * form come from it. If a parameter is added only here, the compiler names every place that lacks it.
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

/** The limit for the page's sessions. Clients with Basic authentication may request more. */
export const MAX_PAGE_SIZE = 1000

/** The numbers of rows that the page offers. An address may ask for any other. */
export const usualPageSizes: readonly number[] = [25, 50, 100, 200]

export interface Paging {
  /** From 0. */
  readonly page: number
  readonly pageSize: number
}

/** The page's parameters besides the filters. */
interface Controls extends Paging {
  /** The page's zone, or null for the browser's. */
  readonly tz: string | null
}

/** The parameters, in the order in which they are written. */
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

/** A filter's type in the API. */
type ApiOf<K> = K extends FilterKind<infer Api, infer _Page> ? Api : never
/** A filter's type in the page. */
type PageOf<K> = K extends FilterKind<infer _Api, infer Page> ? Page : never

/** The filters sent to the API. They combine with AND; instants are ms since the Unix epoch. */
export type Search = { readonly [Name in FilterName]?: ApiOf<Parameters[Name]> }
/** The same filters in a bookmark, with periods and with date-times as written. */
export type PageSearch = { readonly [Name in FilterName]?: PageOf<Parameters[Name]> }

/** A page of the dashboard: the search, its paging and its zone. */
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

/** A parameter's names in all releases, its own name first. */
export const namesOf = <Name extends ParameterName>(
  name: Name,
): readonly (Name | Parameters[Name]['otherNames'][number])[] => [name, ...parameters[name].otherNames]

const known = new Set<string>(parameterNames.flatMap(namesOf))
/** Whether the page has a parameter of that name. */
export const isParameter = (name: string): boolean => known.has(name)

type ApiName = FilterName | keyof Paging
const isOfApi = (name: ParameterName): name is ApiName => 'read' in parameters[name]

/* The parameters without the types that tie a value to its name, for loops over all of them. */
const ofPage = (name: ParameterName): PageParameter<unknown> => parameters[name]
const ofApi = (name: ApiName): ApiParameter<unknown> => parameters[name] as ApiParameter<unknown>
const kindOf = (name: FilterName): FilterKind<unknown, unknown> => parameters[name] as never

const valueOf = (params: URLSearchParams, name: ParameterName): string | null =>
  namesOf(name)
    .map((candidate) => params.get(candidate))
    .find((text) => text !== null) ?? null

/** The reason for the API's 400: 0 for filtering, 1 for paging. */
export type Reason = 0 | 1
export type ApiQuery =
  | { readonly ok: true; readonly search: Search; readonly paging: Paging | null }
  | { readonly ok: false; readonly reason: 0; readonly filter: FilterName; readonly message: string }
  | { readonly ok: false; readonly reason: 1; readonly message: string }

const refusal = (name: ApiName, text: string): string =>
  `${name} cannot be “${text}”: it takes ${ofApi(name).expects}.`

/**
 * Reads the API's query as the vendor does. The first of a repeated parameter counts, unknown ones are ignored, and an
 * invalid filter is reported before invalid paging.
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

/** @returns null where both parameters are missing, for all rows in one answer; a string is the error. */
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

/** `;`, `:` and `/` stay unescaped, which a query allows and which makes bookmarks easier to read. A `+` is escaped. */
function encode(pairs: [string, string][]): string {
  return new URLSearchParams(pairs)
    .toString()
    .replaceAll('+', '%20')
    .replaceAll('%3A', ':')
    .replaceAll('%3B', ';')
    .replaceAll('%2F', '/')
}

/**
 * The API's query string, without the `?`. Without paging it asks for all rows.
 * @param nameOf gives a filter's name in the release of the server.
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

/** Reads a bookmark. Values that cannot be read are left out and listed in `dropped`; the others apply. */
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

/** The page's query string, without the `?` and without defaults. The same query always gives the same text. */
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

/** Whether two queries are the same apart from the page. */
export const isSameSearch = (a: PageQuery, b: PageQuery): boolean =>
  writePageQuery({ ...a, page: 0 }) === writePageQuery({ ...b, page: 0 })

/** Whether two queries show the same rows. */
export const isSamePage = (a: PageQuery, b: PageQuery): boolean => a.page === b.page && isSameSearch(a, b)

/** The first page of the query with one filter set, or removed where undefined. */
export function withFilter<Name extends FilterName>(
  query: PageQuery,
  name: Name,
  value: PageSearch[Name] | undefined,
): PageQuery {
  const { [name]: _replaced, ...rest } = query.search
  return { ...query, page: 0, search: value === undefined ? rest : { ...rest, [name]: value } }
}

/** The search to send to the API now. `impossible` lists filters that can be read but cannot match: reversed ranges. */
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
