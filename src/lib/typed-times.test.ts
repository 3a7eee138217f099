import { describe, expect, it } from 'vitest'
import { readTyped, readTypedPair, type TypedTime } from './typed-times.ts'

/** A Monday, at half past eight in the morning. */
const nowMs = Date.parse('2026-11-23T07:30:00Z')
const zone = 'Europe/Rome'
const context = { nowMs, zone, day: null }

const iso = (typed: TypedTime | 'dayless' | null): string | null =>
  typed === null || typed === 'dayless' ? typed : new Date(typed.epochMs).toISOString()

const read = (text: string, bound: 'from' | 'to' = 'from', day: string | null = null): string | null =>
  iso(readTyped(text, bound, { ...context, day }))

const offsetOf = (text: string): number | null => {
  const typed = readTyped(text, 'from', context)
  return typed === null || typed === 'dayless' ? null : typed.offsetMinutes
}

const readPair = (text: string, day: string | null = null): readonly (string | null)[] | string | null => {
  const pair = readTypedPair(text, { ...context, day })
  return pair === null || pair === 'dayless' ? pair : pair.map(iso)
}

describe('typed times', () => {
  it.each([
    ['2026-11-23', '2026-11-22T23:00:00.000Z'],
    ['2026-11-23 08:30', '2026-11-23T07:30:00.000Z'],
    ['2026-11-23T08:30:15', '2026-11-23T07:30:15.000Z'],
    ['2026-11-23T08:30:15.250Z', '2026-11-23T08:30:15.250Z'],
    ['2026-11-23T08:30:00+05:00', '2026-11-23T03:30:00.000Z'],
    ['23/11/2026', '2026-11-22T23:00:00.000Z'],
    ['1.7.2026 8.05', '2026-07-01T06:05:00.000Z'],
    ['  today ', '2026-11-22T23:00:00.000Z'],
    ['Yesterday 14:00', '2026-11-22T13:00:00.000Z'],
    ['23.11.26', '2026-11-22T23:00:00.000Z'],
    ['23-11-26', '2026-11-22T23:00:00.000Z'],
    ['23/11', '2026-11-22T23:00:00.000Z'],
    ['23.11', '2026-11-22T23:00:00.000Z'],
    ['23.11.', '2026-11-22T23:00:00.000Z'],
    ['23/11 14:30', '2026-11-23T13:30:00.000Z'],
    ['23 nov', '2026-11-22T23:00:00.000Z'],
    ['23 Nov 2026', '2026-11-22T23:00:00.000Z'],
    ['nov 23', '2026-11-22T23:00:00.000Z'],
    ['22nd November, 3pm', '2026-11-22T14:00:00.000Z'],
    ['Mon, 23 Nov 2026', '2026-11-22T23:00:00.000Z'],
    ['Mon 23 Nov 14:38:11', '2026-11-23T13:38:11.000Z'],
    ['mon', '2026-11-22T23:00:00.000Z'],
    ['monday', '2026-11-22T23:00:00.000Z'],
    ['Tue', '2026-11-16T23:00:00.000Z'],
    ['sun', '2026-11-21T23:00:00.000Z'],
    ['mon 14:30', '2026-11-23T13:30:00.000Z'],
    ['yesterday 3pm', '2026-11-22T14:00:00.000Z'],
    ['now', '2026-11-23T07:30:00.000Z'],
    ['-2h', '2026-11-23T05:30:00.000Z'],
    ['−30m', '2026-11-23T07:00:00.000Z'],
    ['-7d', '2026-11-16T07:30:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    ['14:30', '2026-11-19T13:30:00.000Z'],
    ['15', '2026-11-19T14:00:00.000Z'],
    ['3pm', '2026-11-19T14:00:00.000Z'],
    ['3:30 pm', '2026-11-19T14:30:00.000Z'],
    ['3.30pm', '2026-11-19T14:30:00.000Z'],
    ['12am', '2026-11-18T23:00:00.000Z'],
    ['12:15 PM', '2026-11-19T11:15:00.000Z'],
  ])('reads %s on the chosen day, and asks for the day where there is none', (text, expected) => {
    expect(read(text, 'from', '2026-11-19')).toBe(expected)
    expect(read(text)).toBe('dayless')
  })

  it('reads a date without a year as the latest that is not in the future', () => {
    expect(read('24/11')).toBe('2025-11-23T23:00:00.000Z')
    expect(read('24 nov')).toBe('2025-11-23T23:00:00.000Z')
    expect(read('dec 31')).toBe('2025-12-30T23:00:00.000Z')
    expect(read('29/2')).toBeNull()
  })

  it('covers the day where To is a date alone, whatever its length', () => {
    expect(read('2026-03-29', 'to')).toBe('2026-03-29T22:00:00.000Z')
    expect(read('2026-10-25', 'to')).toBe('2026-10-25T23:00:00.000Z')
  })

  it('covers both occurrences of a repeated time', () => {
    expect(read('2026-10-25 02:30')).toBe('2026-10-25T00:30:00.000Z')
    expect(read('2026-10-25 02:30', 'to')).toBe('2026-10-25T01:30:00.000Z')
  })

  it('gives the offset of the zone at that time', () => {
    expect(offsetOf('2026-07-01')).toBe(120)
    expect(offsetOf('2026-12-01')).toBe(60)
  })

  it.each([
    '',
    '31/02/2026',
    '31/11',
    '2026-13-01',
    '2026',
    'tue 23 nov 2026',
    'mo',
    'soon',
    '25:00',
    '24',
    '8.30',
    '13pm',
    '0pm',
    '15:30 pm',
    '2026-11-23 8:61',
    '2026-11-23 08:30 x',
    'mon 15',
    '-2',
    '23 november x',
  ])('does not read %j', (text) => {
    expect(read(text, 'from', '2026-11-23')).toBeNull()
  })
})

describe('two times in one text', () => {
  it.each([
    ['14:30-15:30', '2026-11-19T13:30:00.000Z', '2026-11-19T14:30:00.000Z'],
    ['14:30 – 15:30', '2026-11-19T13:30:00.000Z', '2026-11-19T14:30:00.000Z'],
    ['3pm to 4pm', '2026-11-19T14:00:00.000Z', '2026-11-19T15:00:00.000Z'],
    ['yesterday 14:30-15:30', '2026-11-22T13:30:00.000Z', '2026-11-22T14:30:00.000Z'],
    ['2026-11-20 14:30-15:30', '2026-11-20T13:30:00.000Z', '2026-11-20T14:30:00.000Z'],
    ['20/11 - 22/11', '2026-11-19T23:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['-2h - now', '2026-11-23T05:30:00.000Z', '2026-11-23T07:30:00.000Z'],
  ])('reads %s', (text, from, to) => {
    expect(readPair(text, '2026-11-19')).toEqual([from, to])
  })

  it('asks for the day where none is chosen', () => {
    expect(readPair('14:30-15:30')).toBe('dayless')
  })

  it.each(['', '14:30', '2026-11-23', '9-17', '23-25 nov', '3 nov-5', '14:30-', '14:30-soon'])(
    'does not read %j as two',
    (text) => {
      expect(readPair(text, '2026-11-23')).toBeNull()
    },
  )
})
