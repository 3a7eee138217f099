import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount } from './numbers.ts'
import { formatDuration, formatTime, formatTyped, speakDuration } from './times.ts'

describe('durations', () => {
  it.each([
    [0, '0:00', '0 seconds'],
    [91_870, '1:32', '1 minute 32 seconds'],
    [3_723_000, '1:02:03', '1 hour 2 minutes 3 seconds'],
    [10_800_000, '3:00:00', '3 hours'],
    [59_600, '1:00', '1 minute'],
  ])('%i ms', (durationMs, shown, spoken) => {
    expect(formatDuration(durationMs)).toBe(shown)
    expect(speakDuration(durationMs)).toBe(spoken)
  })
})

describe('times', () => {
  const epochMs = Date.parse('2026-11-23T07:31:05.250Z')

  it('are shown in the zone', () => {
    expect(formatTime(epochMs, 'Europe/Rome', 'time')).toBe('08:31:05')
    expect(formatTime(epochMs, 'America/New_York', 'time')).toBe('02:31:05')
    expect(formatTime(epochMs, 'Europe/Rome', 'date')).toBe('23 Nov 2026')
    expect(formatTime(epochMs, 'Europe/Rome', 'shortDate')).toBe('23 Nov')
    expect(formatTime(epochMs, 'Asia/Kolkata', 'minute')).toBe('13:01')
    expect(formatTime(epochMs, 'UTC', 'weekday')).toBe('Mon')
  })

  it('keep a year before 100', () => {
    expect(formatTime(Date.parse('0050-03-01T00:00:00Z'), 'UTC', 'date')).toBe('01 Mar 0050')
  })

  it('have no more digits in the form than they need', () => {
    expect(formatTyped(epochMs, 'UTC')).toBe('2026-11-23 07:31:05.250')
    expect(formatTyped(epochMs - 5250, 'UTC')).toBe('2026-11-23 07:31')
    expect(formatTyped(epochMs - 250, 'UTC')).toBe('2026-11-23 07:31:05')
  })
})

describe('numbers', () => {
  it('group their digits', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567')
    expect([800, 24_300, 1_200_000].map(formatBytes)).toEqual(['0.8 KB', '24 KB', '1.2 MB'])
  })
})
