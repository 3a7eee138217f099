import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isFromStart,
  placeRange,
  readContentStart,
  readRange,
  writeContentRange,
  writeRange,
} from './ranges.ts'

/** The part that is answered, by default of 1,000 bytes. */
const placed = (header: string | undefined, size = 1000) => {
  const asked = readRange(header)
  return asked && placeRange(asked, size)
}

describe('a range', () => {
  it.each([
    ['bytes=0-', { start: 0, end: 999 }],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=100-199', { start: 100, end: 199 }],
    ['bytes=900-5000', { start: 900, end: 999 }],
    ['bytes=-100', { start: 900, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['  Bytes=007-8 ', { start: 7, end: 8 }],
  ])('%j is a part', (header, expected) => {
    expect(placed(header)).toEqual(expected)
  })

  it.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0', `bytes=${'9'.repeat(400)}-`])(
    '%j lies outside of 1,000 bytes',
    (header) => {
      expect(readRange(header)).not.toBeNull()
      expect(placed(header)).toBeNull()
    },
  )

  it.each(['bytes=0-', 'bytes=0-0', 'bytes=-1'])('%j lies outside of nothing', (header) => {
    expect(readRange(header)).not.toBeNull()
    expect(placed(header, 0)).toBeNull()
  })

  it.each([
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=abc',
    'bytes=5-1',
    'items=0-5',
    'bytes=0-1,5-9',
    'bytes=0--1',
  ])('%j asks for the whole', (header) => {
    expect(readRange(header)).toBeNull()
  })

  it('reads the same after it was written', () => {
    const range = fc
      .tuple(fc.nat(), fc.nat())
      .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }))
    fc.assert(
      fc.property(range, ({ start, end }) => {
        expect(placed(writeRange({ start, end }), end + 1)).toEqual({ start, end })
        expect(readContentStart(writeContentRange({ start, end }, end + 1))).toBe(start)
      }),
    )
    expect(writeContentRange(null, 5)).toBe('bytes */5')
  })
})

describe('the start of the audio', () => {
  it.each([undefined, 'bytes=0-', 'bytes=00-', 'bytes=0-0', 'bytes=0-99', 'bytes=5-1', 'bytes=9-10,20-30'])(
    'is asked for by %j',
    (header) => {
      expect(isFromStart(readRange(header))).toBe(true)
    },
  )

  it.each(['bytes=1-', 'bytes=1-9', 'bytes=-100', 'bytes=-0'])('is not asked for by %j', (header) => {
    expect(isFromStart(readRange(header))).toBe(false)
  })
})

describe('what a Content-Range says', () => {
  it.each([null, '', 'bytes */5', 'items 1-2/3', 'bytes -5/9'])('is no first byte in %j', (header) => {
    expect(readContentStart(header)).toBeNull()
  })
})
