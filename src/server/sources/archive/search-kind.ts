/**
 * How much a search has to read. Most searches need only an index or the newest end. A scan reads a large part of the
 * store, so it must not delay the others.
 */
import type { TimeFilter } from '../../../contract/filter-kinds.ts'
import { filterNames, type Search } from '../../../contract/search.ts'
import type { Principal } from '../source.ts'

/** What a search needs to know about its viewer. It is plain data, so it can be sent to a worker. */
export type ScopedUser = Pick<Principal, 'username' | 'scope'>
export type SearchKind = 'quick' | 'scan'

/** With a million recordings in two years, a month has 40,000 rows, which take about 10 ms. */
const SMALL_PERIOD_MS = 31 * 86_400_000

/** The length of the period in ms. It ends now at the latest if it is open, because no call is in the future. */
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

/** Whether the search names an owner or a number, whose index beats all others. */
export const isNarrow = (search: Search, { scope }: ScopedUser): boolean =>
  scope.kind === 'own' ||
  search.ownerUsername !== undefined ||
  search.localPartyNumber !== undefined ||
  search.remotePartyNumber?.op === 'equals'

/** Whether no single index covers the search, so that it must look at each row of a period. */
export function isMixed(search: Search, { scope }: ScopedUser): boolean {
  if (search.remotePartyNumber?.op === 'contains') return true
  const given = [search.direction !== undefined, search.endTime !== undefined, scope.kind === 'groups']
  return given.filter(Boolean).length > 1
}

/** Whether only the remote number narrows the search. */
export const isNumberOnly = (search: Search, { scope }: ScopedUser): boolean =>
  scope.kind === 'all' &&
  filterNames.every((name) => name === 'remotePartyNumber' || search[name] === undefined)

/** Which of the two periods is shorter, or null if neither is short. */
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
