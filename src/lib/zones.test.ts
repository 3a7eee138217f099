import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addDays,
  epochOfWall,
  monthStart,
  offsetMinutesAt,
  startOfDate,
  wallTime,
  weekStart,
} from './zones.ts'

const zones = [
  'UTC',
  'Europe/Rome',
  'America/New_York',
  'Asia/Kolkata',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
]
const HOUR = 3_600_000

const dayHours = (date: string, zone: string): number =>
  (startOfDate(addDays(date, 1), zone) - startOfDate(date, zone)) / HOUR

/** The results must not depend on the machine's own zone, so the tests run in three of them. */
describe.each([
  ['UTC', 0],
  ['America/New_York', 300],
  ['Pacific/Auckland', -720],
])('zones, on a machine in %s', (hostZone, minutesBehindUtc) => {
  const before = process.env.TZ
  beforeAll(() => {
    process.env.TZ = hostZone
  })
  afterAll(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })

  it('runs in that zone', () => {
    expect(new Date(2026, 0, 1).getTimezoneOffset() + (hostZone === 'Pacific/Auckland' ? 60 : 0)).toBe(
      minutesBehindUtc,
    )
  })

  it('knows the days of 23 and 25 hours', () => {
    expect(dayHours('2026-03-29', 'Europe/Rome')).toBe(23)
    expect(dayHours('2026-10-25', 'Europe/Rome')).toBe(25)
    expect(dayHours('2026-10-26', 'Europe/Rome')).toBe(24)
    expect(dayHours('2026-10-04', 'Australia/Lord_Howe')).toBe(23.5)
  })

  it('starts a day whose midnight is skipped when the clocks resume', () => {
    expect(wallTime(startOfDate('2026-04-24', 'Africa/Cairo'), 'Africa/Cairo')).toBe(
      '2026-04-24T01:00:00.000',
    )
  })

  it('reads a repeated time as its first or its second occurrence', () => {
    const first = epochOfWall('2026-10-25T02:30:00.000', 'Europe/Rome')
    const second = epochOfWall('2026-10-25T02:30:00.000', 'Europe/Rome', true)
    expect(new Date(first).toISOString()).toBe('2026-10-25T00:30:00.000Z')
    expect(second - first).toBe(HOUR)
  })

  it('finds every instant again from its local time', () => {
    const instants = fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2037, 0) })
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (epochMs, zone) => {
        const wall = wallTime(epochMs, zone)
        const readings = [epochOfWall(wall, zone), epochOfWall(wall, zone, true)]
        expect(readings).toContain(epochMs)
        expect(wallTime(epochMs, 'UTC')).toBe(new Date(epochMs).toISOString().slice(0, -1))
      }),
      { numRuns: 500 },
    )
  })

  it('gives the offset in minutes east of UTC', () => {
    expect(offsetMinutesAt(Date.UTC(2026, 6, 1), 'Europe/Rome')).toBe(120)
    expect(offsetMinutesAt(Date.UTC(2026, 0, 1), 'America/New_York')).toBe(-300)
    expect(offsetMinutesAt(Date.UTC(2026, 0, 1), 'Asia/Kolkata')).toBe(330)
  })

  it('walks the calendar', () => {
    expect(weekStart('2026-11-23')).toBe('2026-11-23')
    expect(weekStart('2026-11-22')).toBe('2026-11-16')
    expect(monthStart('2026-01-31', -1)).toBe('2025-12-01')
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
  })
})
