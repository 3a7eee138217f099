import { describe, expect, it } from 'vitest'
import { timeKind, type PageTimeFilter } from '../contract/filter-kinds.ts'
import { makeClock } from '../clock/clock.ts'
import { describeTime } from './describe.ts'
import { boundTexts, readBounds, resolvedTexts } from './time-bounds.ts'

const clock = makeClock(Date.parse('2026-11-23T07:31:00Z'), 'Europe/Rome')

const read = (from: string, to: string): string | null => {
  const { value } = readBounds({ from, to }, clock)
  return value ? timeKind.writePage(value) : null
}

const filter = (text: string): PageTimeFilter => {
  const value = timeKind.readPage(text)
  if (!value) throw new Error(text)
  return value
}

/** Reads texts in place of those that the form shows of the chosen value. `=` leaves a text as it is. */
function readUnder(chosen: string, from: string, to: string) {
  const value = chosen === '' ? undefined : filter(chosen)
  const shown = boundTexts(value, clock)
  const texts = { from: from === '=' ? shown.from : from, to: to === '=' ? shown.to : to }
  const result = readBounds(texts, clock, value)
  return { ...result, value: result.value && timeKind.writePage(result.value) }
}

describe('the two texts of a range', () => {
  it.each([
    ['2026-11-23', '', 'after:2026-11-23T00:00:00+01:00'],
    ['', '2026-11-23', 'before:2026-11-24T00:00:00+01:00'],
    ['2026-11-23', '2026-11-23', 'between:2026-11-23T00:00:00+01:00;2026-11-24T00:00:00+01:00'],
    ['2026-10-25', '2026-10-25', 'between:2026-10-25T00:00:00+02:00;2026-10-26T00:00:00+01:00'],
    ['2026-11-23 08:30', '2026-11-23 09:00', 'between:2026-11-23T08:30:00+01:00;2026-11-23T09:00:00+01:00'],
    ['', '', null],
  ])('reads From %j and To %j', (from, to, expected) => {
    expect(read(from, to)).toBe(expected)
  })

  it('names the text that is not a time, and gives no filter', () => {
    expect(readBounds({ from: 'soon', to: '2026-11-23' }, clock)).toEqual({
      value: undefined,
      unread: ['from'],
    })
    expect(readBounds({ from: 'soon', to: '99' }, clock).unread).toEqual(['from', 'to'])
  })

  it.each([
    ['on:yesterday', '14:30', '', 'after:2026-11-22T14:30:00+01:00'],
    ['on:yesterday', '', '3pm', 'before:2026-11-22T15:00:00+01:00'],
    ['on:yesterday', '14:30', '15:30', 'between:2026-11-22T14:30:00+01:00;2026-11-22T15:30:00+01:00'],
    ['on:2026-11-20', '14:30', '15:30', 'between:2026-11-20T14:30:00+01:00;2026-11-20T15:30:00+01:00'],
    ['on:today', '08:00', '', 'after:2026-11-23T08:00:00+01:00'],
    // Another day as From is typed, and as it is chosen.
    ['on:yesterday', '20/11 14:30', '15:30', 'between:2026-11-20T14:30:00+01:00;2026-11-20T15:30:00+01:00'],
    ['', 'fri', '15:30', 'between:2026-11-20T00:00:00+01:00;2026-11-20T15:30:00+01:00'],
    [
      'after:2026-11-20T08:00:00+01:00',
      '=',
      '15:30',
      'between:2026-11-20T08:00:00+01:00;2026-11-20T15:30:00+01:00',
    ],
    // The day that is already in the field.
    ['after:2026-11-20T08:00:00+01:00', '14:30', '', 'after:2026-11-20T14:30:00+01:00'],
    ['before:2026-11-21T00:00:00+01:00', '', '14:30', 'before:2026-11-20T14:30:00+01:00'],
    [
      'between:2026-11-19T08:00:00+01:00;2026-11-20T18:00:00+01:00',
      '=',
      '14:30',
      'between:2026-11-19T08:00:00+01:00;2026-11-20T14:30:00+01:00',
    ],
    // Both bounds in one field.
    ['on:yesterday', '14:30-15:30', '', 'between:2026-11-22T14:30:00+01:00;2026-11-22T15:30:00+01:00'],
    ['', '', 'fri 14:30-15:30', 'between:2026-11-20T14:30:00+01:00;2026-11-20T15:30:00+01:00'],
  ])('under %j reads From %j and To %j as %s', (chosen, from, to, expected) => {
    expect(readUnder(chosen, from, to)).toEqual({ value: expected, unread: [] })
  })

  it('keeps a bound whose text is not changed, in the hour that comes twice', () => {
    const rome = makeClock(clock.nowMs, 'Europe/Rome')
    const current = filter('after:2026-10-25T02:30:00+01:00')
    const { from } = boundTexts(current, rome)
    const { value } = readBounds({ from, to: '25/10/2026 04:00' }, rome, current)
    expect(value && timeKind.writePage(value)).toBe(
      'between:2026-10-25T02:30:00+01:00;2026-10-25T04:00:00+01:00',
    )
  })

  it.each([
    ['', '14:30', '', ['from']],
    ['on:last-7-days', '', '14:30', ['to']],
    ['', '14:30', '15:30', ['from', 'to']],
    ['', '14:30-15:30', '', ['from']],
  ])('under %j asks for the day of From %j and To %j', (chosen, from, to, of) => {
    expect(readUnder(chosen, from, to)).toEqual({
      value: undefined,
      unread: [],
      question: { ask: 'day', of },
    })
  })

  it('asks back where From is in the future, unless the bookmark has it so', () => {
    const question = { ask: 'past', of: ['from'] }
    expect(readUnder('on:today', '09:00', '')).toEqual({ value: undefined, unread: [], question })
    expect(readUnder('', '2026-12-24', '')).toEqual({ value: undefined, unread: [], question })
    expect(readUnder('', 'today', '2026-12-24').value).toBeDefined()
    expect(readUnder('after:2026-12-24T00:00:00+01:00', '=', '2026-12-31').value).toBeDefined()
  })

  it.each([
    ['after:2026-11-23T00:00:00+01:00', { from: '2026-11-23', to: '' }],
    ['before:2026-11-24T00:00:00+01:00', { from: '', to: '2026-11-23' }],
    [
      'between:2026-11-23T07:30:00Z;2026-11-23T08:00:00.250Z',
      { from: '2026-11-23 08:30', to: '2026-11-23 09:00:00.250' },
    ],
    ['on:today', { from: '', to: '' }],
  ])('shows %s', (text, expected) => {
    expect(boundTexts(filter(text), clock)).toEqual(expected)
  })

  it.each(['after:2026-11-23T00:00:00+01:00', 'between:2026-10-25T00:00:00+02:00;2026-10-26T00:00:00+01:00'])(
    'reads back what it shows of %s',
    (text) => {
      const { from, to } = boundTexts(filter(text), clock)
      expect(read(from, to)).toBe(text)
    },
  )

  it('show the current bounds of a period', () => {
    expect(resolvedTexts(filter('on:last-7-days'), clock)).toEqual({ from: '2026-11-17', to: '2026-11-23' })
    expect(resolvedTexts(filter('last:1h'), clock)).toEqual({ from: '2026-11-23 07:31', to: '' })
  })
})

describe('a time filter in words', () => {
  it.each([
    ['on:last-7-days', 'Last 7 days'],
    ['last:90m', 'Last 90 minutes'],
    ['on:2026-11', 'November 2026'],
    ['on:2026', '2026'],
    ['on:2026-11-23', 'Mon 23 Nov'],
    ['after:2026-11-23T00:00:00+01:00', 'from 2026-11-23'],
    ['before:2026-11-24T00:00:00+01:00', 'until 2026-11-23'],
    ['between:2026-11-23T00:00:00+01:00;2026-11-24T00:00:00+01:00', '2026-11-23'],
    ['between:2026-11-22T00:00:00+01:00;2026-11-24T00:00:00+01:00', '2026-11-22 – 2026-11-23'],
  ])('%s', (text, expected) => {
    expect(describeTime(filter(text), clock)).toBe(expected)
  })
})
