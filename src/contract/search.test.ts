/** Tests both languages of the search: whatever is written is read back the same, and junk never throws. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bounds, Clock, PageTimeFilter, TextFilter, TimeFilter } from './filter-kinds.ts'
import { readInstant, toEpochMs } from './instants.ts'
import { namedPeriods, readPeriod, writePeriod, type Period } from './periods.ts'
import {
  filterNames,
  MAX_PAGE_SIZE,
  readApiQuery,
  readPageQuery,
  resolveSearch,
  writeApiQuery,
  writePageQuery,
  type PageQuery,
  type PageSearch,
  type Paging,
  type Search,
} from './search.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.parse('2026-11-23T08:31:00Z')

/** A clock in UTC. Every named period is the last 24 hours, because reading and writing do not need the real dates. */
const utc: Clock = {
  nowMs: NOW_MS,
  epochOf(written) {
    const read = readInstant(written)
    if (!read) throw new Error(`${written} was kept, but cannot be read`)
    return toEpochMs(read)
  },
  periodBounds(period) {
    if (typeof period === 'string') return [NOW_MS - DAY_MS, NOW_MS]
    const { year, month, day } = period
    const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1)
    if (month === undefined) return [from, Date.UTC(year + 1, 0, 1)]
    return [from, day === undefined ? Date.UTC(year, month, 1) : from + DAY_MS]
  },
}

const [FIRST_MS, LAST_MS] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')]
const epochMs = fc.integer({ min: FIRST_MS, max: LAST_MS })

function boundsOf<T>(instant: fc.Arbitrary<T>): fc.Arbitrary<Bounds<T>> {
  const one = fc.record({ op: fc.constantFrom('equals', 'after', 'before'), at: instant })
  const two = fc.record({ op: fc.constant('between'), from: instant, to: instant })
  return fc.oneof(one, two) as fc.Arbitrary<Bounds<T>>
}

const time: fc.Arbitrary<TimeFilter> = boundsOf(epochMs).map((bounds) =>
  bounds.op === 'between' && bounds.from > bounds.to
    ? { op: bounds.op, from: bounds.to, to: bounds.from }
    : bounds,
)

/** Any text, including text that looks like an operator or has a meaning in addresses. */
const text = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.constantFrom(
    '+39055',
    'contains:22',
    'equals:',
    'after:2018',
    'a&b=c',
    '%2B',
    '=',
    ';',
    '#',
    'anonymous',
    '0',
  ),
)
const number = text.filter((value) => !value.includes(' '))
const textFilter = <Op extends string>(ops: readonly Op[], of: fc.Arbitrary<string>) =>
  fc.record({ op: fc.constantFrom(...ops), text: of }) as fc.Arbitrary<TextFilter<Op>>

const timeless = {
  localPartyNumber: textFilter(['equals'], number),
  remotePartyNumber: textFilter(['equals', 'contains'], number),
  ownerUsername: textFilter(['equals'], text),
  direction: fc.constantFrom(0, 1, 2),
}

const search = fc.record(
  { startTime: time, endTime: time, ...timeless },
  { requiredKeys: [] },
) as fc.Arbitrary<Search>

const paging: fc.Arbitrary<Paging> = fc.record({
  page: fc.nat({ max: 2 ** 31 - 1 }),
  pageSize: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
})

/** A date-time as the page keeps it: a date alone, or with a time, digits and an offset. */
const written = fc
  .tuple(
    epochMs.map((ms) => new Date(ms).toISOString()),
    fc.constantFrom(10, 16, 19, 21, 23),
    fc.constantFrom('', 'Z', '+02:00', '-0330', '+14'),
  )
  .map(([iso, digits, offset]) => iso.slice(0, digits) + (digits === 10 ? '' : offset))

const period: fc.Arbitrary<Period> = fc.oneof(
  fc.constantFrom(...namedPeriods),
  fc
    .tuple(fc.integer({ min: Date.UTC(1000), max: LAST_MS }), fc.constantFrom(4, 7, 10))
    .map(([ms, digits]) => readPeriod(new Date(ms).toISOString().slice(0, digits)))
    .filter((read) => read !== null),
)

