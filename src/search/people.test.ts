import { describe, expect, it } from 'vitest'
import { personCalled, personLabel, suggestPeople } from './people.ts'

const person = (username: string, name: string | null, group: string | null = null) => ({
  username,
  name,
  group,
})
const maria = person('mrossi', 'Rossi, Maria', 'Sales')
const pierre = person('plefevre', 'Lefèvre, Pierre')
const nameless = person('Agent', null)
const people = [maria, pierre, nameless]

it('a person is labelled by name and username, or by the username alone', () => {
  expect(people.map(personLabel)).toEqual(['Rossi, Maria · mrossi', 'Lefèvre, Pierre · plefevre', 'Agent'])
})

describe('a text', () => {
  it.each([
    ['mrossi', maria],
    ['MRossi ', maria],
    ['rossi, maria', maria],
    ['Maria Rossi', maria],
    ['pierre lefevre', pierre],
    ['agent', nameless],
    ['rossi', undefined],
    ['', undefined],
  ])('names the person whose username or whole name it is: %j', (text, called) => {
    expect(personCalled(text, people)).toBe(called)
  })

  it('names nobody where two people share the name, unless it is a username too', () => {
    const other = person('mrossi2', 'Rossi, Maria')
    expect(personCalled('rossi maria', [maria, other])).toBeUndefined()
    expect(personCalled('rossi maria', [maria, { ...maria, username: 'MROSSI' }])).toBe(maria)
    expect(personCalled('mrossi2', [maria, other])).toBe(other)
  })
})

describe('suggestions', () => {
  const seen = people.map(({ username, name }) => ({ username, name }))

  it('come from the page before there is an answer', () => {
    expect(suggestPeople('ross', [], seen, 10)).toEqual([{ ...maria, group: null }])
    expect(suggestPeople('lefevre', [], seen, 10)).toEqual([pierre])
    expect(suggestPeople('maria r', [], seen, 10)).toEqual([{ ...maria, group: null }])
    expect(suggestPeople('nobody', [], seen, 10)).toEqual([])
  })

  it('begin with the answer, which knows more, and name nobody twice', () => {
    const other = person('prossi', 'Rossi, Paolo')
    const answer = [other, { ...maria, username: 'MRossi' }]
    expect(suggestPeople('rossi', answer, seen, 10)).toEqual(answer)
  })

  it('are all owners on the page for an empty text, and never too many', () => {
    expect(suggestPeople('', [], seen, 10).map(({ username }) => username)).toEqual([
      'mrossi',
      'plefevre',
      'Agent',
    ])
    expect(suggestPeople('', [], seen, 2)).toHaveLength(2)
  })
})
