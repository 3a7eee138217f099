import { describe, expect, it } from 'vitest'
import { accountName } from './account-name.ts'

describe('the spellings of one account', () => {
  it.each([
    'mrossi',
    'MRossi',
    'ACME\\mrossi',
    'acme.example\\MROSSI',
    'mrossi@acme.example',
    'mrossi.',
    'mrossi. . ',
    ' mrossi',
    'ｍｒｏｓｓｉ',
    'mro\u200Bssi',
    'mro\u00ADssi\u2060',
    'mrossi\u0000',
    'MROSSI.@ACME.EXAMPLE.',
    'ACME/mrossi',
    'mrössí',
    'mro\u0301ssi',
    'mroßi',
    'mrøssı',
  ])('%j', (typed) => {
    expect(accountName(typed)).toBe('mrossi')
  })

  it('keep marks that make a different letter', () => {
    expect(accountName('กิ')).not.toBe(accountName('กา'))
    expect(accountName('й')).not.toBe(accountName('и'))
  })

  it('differ from those of other accounts', () => {
    const names = ['mrossi', 'm.rossi', 'mrossi2', 'm rossi', 'rossi', '@', '\\', '']
    expect(new Set(names.map(accountName)).size).toBe(names.length)
  })
})
