/** Which recordings a search finds. The quirks choose how the contract is interpreted. */
import type { TimeFilter } from '../../contract/filter-kinds.ts'
import type { Search } from '../../contract/search.ts'
import type { Call } from './calls.ts'
import type { Quirks } from './quirks.ts'

/** Whether it is the same user. */
export function sameUser(one: string, other: string, { usernames }: Quirks): boolean {
  return usernames === 'exact' ? one === other : one.toLowerCase() === other.toLowerCase()
}

function inTime(epochMs: number, filter: TimeFilter | undefined, quirks: Quirks): boolean {
  if (!filter) return true
  const inclusive = quirks.afterBefore === 'inclusive'
  switch (filter.op) {
    case 'after':
      return epochMs > filter.at || (inclusive && epochMs === filter.at)
    case 'before':
      return epochMs < filter.at || (inclusive && epochMs === filter.at)
    case 'between':
      return (
        epochMs >= filter.from &&
        (epochMs < filter.to || (quirks.betweenUpper === 'inclusive' && epochMs === filter.to))
      )
    case 'equals': {
      const unitMs = quirks.equalsTo === 'second' ? 1000 : 1
      return Math.floor(epochMs / unitMs) === Math.floor(filter.at / unitMs)
    }
  }
}

function hasRemote({ remotePartyNumber }: Call, { remotePartyNumber: filter }: Search): boolean {
  if (!filter) return true
  if (remotePartyNumber === null) return false
  return filter.op === 'contains'
    ? remotePartyNumber.includes(filter.text)
    : remotePartyNumber === filter.text
}

function matches(call: Call, search: Search, quirks: Quirks): boolean {
  const { localPartyNumber, ownerUsername, direction } = search
  return (
    inTime(call.startMs, search.startTime, quirks) &&
    inTime(call.startMs + call.durationMs, search.endTime, quirks) &&
    (!localPartyNumber || call.localPartyNumber === localPartyNumber.text) &&
    hasRemote(call, search) &&
    (!ownerUsername || (call.owner !== null && sameUser(call.owner.username, ownerUsername.text, quirks))) &&
    (direction === undefined || call.direction === direction)
  )
}

/** All matches, most recent first. @param turn the number of the answer, for ties that change with each answer. */
export function find(calls: readonly Call[], search: Search, quirks: Quirks, turn: number): Call[] {
  const descending = quirks.ties === 'descending' || (quirks.ties === 'changing' && turn % 2 === 1)
  const sign = descending ? -1 : 1
  return calls
    .filter((call) => matches(call, search, quirks))
    .toSorted((a, b) => b.startMs - a.startMs || sign * (a.referenceNumber < b.referenceNumber ? -1 : 1))
}