const span = fc.record({
  count: fc.integer({ min: 1, max: 9999 }),
  unit: fc.constantFrom('m', 'h', 'd', 'w'),
})

const pageTime = fc.oneof(
  boundsOf(written),
  fc.record({ op: fc.constant('last'), span }),
  fc.record({ op: fc.constant('on'), period }),
) as fc.Arbitrary<PageTimeFilter>

const pageQuery = fc.record({
  search: fc.record({ startTime: pageTime, endTime: pageTime, ...timeless }, { requiredKeys: [] }),
  tz: fc.constantFrom(null, 'Europe/Rome', 'UTC', 'America/New_York'),
  page: fc.nat({ max: 2 ** 31 - 1 }),
  pageSize: fc.integer({ min: 1, max: MAX_PAGE_SIZE }),
}) as fc.Arbitrary<PageQuery>

/** Addresses as people and programs write them: real names, with good and bad values. */
const someValue = fc.oneof(
  fc.string({ unit: 'binary' }),
  text,
  written,
  boundsOf(written).map((bounds) =>
    bounds.op === 'between' ? `between:${bounds.from};${bounds.to}` : `${bounds.op}:${bounds.at}`,
  ),
  fc
    .tuple(fc.constantFrom('equals', 'contains', 'before', 'after', 'between', 'last', 'on'), text)
    .map((part) => part.join(':')),
  fc.constantFrom(
    '0',
    '1',
    '2',
    '9',
    '-1',
    '1.5',
    '2000',
    '',
    'last:7d',
    'on:today',
    'on:31/02/2026',
    'on:2026-11',
    'contains: 39',
  ),
)
const names = [...filterNames, 'remoteParty', 'page', 'pageSize', 'tz', 'unknown', '__proto__', 'constructor']
const someQuery = fc
  .array(fc.tuple(fc.constantFrom(...names), someValue), { maxLength: 6 })
  .map((pairs) => new URLSearchParams(pairs))

const params = (query: string): URLSearchParams => new URLSearchParams(query)
const pageOf = (query: string): PageQuery => readPageQuery(params(query)).query

