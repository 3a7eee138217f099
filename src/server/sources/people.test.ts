import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Person } from '../../contract/people.ts'
import { entryOf, findPeople, foldName, inOrder, ownersOf } from './people.ts'

const person = (username: string, name: string | null = null): Person => ({ username, name, group: null })

const everybody = [
  person('mrossi', 'Rossi, Maria'),
  person('maria', 'Verdi, Anna'),
  person('jlefevre', 'Lefèvre, José'),
  person('gross', 'Groß, Jürgen'),
  person('dangelo', 'D’Angelo, Rosa'),
  person('x_100%', 'Meier-Rossini, Eva'),
  person('Ωmega', 'Παπαδόπουλος, Δήμος'),
  person('alyona', 'Семёнова, Алёна'),
  person('zorro'),
  person('2201'),
]
const sorted = (people: readonly Person[]) => people.map(entryOf).toSorted(inOrder)
const find = (q: string, limit = 50): string[] =>
  findPeople(sorted(everybody), q, limit).map(({ username }) => username)

describe('people are found by', () => {
  it.each([
    ['mrossi', ['mrossi']],
    ['MROSSI ', ['mrossi']],
    ['maria rossi', ['mrossi']],
    ['rossi ma', ['mrossi']],
    ['Rossi, Maria', ['mrossi']],
    ['  rossi,ma', ['mrossi']],
    ['lefevre', ['jlefevre']],
    ['LEFÈVRE jose', ['jlefevre']],
    ['lefe\u0300vre', ['jlefevre']],
    ['gross jurgen', ['gross']],
    ['GROẞ', ['gross']],
    ['angelo', ['dangelo']],
    ['d’angelo', ['dangelo']],
    ['παπαδοπουλοσ', ['Ωmega']],
    ['ΔΗΜΟΣ', ['Ωmega']],
    ['семенова алена', ['alyona']],
    ['22', ['2201']],
    ['100%', ['x_100%']],
    ['_', ['x_100%']],
    ['%', ['x_100%']],
    ['rossi verdi', []],
    ['*', []],
    ['\0', []],
    ['.*', []],
  ])('%j', (q, expected) => {
    expect(find(q)).toEqual(expected)
  })
})

describe('the best match', () => {
  it('is the exact username, then a beginning, then any part, and by name within each', () => {
    // The username `maria`; names of which a word begins so; and then `ossi` within words.
    expect(find('maria')).toEqual(['maria', 'mrossi'])
    expect(find('ro')).toEqual(['dangelo', 'x_100%', 'mrossi', 'gross', 'zorro'])
    expect(find('ross')).toEqual(['x_100%', 'mrossi', 'gross'])
  })

  it('without a word is the first by name, or by username where there is no name', () => {
    const all = find('')
    expect(all).toHaveLength(everybody.length)
    expect(all.slice(0, 4)).toEqual(['2201', 'dangelo', 'gross', 'jlefevre'])
    expect(find(' , ')).toEqual(all)
    expect(find('', 3)).toEqual(all.slice(0, 3))
  })

  it('comes with no more than were asked for', () => {
    expect(find('o', 2)).toEqual(find('o').slice(0, 2))
  })
})

const texts = fc.string({ unit: fc.constantFrom(...'aAàßσςΣ й,-_%’ I\u0307'), maxLength: 8 })
const people = fc.array(fc.record({ username: texts, name: fc.option(texts), group: fc.constant(null) }), {
  maxLength: 12,
})

it('finds exactly those who have every word, each once, whatever was typed', () => {
  const property = fc.property(people, texts, (all, q) => {
    const found = findPeople(sorted(all), q, 50)
    const words = foldName(q)
      .split(/[\s,]+/)
      .filter((word) => word !== '')
    const has = (one: Person): boolean => {
      const [username, name] = [foldName(one.username), foldName(one.name ?? '')]
      return (
        username === foldName(q.trim()) ||
        words.every((word) => username.includes(word) || name.includes(word))
      )
    }
    expect(new Set(found)).toEqual(new Set(all.filter(has)))
    expect(found).toHaveLength(new Set(found).size)
  })
  fc.assert(property, { numRuns: 2000 })
})

it('takes the case of a name for nothing', () => {
  const property = fc.property(texts, (text) => {
    expect(foldName(foldName(text))).toBe(foldName(text))
    expect(foldName(text.toLowerCase())).toBe(foldName(text))
  })
  fc.assert(property, { numRuns: 2000 })
})

it('reads the owners of rows of any shape', () => {
  const rows = [{ ownerUsername: 'a' }, { ownerUsername: 'A' }, { ownerUsername: 'a' }, { ownerUsername: '' }]
  expect(ownersOf([...rows, { ownerUsername: 7 }, {}, null, 'x', 3])).toEqual(['a', 'A'])
})
