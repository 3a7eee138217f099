import { describe, expect, it } from 'vitest'
import { readSearch } from './recordings-search.ts'
import { UsageError } from './run-command.ts'

const nowMs = Date.parse('2026-11-23T12:00:00Z')

describe('the search of a command', () => {
  it('is what the page’s address says, resolved by the clock', () => {
    const search = {
      ownerUsername: { op: 'equals', text: 'mrossi' },
      remotePartyNumber: { op: 'contains', text: '+39' },
      startTime: { op: 'after', at: nowMs - 7 * 86_400_000 },
    }
    const query = 'startTime=last:7d&remotePartyNumber=contains:%2B39&ownerUsername=mrossi&page=2&pageSize=25'
    for (const text of [query, `?${query}`, `https://example.com/recordings?${query}`]) {
      expect(readSearch(text, nowMs)).toEqual({ search, paging: { page: 2, pageSize: 25 } })
    }
    expect(readSearch('startTime=on:today&tz=Europe/Rome', nowMs).search.startTime).toEqual({
      op: 'between',
      from: Date.parse('2026-11-22T23:00:00Z'),
      to: Date.parse('2026-11-23T23:00:00Z'),
    })
    expect(readSearch('', nowMs).search).toEqual({})
    expect(readSearch('remoteParty=1', nowMs).search).toEqual({
      remotePartyNumber: { op: 'equals', text: '1' },
    })
  })

  it.each([
    ['direction=9', /direction=9/],
    ['startTime=last:0d', /startTime=last:0d/],
    ['starttime=last:7d', /no filter starttime/],
    ['mrossi', /no filter mrossi/],
    ['tz=Europe/Atlantis', /tz=Europe\/Atlantis/],
    ['startTime=between:2026-02-01;2026-01-01', /ends before it starts at startTime/],
  ])('%s is refused, because the rest would match more than was meant', (text, message) => {
    expect(() => readSearch(text, nowMs)).toThrow(UsageError)
    expect(() => readSearch(text, nowMs)).toThrow(message)
  })
})
