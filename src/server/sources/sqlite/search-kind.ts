/**
 * How much a search has to read. Most are found by an index, or at the newest end. A scan reads a large part of the
 * store, so it must not stand in the way of the others.
 */
import type { TimeFilter } from '../../../contract/filter-kinds.ts'
import { filterNames, type Search } from '../../../contract/search.ts'
import type { Principal } from '../source.ts'

/** What a search needs to know of its viewer; plain data, so that it can be sent to a worker. */
export type ScopedUser = Pick<Principal, 'username' | 'scope'>
export type SearchKind = 'quick' | 'scan'

/** A month of a store that takes a million recordings in two years is 40,000 rows: about 10 ms. */
const SMALL_PERIOD_MS = 31 * 86_400_000

/** How long the period is, ms. Nothing is recorded in the future. */
function lengthMs(bounds: TimeFilter | undefined, nowMs: number): number {
  switch (bounds?.op) {
    case undefined:
    case 'before':
      return Number.POSITIVE_INFINITY
    case 'equals':
      return 1
    case 'after':
      return Math.max(0, nowMs - bounds.at)
    case 'between':
      return bounds.to - bounds.from
  }
}

/** Whether an owner or a number is given: the index over it beats all others. */
export const isNarrow = (search: Search, { scope }: ScopedUser): boolean =>
  scope.kind === 'own' ||
  search.ownerUsername !== undefined ||
  search.localPartyNumber !== undefined ||
  search.remotePartyNumber?.op === 'equals'

/** Whether no index holds all that is asked about: then each row of a period has to be looked at. */
export function isMixed(search: Search, { scope }: ScopedUser): boolean {
  if (search.remotePartyNumber?.op === 'contains') return true
  const given = [search.direction !== undefined, search.endTime !== undefined, scope.kind === 'groups']
  return given.filter(Boolean).length > 1
}

/** Whether nothing but the remote number narrows the search. */
export const isNumberOnly = (search: Search, { scope }: ScopedUser): boolean =>
  scope.kind === 'all' &&
  filterNames.every((name) => name === 'remotePartyNumber' || search[name] === undefined)

/** Which of the two times leaves fewer rows to look at, where one of them leaves few; else null. */
export function smallPeriod({ startTime, endTime }: Search, nowMs: number): 'start' | 'end' | null {
  const [startMs, endMs] = [lengthMs(startTime, nowMs), lengthMs(endTime, nowMs)]
  if (Math.min(startMs, endMs) > SMALL_PERIOD_MS) return null
  return startMs <= endMs ? 'start' : 'end'
}

/** @param nowMs ms since the Unix epoch. */
export function searchKind(search: Search, viewer: ScopedUser, nowMs: number): SearchKind {
  const seesNothing = viewer.scope.kind === 'none' || viewer.scope.kind === 'recorder'
  if (seesNothing || isNarrow(search, viewer) || !isMixed(search, viewer)) return 'quick'
  return smallPeriod(search, nowMs) === null ? 'scan' : 'quick'
}
