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
    ['03052684287', '030 5268 4287'],
    ['+49305268', '+49 305 268'],
    ['+4930526', '+49 305 26'],
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
    expect(markup).toContain(
      '+39<span class="gap-before gap-after">055</span>717<span class="gap-before">7313</span>',
    )
    expect(markup.replaceAll(/<[^>]*>/g, '')).toBe('+390557177313')
  })

  it.each([
    [
      '+390557177313',
      '055',
      '+39<mark class="gap-before gap-after">055</mark>717<span class="gap-before">7313</span>',
    ],
    ['0557177313', '055', '<mark class="gap-after">055</mark>717<span class="gap-before">7313</span>'],
    ['0557177313', '71', '055<mark class="gap-before">71</mark>7<span class="gap-before">7313</span>'],
    ['0557177313', '5', '0<mark>5</mark>5<span class="gap-before gap-after">717</span>7313'],
    ['980200', '02', '98<mark class="gap-after">0</mark><mark>2</mark>00'],
    ['218', '1', '2<mark>1</mark>8'],
    ['218', '9', '218'],
    ['\u202e1234', '12', String.raw`\u{202e}<mark>12</mark>34`],
  ])('%s with %s marked', (number, wanted, markup) => {
    expect(renderToStaticMarkup(createElement('bdi', null, phoneNodes(number, wanted)))).toContain(
      `<bdi>${markup}`,
    )
  })
})
