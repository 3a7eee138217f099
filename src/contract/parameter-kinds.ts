/**
 * The kinds of parameter in the page's address. Filters also exist in the API and may need a clock. Paging has two
 * languages, because the page accepts no more rows than it can draw. The zone exists only in the page.
 */
import type { FilterKind } from './filter-kinds.ts'

/** One parameter of the page's address. */
export interface PageParameter<Value> {
  /** Other names that are read too. It is always written under its own name. */
  readonly otherNames: readonly string[]
  /** The default value. It is never written. */
  readonly standard: Value
  /** @returns null where a bookmark's value is dropped. */
  readPage(text: string): Value | null
  writePage(value: Value): string
}

/** A parameter that the API has as well. */
export interface ApiParameter<Value> extends PageParameter<Value> {
  /** The values that the API accepts, for its error messages. */
  readonly expects: string
  /** @returns null where the API must answer 400. */
  read(text: string): Value | null
  write(value: Value): string
}

/** A filter of the search. Without it, everything matches. */
export interface FilterParameter<Api, Page, Other extends string> extends FilterKind<Api, Page> {
  readonly otherNames: readonly Other[]
  readonly standard: undefined
}

/** @param otherNames its names in other releases of the recorder. */
export const filter = <Api, Page, const Other extends string = never>(
  kind: FilterKind<Api, Page>,
  otherNames: readonly Other[] = [],
): FilterParameter<Api, Page, Other> => ({ ...kind, otherNames, standard: undefined })

const MAX_INT = 2 ** 31 - 1

function readInt(text: string, least: number, most: number): number | null {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1
  return value >= least && value <= most ? value : null
}

interface IntegerOptions {
  readonly least: number
  readonly standard: number
  /** The largest value that the page accepts; the API accepts more. */
  readonly most?: number
}

export const integer = ({ least, standard, most = MAX_INT }: IntegerOptions): ApiParameter<number> => ({
  otherNames: [],
  standard,
  expects: `an integer from ${least} to ${MAX_INT}`,
  read: (text) => readInt(text, least, MAX_INT),
  readPage: (text) => readInt(text, least, most),
  write: String,
  writePage: String,
})

function isZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0)
    return true
  } catch {
    return false
  }
}

/** An IANA zone; null leaves the zone to the browser. */
export const zone: PageParameter<string | null> = {
  otherNames: [],
  standard: null,
  readPage: (text) => (isZone(text) ? text : null),
  writePage: String,
}
