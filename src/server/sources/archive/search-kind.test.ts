import { describe, expect, it } from 'vitest'
import type { Search } from '../../../contract/search.ts'
import type { Scope } from '../../../contract/session.ts'
import { searchKind, type SearchKind } from './search-kind.ts'

const DAY_MS = 86_400_000
const nowMs = Date.UTC(2026, 5, 1)
const contains = { remotePartyNumber: { op: 'contains', text: '1' } } as const
const lastDays = (days: number) => ({ op: 'after', at: nowMs - days * DAY_MS }) as const
const days = (count: number) =>
  ({ op: 'between', from: nowMs - 900 * DAY_MS, to: nowMs - (900 - count) * DAY_MS }) as const
const groups: Scope = { kind: 'groups', groups: ['Sales'] }

const cases: [name: string, search: Search, kind: SearchKind, scope?: Scope][] = [
  ['everything', {}, 'quick'],
  ['everything of some groups', {}, 'quick', groups],
  ['one direction', { direction: 1 }, 'quick'],
  ['a long time', { startTime: days(800) }, 'quick'],
  ['a part of a number', contains, 'scan'],
  ['a part of a number in a month', { ...contains, startTime: days(31) }, 'quick'],
  ['a part of a number in calls that ended in a month', { ...contains, endTime: days(31) }, 'quick'],
  ['a part of a number in more than a month', { ...contains, startTime: days(32) }, 'scan'],
  ['a part of a number since last week', { ...contains, startTime: lastDays(7) }, 'quick'],
  ['a part of a number since last year', { ...contains, startTime: lastDays(365) }, 'scan'],
  [
    'a part of a number before last week',
    { ...contains, startTime: { op: 'before', at: nowMs - 7 * DAY_MS } },
    'scan',
  ],
  ['a part of a number of one owner', { ...contains, ownerUsername: { op: 'equals', text: 'ann' } }, 'quick'],
  ['a part of a number among one’s own', contains, 'quick', { kind: 'own' }],
  ['a part of a number of some groups', contains, 'scan', groups],
  ['one direction of some groups', { direction: 1 }, 'scan', groups],
  ['one direction and a long period of ends', { direction: 1, endTime: days(800) }, 'scan'],
  ['a part of a number by a user without rights', contains, 'quick', { kind: 'none' }],
]

describe('the kind of a search', () => {
  it.each(cases)('for %s', (_, search, kind, scope = { kind: 'all' }) => {
    expect(searchKind(search, { username: 'ann', scope }, nowMs)).toBe(kind)
  })
})
