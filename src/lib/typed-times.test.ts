import { describe, expect, it } from 'vitest'
import { readTyped } from './typed-times.ts'

const context = { nowMs: Date.parse('2026-11-23T07:30:00Z'), zone: 'Europe/Rome' }

const read = (text: string, bound: 'from' | 'to' = 'from'): string | null => {
  const typed = readTyped(text, bound, context)
  return typed && new Date(typed.epochMs).toISOString()
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
    ['08:30', '2026-11-23T07:30:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toBe(expected)
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
    expect(readTyped('2026-07-01', 'from', context)?.offsetMinutes).toBe(120)
    expect(readTyped('2026-12-01', 'from', context)?.offsetMinutes).toBe(60)
  })

  it.each(['', '31/02/2026', '2026-13-01', '25:00', '2026-11-23 8:61', 'soon', '2026-11-23 08:30 x', '2026'])(
    'does not read %j',
    (text) => {
      expect(read(text)).toBeNull()
    },
  )
})
