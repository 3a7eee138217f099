import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDuration, writeDuration } from './durations.ts'
import { readInstant, toEpochMs, writeOffset, writeRecorded, writeUtc } from './instants.ts'

const [FIRST_MS, LAST_MS] = [Date.parse('0001-01-02T00:00:00Z'), Date.parse('9999-12-30T00:00:00Z')]
const epochMs = fc.integer({ min: FIRST_MS, max: LAST_MS })
const offset = fc.integer({ min: -840, max: 840 })

const epochOf = (text: string): number | null => {
  const written = readInstant(text)
  return written && toEpochMs(written)
}

describe('instants', () => {
  it('are read as the recorder writes them', () => {
    const property = fc.property(epochMs, offset, fc.nat({ max: 9999 }), (at, offsetMinutes, subMsTicks) => {
      const text = writeRecorded(at, offsetMinutes, subMsTicks)
      expect(text).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{7}[+-]\d{2}:\d{2}$/)
      const written = readInstant(text)
      expect(written).toMatchObject({ offsetMinutes, subMsTicks })
      expect(written && toEpochMs(written)).toBe(at)
    })
    fc.assert(property, { numRuns: 1000 })
  })

  it('are read as they are written in UTC, and as `Date` reads them', () => {
    const property = fc.property(epochMs, (at) => {
      expect(epochOf(writeUtc(at))).toBe(at)
      expect(Date.parse(writeUtc(at))).toBe(at)
    })
    fc.assert(property, { numRuns: 1000 })
  })

  it('are always written so that they can be read, even outside the years 1 to 9999', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (at) => {
        expect(epochOf(writeUtc(at))).not.toBeNull()
      }),
    )
    expect(writeUtc(Date.parse('9999-12-31T23:30:00-05:00'))).toBe('9999-12-31T23:59:59.999Z')
    expect(writeUtc(Date.parse('0001-01-01T00:00:00+05:00'))).toBe('0001-01-01T00:00:00Z')
  })

  it('never throw at junk, and are never nonsense', () => {
    const almost = fc.tuple(
      epochMs.map((at) => new Date(at).toISOString()),
      fc.nat({ max: 23 }),
      fc.string({ maxLength: 2 }),
    )
    const junk = fc.oneof(
      fc.string(),
      almost.map(([iso, index, other]) => iso.slice(0, index) + other + iso.slice(index + 1)),
    )
    const property = fc.property(junk, (text) => {
      const at = epochOf(text)
      if (at !== null) expect(Number.isSafeInteger(at)).toBe(true)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it.each([
    ['2018-11-01', '2018-11-01T00:00:00Z'],
    ['2018-11-01T16:39', '2018-11-01T16:39:00Z'],
    ['2018-11-01T16:39:15.0000000+02:00', '2018-11-01T14:39:15Z'],
    ['2018-11-01T16:39:15 02:00', '2018-11-01T14:39:15Z'],
    ['2018-11-01T16:39:15+0200', '2018-11-01T14:39:15Z'],
    ['2018-11-01T16:39:15-03', '2018-11-01T19:39:15Z'],
    ['2018-11-01t16:39:15z', '2018-11-01T16:39:15Z'],
    ['2018-11-01T16:39:15,25Z', '2018-11-01T16:39:15.250Z'],
    ['2018-11-01T16:39:15.1239999Z', '2018-11-01T16:39:15.123Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
  ])('%s is %s', (text, expected) => {
    const at = epochOf(text)
    expect(at !== null && writeUtc(at)).toBe(expected)
  })

  it.each([
    '',
    'now',
    '2018',
    '2018-11',
    '2018/11/01',
    '2018-45-01',
    '2018-02-30',
    '2023-02-29',
    '0000-01-01',
    '2018-11-01T',
    '2018-11-01T25:00',
    '2018-11-01T23:60',
    '2018-11-01T23:59:60Z',
    '2018-11-01T23:59:59.12345678Z',
    '2018-11-01T23:59:59+14:01',
    '2018-11-01T23:59:59+01:60',
    '2018-11-01Z',
    ' 2018-11-01',
    '2018-11-01\n',
    '+002018-11-01T00:00:00Z',
  ])('%j is none', (text) => {
    expect(readInstant(text)).toBeNull()
  })

  it('have an offset only where it is written', () => {
    expect(readInstant('2018-11-01T00:00:00')?.offsetMinutes).toBeNull()
    expect(readInstant('2018-11-01T00:00:00Z')?.offsetMinutes).toBe(0)
    expect(['+00:00', '+05:45', '-03:30']).toEqual([0, 345, -210].map(writeOffset))
  })
})

describe('durations', () => {
  it('are read as they are written', () => {
    const property = fc.property(fc.nat({ max: 1_000_000_000_000 }), (durationMs) => {
      const text = writeDuration(durationMs)
      expect(text).toMatch(/^PT(?=.)(\d+H)?(\d{1,2}M)?(\d{1,2}(\.\d{1,3})?S)?$/)
      expect(readDuration(text)).toBe(durationMs)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('never throw at junk, and are never negative', () => {
    const junk = fc.oneof(fc.string(), fc.stringMatching(/^-?P(\d*[YMWD]){0,3}T?(\d*[.,]?\d*[HMS]){0,3}$/))
    const property = fc.property(junk, (text) => {
      const durationMs = readDuration(text)
      if (durationMs !== null) expect(Number.isSafeInteger(durationMs) && durationMs >= 0).toBe(true)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it.each([
    ['PT0S', 0, 'PT0S'],
    ['PT1M31.87S', 91_870, 'PT1M31.87S'],
    ['PT90M', 5_400_000, 'PT1H30M'],
    ['P1DT2H', 93_600_000, 'PT26H'],
    ['P2W', 1_209_600_000, 'PT336H'],
    ['PT3H', 10_800_000, 'PT3H'],
    ['PT0.0019S', 1, 'PT0.001S'],
    ['PT1,5S', 1500, 'PT1.5S'],
    ['P0D', 0, 'PT0S'],
  ])('%s is %i ms', (text, durationMs, shortest) => {
    expect(readDuration(text)).toBe(durationMs)
    expect(writeDuration(durationMs)).toBe(shortest)
  })

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    '-PT5S',
    'PT-5S',
    '+PT5S',
    '00:01:30',
    '90',
    'pt5s',
    'P1Y',
    'P1M',
    'PT1.5M',
    'PT.5S',
    'PT5S ',
    'PT99999999999999999999H',
  ])('%j is none', (text) => {
    expect(readDuration(text)).toBeNull()
  })
})
