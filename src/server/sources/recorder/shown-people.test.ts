/** The bounds of what is remembered for users, and that no user finds what another was shown. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_NAME_LENGTH, ShownPeople, type ShownLimits } from './shown-people.ts'

let nowMs = 0
const open = (limits: Partial<ShownLimits> = {}) => new ShownPeople({ steadyMs: () => nowMs, limits })
const row = (ownerUsername: string) => ({ ownerUsername })
const found = (people: ShownPeople, user: string): string[] =>
  people.find('', 50, user).map(({ username }) => username)

describe('what is remembered', () => {
  it('is so many owners of a user, those who were shown last', () => {
    const people = open({ owners: 2 })
    people.pageShown('ada', ['a', 'b', 'A', 'c'].map(row))
    expect(found(people, 'ada')).toEqual(['a', 'c'])
  })

  it('is so many users, those who asked last', () => {
    const people = open({ users: 2 })
    for (const user of ['ada', 'boss']) people.pageShown(user, [row(user)])
    people.touch('ada')
    people.pageShown('third', [row('third')])
    expect(['ada', 'boss', 'third'].map((user) => found(people, user))).toEqual([['ada'], [], ['third']])
  })

  it('is so many bytes of a user, and of all users', () => {
    const rows = Array.from({ length: 100 }, (_, index) => row(`owner ${index}`))
    const each = open({ bytesEach: 3300 })
    each.pageShown('ada', rows)
    expect(found(each, 'ada').length).toBeGreaterThan(5)
    expect(found(each, 'ada').length).toBeLessThan(12)
    const all = open({ bytes: 7000, bytesEach: 3300 })
    for (const user of ['ada', 'boss', 'third']) all.pageShown(user, rows)
    expect(['ada', 'boss', 'third'].map((user) => found(all, user).length > 0)).toEqual([false, true, true])
  })

  it('counts what is forgotten as free', () => {
    const people = open({ bytes: 7000, bytesEach: 3300 })
    const rows = Array.from({ length: 9 }, (_, index) => row(`owner ${index}`))
    for (let turn = 0; turn < 50; turn += 1) {
      people.pageShown('ada', rows)
      people.pageShown('boss', rows)
      people.forget(turn % 2 === 0 ? 'ada' : 'boss')
    }
    for (const user of ['ada', 'boss']) people.pageShown(user, rows)
    expect([found(people, 'ada').length, found(people, 'boss').length]).toEqual([9, 9])
  })

  it('is no text that is too long for a name', () => {
    const people = open()
    people.pageShown('ada', [row('x'.repeat(MAX_NAME_LENGTH)), row('y'.repeat(MAX_NAME_LENGTH + 1))])
    expect(found(people, 'ada')).toEqual(['x'.repeat(MAX_NAME_LENGTH)])
  })
})

const user = fc.constantFrom('ada', 'boss', 'third')
const owner = fc.constantFrom('a', 'B', 'c', 'D', 'e')
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('page' as const), user, rows: fc.array(owner, { maxLength: 3 }) }),
    fc.record({ kind: fc.constantFrom('forget' as const, 'touch' as const), user }),
    fc.record({ kind: fc.constant('wait' as const), user, ms: fc.nat(20) }),
  ),
  { maxLength: 30 },
)

it('never offers a user an owner that this user was not shown since they last left', () => {
  const property = fc.property(steps, (all) => {
    nowMs = 0
    const people = open({ users: 2, owners: 3, idleMs: 10 })
    const shown = new Map<string, Set<string>>()
    for (const step of all) {
      if (step.kind === 'page') {
        people.pageShown(step.user, step.rows.map(row))
        shown.set(step.user, new Set([...(shown.get(step.user) ?? []), ...step.rows]))
      } else if (step.kind === 'wait') nowMs += step.ms
      else if (step.kind === 'touch') people.touch(step.user)
      else {
        people.forget(step.user)
        shown.delete(step.user)
      }
      for (const one of ['ada', 'boss', 'third'])
        expect(found(people, one).filter((name) => !shown.get(one)?.has(name))).toEqual([])
    }
  })
  fc.assert(property, { numRuns: 500 })
})
