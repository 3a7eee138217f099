import { describe, expect, it } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

describe('a bounded map', () => {
  it('pushes out what was set longest ago, and reading changes nothing about that', () => {
    const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2)
    expect(map.get('a')).toBe(1)
    map.set('c', 3)
    expect([...map]).toEqual([
      ['b', 2],
      ['c', 3],
    ])
  })

  it('makes a key that is set again the newest, and pushes nothing out for it', () => {
    const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2).set('a', 3)
    expect([...map]).toEqual([
      ['b', 2],
      ['a', 3],
    ])
    expect([...map.set('c', 4).keys()]).toEqual(['a', 'c'])
  })
})
