import { describe, expect, it } from 'vitest'
import { readPeriod } from '../contract/periods.ts'
import { makeClock } from './clock.ts'

const now = Date.parse('2026-11-23T07:30:00Z')

function bounds(text: string, zone = 'Europe/Rome', nowMs = now): string[] {
  const period = readPeriod(text)
  if (!period) throw new Error(text)
  return makeClock(nowMs, zone, 'UTC')
    .periodBounds(period)
    .map((ms) => new Date(ms).toISOString().slice(0, 16))
}

describe('the clock of a bookmark', () => {
  it.each([
    ['today', '2026-11-22T23:00', '2026-11-23T23:00'],
    ['yesterday', '2026-11-21T23:00', '2026-11-22T23:00'],
    ['this-week', '2026-11-22T23:00', '2026-11-29T23:00'],
    ['last-week', '2026-11-15T23:00', '2026-11-22T23:00'],
    ['this-month', '2026-10-31T23:00', '2026-11-30T23:00'],
    ['last-month', '2026-09-30T22:00', '2026-10-31T23:00'],
    ['last-7-days', '2026-11-16T23:00', '2026-11-23T23:00'],
    ['last-30-days', '2026-10-24T22:00', '2026-11-23T23:00'],
    ['2026', '2025-12-31T23:00', '2026-12-31T23:00'],
    ['2026-11', '2026-10-31T23:00', '2026-11-30T23:00'],
    ['2026-03-29', '2026-03-28T23:00', '2026-03-29T22:00'],
    ['2026-10-25', '2026-10-24T22:00', '2026-10-25T23:00'],
  ])('bounds %s in Rome', (text, from, to) => {
    expect(bounds(text)).toEqual([from, to])
  })

  it('takes the day from the zone, not from UTC', () => {
    expect(bounds('today', 'Pacific/Auckland')).toEqual(['2026-11-22T11:00', '2026-11-23T11:00'])
    expect(bounds('today', 'America/New_York', Date.parse('2026-11-23T03:00:00Z'))).toEqual([
      '2026-11-22T05:00',
      '2026-11-23T05:00',
    ])
  })

  it('reads a date-time without an offset as UTC, or in the zone that the bookmark names', () => {
    const text = '2026-07-01T12:00:00'
    expect(makeClock(now, null, 'Europe/Rome').epochOf(text)).toBe(Date.parse('2026-07-01T12:00:00Z'))
    expect(makeClock(now, 'Europe/Rome', 'UTC').epochOf(text)).toBe(Date.parse('2026-07-01T10:00:00Z'))
    expect(makeClock(now, 'Europe/Rome', 'UTC').epochOf(`${text}+05:00`)).toBe(
      Date.parse('2026-07-01T07:00:00Z'),
    )
  })
})
