import { assert, oneof, property, string, stringMatching } from 'fast-check'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { phoneGroups, phoneNodes, PhoneNumber } from './number.tsx'

describe('a phone number', () => {
  it.each([
    ['+390557177313', '+39 055 717 7313'],
    ['+14155552671', '+1 415 555 2671'],
    ['+442079460018', '+44 207 946 0018'],
    ['+351213456789', '+351 213 456 789'],
    ['00390557177313', '0039 055 717 7313'],
    ['0557177313', '055 717 7313'],
    ['980200', '980 200'],
  ])('%s is read in groups', (text, groups) => {
    expect(phoneGroups(text).join(' ')).toBe(groups)
  })

  it.each(['', '218', '47110', 'anonymous', '+39 055 7177313', 'sip:218@example', '+', '*21#'])(
    '"%s" stays in one piece',
    (text) => {
      expect(phoneGroups(text)).toEqual([text])
    },
  )

  it('keeps every character, in groups of two to four digits after the code', () => {
    const digits = stringMatching(/^(?:\+|00)?\d{0,20}$/)
    assert(
      property(oneof(digits, string()), (text) => {
        const groups = phoneGroups(text)
        expect(groups.join('')).toBe(text)
        for (const group of groups.slice(1)) expect(group).toMatch(/^\d{2,4}$/)
      }),
    )
  })

  it('is copied as it is recorded', () => {
    const markup = renderToStaticMarkup(createElement(PhoneNumber, null, '+390557177313'))
    expect(markup.match(/<span/g), 'gaps between four groups').toHaveLength(3)
    expect(markup.replaceAll(/<[^>]*>/g, '')).toBe('+390557177313')
  })

  it.each([
    ['+390557177313', '055', '+39<mark class="digits">055</mark><span class="digits">717</span>'],
    ['0557177313', '055', '<mark>055</mark><span class="digits">717</span><span class="digits">7313</span>'],
    ['980200', '02', '<span>98<mark>0</mark></span><span class="digits"><mark>2</mark>00</span>'],
    ['218', '1', '<span>2<mark>1</mark>8</span>'],
    ['218', '9', '218'],
    ['\u202e1234', '12', String.raw`<span>\u{202e}<mark>12</mark>34</span>`],
  ])('%s with %s marked', (number, wanted, markup) => {
    expect(renderToStaticMarkup(createElement('bdi', null, phoneNodes(number, wanted)))).toContain(
      `<bdi>${markup}`,
    )
  })
})
