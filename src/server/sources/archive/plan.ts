/**
 * What is decided about a search without regard to an engine: how it is read, which indexes are worth using, from which
 * end, and in which range of keys. Each archive says it in its own SQL.
 */
import type { TimeFilter } from '../../../contract/filter-kinds.ts'
import { filterNames, type Search } from '../../../contract/search.ts'
import { FIRST_OF_ALL, firstKey, LAST_OF_ALL, type KeyRange } from './key.ts'
import { isMixed, isNarrow, isNumberOnly, searchKind, smallPeriod, type ScopedUser } from './search-kind.ts'

/** Rows of the answer, counted from its first row. */
export interface Window {
  readonly offset: number
  readonly limit: number
}

/** A search and its viewer. */
export interface Asked {
  readonly search: Search
  readonly viewer: ScopedUser
}

/** How a search is read. */
export type Way = 'counted' | 'gathered' | 'by number' | 'by time'

/** Decides by how many rows the search has to look at. */
export function wayOf({ search, viewer }: Asked): Way {
  const isContaining = search.remotePartyNumber?.op === 'contains'
  if (searchKind(search, viewer, Date.now()) === 'quick') return isContaining ? 'gathered' : 'counted'
  return isContaining && isNumberOnly(search, viewer) ? 'by number' : 'by time'
}

/** Up to this many matches are found by any index and then sorted. More are read in the order of time. */
export const SORTED_AT_MOST = 2000

/** The part of the window that has rows. Its limit is 0 or less if there are none. */
export const within = ({ offset, limit }: Window, totalCount: number): Window => ({
  offset,
  limit: Math.min(limit, totalCount - offset),
})

/** A window as it is read from the end of time that is nearer to it. */
export interface NearWindow extends Window {
  /** Whether its offset counts from the oldest match. The rows then come in the opposite order. */
  readonly isFromOldest: boolean
}

/** The window must not be empty, and end within the matches. */
export function fromNearerEnd({ offset, limit }: Window, totalCount: number): NearWindow {
  const isFromOldest = offset > totalCount / 2
  return { isFromOldest, offset: isFromOldest ? totalCount - offset - limit : offset, limit }
}

/** Reads the table from one end of time and stops early, or in pieces by key, or all at once in any order. */
export type Order = 'time' | 'piece' | 'any'

/**
 * Which indexes are worth using. A planner knows too little about our values, so each archive hides a column from its
 * planner where the index would be slower. Reading by time soon finds a page of common rows, and a direction is never rare.
 */
export interface ReadingPlan {
  readonly byEnd: boolean
  readonly byDirection: boolean
  /** For the owners of several groups. The index is always used for one owner. */
  readonly byOwners: boolean
  /** Whether a piece, and not the search, gives the bounds of the key. */
  readonly inPiece: boolean
}

/** Reading in the order of time needs other indexes than counting or sorting. */
export function planOf(search: Search, viewer: ScopedUser, order: Order): ReadingPlan {
  const narrow = isNarrow(search, viewer)
  const inPiece = order === 'piece'
  if (!narrow && isMixed(search, viewer)) {
    const small = order === 'any' ? smallPeriod(search, Date.now()) : null
    return { byEnd: small === 'end', byDirection: order === 'time', byOwners: false, inPiece }
  }
  const isWhole = order === 'any'
  return { byEnd: isWhole && !narrow, byDirection: !narrow, byOwners: isWhole, inPiece }
}

/** The bounds as a half-open period, ms since the Unix epoch. Null is an open end. */
export function instants(bounds: TimeFilter): readonly [from: number | null, to: number | null] {
  switch (bounds.op) {
    case 'equals':
      return [bounds.at, bounds.at + 1]
    case 'after':
      return [bounds.at + 1, null]
    case 'before':
      return [null, bounds.at]
    case 'between':
      return [bounds.from, bounds.to]
  }
}

/** A range of keys that includes all matches of the search. */
export function keyRange({ startTime, endTime }: Search): KeyRange {
  const [startFrom, startTo] = startTime ? instants(startTime) : [null, null]
  const endTo = endTime ? instants(endTime)[1] : null
  const to = Math.min(startTo ?? Number.POSITIVE_INFINITY, endTo ?? Number.POSITIVE_INFINITY)
  return {
    from: startFrom === null ? FIRST_OF_ALL : firstKey(startFrom),
    to: Number.isFinite(to) ? firstKey(to) : LAST_OF_ALL,
  }
}

/** Whether only the start narrows the search. Then the smallest index can count the matches. */
export const isByStartOnly = (search: Search, { scope }: ScopedUser): boolean =>
  scope.kind === 'all' && filterNames.every((name) => name === 'startTime' || search[name] === undefined)
