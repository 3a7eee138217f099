import { describe, expect, it } from 'vitest'
import { clockThere, formatExactly, formatMoment, formatOffset } from './moments.ts'

const nowMs = Date.parse('2026-11-23T08:31:00+01:00')
const at = (text: string): number => Date.parse(text)

describe('a moment', () => {
  it('has its year only where that is another', () => {
    expect(formatMoment(at('2026-11-23T14:38:11+01:00'), 'Europe/Rome', nowMs)).toBe('Mon 23 Nov 14:38:11')
    expect(formatMoment(at('2018-11-01T15:39:15+01:00'), 'Europe/Rome', nowMs)).toBe(
      'Thu 01 Nov 2018 15:39:15',
    )
  })

  it('has the year of the zone', () => {
    const silvester = at('2025-12-31T23:30:00Z')
    expect(formatMoment(silvester, 'Europe/Rome', nowMs)).toBe('Thu 01 Jan 00:30:00')
    expect(formatMoment(silvester, 'UTC', nowMs)).toBe('Wed 31 Dec 2025 23:30:00')
  })
})

describe('an exact moment', () => {
  it('names its offset', () => {
    const epochMs = at('2026-09-03T07:31:05Z')
    expect(formatExactly(epochMs, 'Europe/Rome')).toBe('Thursday 3 September 2026 at 09:31:05 UTC+02:00')
    expect(formatExactly(epochMs, 'UTC')).toBe('Thursday 3 September 2026 at 07:31:05 UTC')
  })
})

describe('the clock where a call was recorded', () => {
  const start = { epochMs: at('2026-11-23T14:38:11Z'), offsetMinutes: 120 }

  it('is shown with its offset, and only where it differs', () => {
    expect(clockThere(start, 'Europe/Rome', nowMs)).toEqual({ time: '16:38:11', offset: '+02:00' })
    expect(clockThere(start, 'Europe/Helsinki', nowMs)).toBeNull()
    expect(clockThere({ ...start, offsetMinutes: 0 }, 'Europe/Rome', nowMs)).toEqual({
      time: '14:38:11',
      offset: 'UTC',
    })
  })

  it('has its date where that is another', () => {
    expect(clockThere(start, 'Asia/Tokyo', nowMs)?.time).toBe('16:38:11')
    const late = { epochMs: at('2026-11-23T23:30:00Z'), offsetMinutes: -210 }
    expect(clockThere(late, 'Europe/Rome', nowMs)).toEqual({ time: 'Mon 23 Nov 20:00:00', offset: '-03:30' })
  })

  it('has an offset of hours and minutes', () => {
    expect([345, -570, 60, 0].map(formatOffset)).toEqual(['+05:45', '-09:30', '+01:00', 'UTC'])
  })
})
