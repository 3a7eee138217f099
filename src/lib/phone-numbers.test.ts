import { describe, expect, it } from 'vitest'
import { alsoWritten, cleanNumber } from './phone-numbers.ts'

describe('a typed phone number', () => {
  it.each([
    ['+39 055 717-7313', '+390557177313'],
    ['(055) 717.73/13', '0557177313'],
    ['tel:+39-055-7177313;ext=4', '+390557177313'],
    ['055\u00A0717\u2011\u20137313', '0557177313'],
    ['\u202A+390557177313\u202C', '+390557177313'],
    ['anonymous', 'anonymous'],
  ])('%j is searched as %s', (typed, clean) => expect(cleanNumber(typed)).toBe(clean))
})

describe('other ways to write a number', () => {
  it.each([
    ['+390557177313', ['0557177313', '00390557177313']],
    ['00390557177313', ['0557177313', '+390557177313']],
    ['0557177313', ['+390557177313', '00390557177313']],
    ['3477177313', ['+393477177313', '00393477177313']],
    ['+493012345678', ['00493012345678']],
    ['218', []],
    ['055717', []],
    ['anonymous', []],
  ])('%s', (text, others) => expect(alsoWritten(text)).toEqual(others))
})