describe('the API’s language', () => {
  it('reads what it wrote', () => {
    const property = fc.property(search, fc.option(paging), (asked, pages) => {
      expect(readApiQuery(params(writeApiQuery(asked, pages)))).toEqual({
        ok: true,
        search: asked,
        paging: pages,
      })
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('writes the same text for what it read again', () => {
    const property = fc.property(someQuery, (query) => {
      const first = readApiQuery(query)
      if (!first.ok) return
      const canonical = writeApiQuery(first.search, first.paging)
      const second = readApiQuery(params(canonical))
      expect(second.ok && writeApiQuery(second.search, second.paging)).toBe(canonical)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('answers any junk with a reason', () => {
    const property = fc.property(fc.oneof(someQuery, fc.string({ unit: 'binary' }).map(params)), (query) => {
      const read = readApiQuery(query)
      if (!read.ok) expect([[0, 1].includes(read.reason), read.message.length > 10]).toEqual([true, true])
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('writes plainly: `;` and `:` as they are, `+` always escaped', () => {
    const asked: Search = {
      startTime: {
        op: 'between',
        from: Date.parse('2018-11-01T00:00:00Z'),
        to: Date.parse('2018-11-02T00:00:00Z'),
      },
      remotePartyNumber: { op: 'contains', text: '+39 02' },
      direction: 1,
    }
    expect(writeApiQuery(asked, { page: 1, pageSize: 2 })).toBe(
      'startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:%2B39%2002&direction=1&page=1&pageSize=2',
    )
  })
})

describe('the page’s language', () => {
  it('reads what it wrote, and drops nothing of it', () => {
    const property = fc.property(pageQuery, (query) => {
      expect(readPageQuery(params(writePageQuery(query)))).toEqual({ query, dropped: [] })
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('tidies any junk to an address that stays as it is', () => {
    const property = fc.property(fc.oneof(someQuery, fc.string({ unit: 'binary' }).map(params)), (junk) => {
      const { query } = readPageQuery(junk)
      const tidy = writePageQuery(query)
      expect(readPageQuery(params(tidy))).toEqual({ query, dropped: [] })
      expect(writePageQuery(pageOf(tidy))).toBe(tidy)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('keeps every query of the API, with the same meaning', () => {
    const accepted = fc.oneof(
      someQuery,
      fc.tuple(search, fc.option(paging)).map(([asked, pages]) => params(writeApiQuery(asked, pages))),
    )
    const property = fc.property(accepted, (query) => {
      const api = readApiQuery(query)
      if (!api.ok) return
      const { query: page, dropped } = readPageQuery(query)
      // Only values unknown to the API may be dropped, and page sizes above the page's limit.
      const tooLarge = (api.paging?.pageSize ?? 0) > MAX_PAGE_SIZE
      expect(dropped.filter(({ name }) => name !== 'tz' && !(tooLarge && name === 'pageSize'))).toEqual([])
      expect(resolveSearch(page.search, utc)).toEqual({ search: api.search, impossible: [] })
      if (api.paging && !tooLarge) expect(page).toMatchObject(api.paging)
    })
    fc.assert(property, { numRuns: 4000 })
  })

  it('asks the API only for what the API takes', () => {
    const property = fc.property(pageQuery, ({ search: asked, page, pageSize }) => {
      const resolved = resolveSearch(asked, utc)
      const kept = Object.keys(asked).filter((name) => !resolved.impossible.some((other) => other === name))
      expect(Object.keys(resolved.search).toSorted()).toEqual(kept.toSorted())
      const read = readApiQuery(params(writeApiQuery(resolved.search, { page, pageSize })))
      expect(read.ok).toBe(true)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('names what it drops and keeps the rest', () => {
    const { query, dropped } = readPageQuery(
      params('page=-1&pageSize=abc&direction=9&startTime=on:31/02/2026&ownerUsername=mrossi&tz=Mars/Base'),
    )
    expect(query).toEqual({
      search: { ownerUsername: { op: 'equals', text: 'mrossi' } },
      tz: null,
      page: 0,
      pageSize: 50,
    })
    expect(dropped.map(({ name, value }) => `${name}=${value}`).toSorted()).toEqual([
      'direction=9',
      'page=-1',
      'pageSize=abc',
      'startTime=on:31/02/2026',
      'tz=Mars/Base',
    ])
  })

  it('keeps a reversed range, and does not send it', () => {
    const { query, dropped } = readPageQuery(params('startTime=between:2026-01-02;2026-01-01&direction=1'))
    expect(dropped).toEqual([])
    expect(resolveSearch(query.search, utc)).toEqual({ search: { direction: 1 }, impossible: ['startTime'] })
  })

  it.each([
    ['startTime=last:7d', { op: 'after', at: NOW_MS - 7 * DAY_MS }],
    ['startTime=last:90m', { op: 'after', at: NOW_MS - 90 * 60_000 }],
    ['startTime=on:2026-11-23', { op: 'between', from: Date.UTC(2026, 10, 23), to: Date.UTC(2026, 10, 24) }],
    ['startTime=on:2026-11', { op: 'between', from: Date.UTC(2026, 10), to: Date.UTC(2026, 11) }],
    ['startTime=on:2026', { op: 'between', from: Date.UTC(2026), to: Date.UTC(2027) }],
    ['startTime=after:2026-11-23T10:00', { op: 'after', at: Date.UTC(2026, 10, 23, 10) }],
  ])('resolves %s', (query, startTime) => {
    expect(resolveSearch(pageOf(query).search, utc)).toEqual({ search: { startTime }, impossible: [] })
  })

  it('leaves its defaults out', () => {
    expect(writePageQuery(pageOf('page=0&pageSize=50'))).toBe('')
    expect(writePageQuery(pageOf('pageSize=25&page=3'))).toBe('page=3&pageSize=25')
  })
})

const asked = (query: string): unknown => {
  const read = readApiQuery(params(query))
  return read.ok ? read.search : { reason: read.reason }
}

describe('the contract’s words', () => {
  const noon = Date.parse('2018-11-01T12:00:00Z')
  const midnight = Date.parse('2018-11-01T00:00:00Z')

  it.each<[string, Search]>([
    ['startTime=2018-11-01T12:00:00Z', { startTime: { op: 'equals', at: noon } }],
    ['startTime=equals:2018-11-01T12:00:00Z', { startTime: { op: 'equals', at: noon } }],
    ['startTime=after:2018-11-01T12:00:00', { startTime: { op: 'after', at: noon } }],
    ['startTime=before:2018-11-01', { startTime: { op: 'before', at: midnight } }],
    ['startTime=2018-11-01T12:00:00.0009999Z', { startTime: { op: 'equals', at: noon } }],
    ['startTime=2018-11-01T14:00:00+02:00', { startTime: { op: 'equals', at: noon } }],
    ['startTime=2018-11-01T14:00:00%2B02:00', { startTime: { op: 'equals', at: noon } }],
    ['endTime=between:2018-11-01;2018-11-01', { endTime: { op: 'between', from: midnight, to: midnight } }],
    ['remotePartyNumber=contains:+39', { remotePartyNumber: { op: 'contains', text: '+39' } }],
    ['remotePartyNumber=+39', { remotePartyNumber: { op: 'equals', text: '+39' } }],
    ['remoteParty=contains:02', { remotePartyNumber: { op: 'contains', text: '02' } }],
    ['localPartyNumber=sip:225', { localPartyNumber: { op: 'equals', text: 'sip:225' } }],
    ['ownerUsername=john doe', { ownerUsername: { op: 'equals', text: 'john doe' } }],
    ['direction=equals:2', { direction: 2 }],
    ['direction=1&direction=9', { direction: 1 }],
    ['color=red', {}],
  ])('%s', (query, expected) => {
    expect(asked(query)).toEqual(expected)
  })

  it.each([
    'startTime=before:2018/45/01&direction=5',
    'startTime=2018-02-29',
    'startTime=2018-11-01T24:00:00Z',
    'startTime=2018-11-01T12:00:60Z',
    'startTime=2018-11-01T12:00:00%2B15:00',
    'startTime=2018-11-01T12:00:00.00000000Z',
    'startTime=contains:2018',
    'startTime=last:7d',
    'startTime=between:2018-11-02;2018-11-01',
    'startTime=between:2018-11-01;2018-11-02;2018-11-03',
    'localPartyNumber=contains:22',
    'remotePartyNumber=between:1;2',
    'ownerUsername=',
    'direction=01',
    'direction=1.0',
    'direction=3&page=-1',
  ])('refuses %s as a filter', (query) => {
    expect(asked(query)).toEqual({ reason: 0 })
  })

  it('reads the vendor’s first example', () => {
    const query =
      'page=1&pageSize=2&startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:02&direction=1'
    const expected: PageSearch = {
      startTime: { op: 'between', from: '2018-11-01T00:00:00Z', to: '2018-11-02T00:00:00Z' },
      remotePartyNumber: { op: 'contains', text: '02' },
      direction: 1,
    }
    expect(pageOf(query)).toEqual({ search: expected, tz: null, page: 1, pageSize: 2 })
  })
})

describe('periods', () => {
  it('are read as they are written', () => {
    fc.assert(
      fc.property(period, (value) => {
        expect(readPeriod(writePeriod(value))).toEqual(value)
      }),
    )
  })

  it.each([
    '',
    'tomorrow',
    'Today',
    '26',
    '2026-13',
    '2026-00',
    '2026-1',
    '2026-02-29',
    '2026-11-31',
    '0999',
    '2026-11-23T',
  ])('are not %j', (value) => {
    expect(readPeriod(value)).toBeNull()
  })
})
