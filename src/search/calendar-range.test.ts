import { describe, expect, it } from 'vitest'
import { makeClock } from '../clock/clock.ts'
import { daysOf, moveBound, onDays, wholeDays } from './calendar-range.ts'

const clock = makeClock(Date.parse('2026-11-23T07:31:00Z'), 'Europe/Rome')

describe('the calendar’s range', () => {
  it('has the days of its bounds, and of one where the other is missing', () => {
    expect(daysOf({ from: '2026-11-20 14:30', to: '2026-11-22' })).toEqual(['2026-11-20', '2026-11-22'])
    expect(daysOf({ from: '2026-11-20 14:30', to: '' })).toEqual(['2026-11-20', '2026-11-20'])
    expect(daysOf({ from: '', to: '' })).toBeNull()
  })

  it('keeps its times on other days, unless they would be reversed or in the future', () => {
    const afternoon = { from: '2026-11-20 14:30', to: '2026-11-20 15:30' }
    expect(onDays(afternoon, ['2026-11-19', '2026-11-19'], clock)).toEqual({
      from: '2026-11-19 14:30',
      to: '2026-11-19 15:30',
    })
    const night = { from: '2026-11-20 22:00', to: '2026-11-21 06:00' }
    const tuesday = { from: '2026-11-17', to: '2026-11-17' }
    expect(onDays(night, ['2026-11-17', '2026-11-17'], clock)).toEqual(tuesday)
    const today = { from: '2026-11-23', to: '2026-11-23' }
    expect(onDays(afternoon, ['2026-11-23', '2026-11-23'], clock)).toEqual(today)
    expect(onDays({ from: '', to: '' }, ['2026-11-17', '2026-11-17'], clock)).toEqual(tuesday)
  })

  it('grows by a quarter of an hour, past midnight and over a change of the clocks', () => {
    const day = { from: '2026-11-20', to: '2026-11-20' }
    expect(moveBound(day, 'from', -15, clock)).toEqual({ from: '2026-11-19 23:45', to: '2026-11-20' })
    expect(moveBound(day, 'to', 15, clock)).toEqual({ from: '2026-11-20', to: '2026-11-21 00:15' })
    const spring = { from: '2026-03-29 03:00', to: '' }
    expect(moveBound(spring, 'from', -15, clock).from).toBe('2026-03-29 01:45')
    expect(moveBound(spring, 'to', 15, clock)).toEqual(spring)
  })

  it('becomes whole days', () => {
    const days = { from: '2026-11-20', to: '2026-11-21' }
    expect(wholeDays({ from: '2026-11-20 14:30', to: '2026-11-21 15:00' })).toEqual(days)
    expect(wholeDays({ from: '2026-11-20 14:30', to: '' })).toEqual({ from: '2026-11-20', to: '2026-11-20' })
  })
})
