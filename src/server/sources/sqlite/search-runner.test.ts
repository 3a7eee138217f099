/** The order of searches: real searches over a real store, each held at a door until the test opens it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Search } from '../../../contract/search.ts'
import { searchInPlace } from './search-in-place.ts'
import type { SearchKind, ScopedUser } from '../archive/search-kind.ts'
import { createSearchRunner, type SearchPlaces, type SearchRunner } from './search-runner.ts'
import { testStore, type TestStore } from '../../../testing/store.ts'

const scan: Search = { remotePartyNumber: { op: 'contains', text: '1' } }
const paging = { page: 0, pageSize: 5 }
const viewer = (username: string): ScopedUser => ({ username, scope: { kind: 'all' } })
const staying = (): AbortSignal => new AbortController().signal

let store: TestStore
let runner: SearchRunner
/** The searches that have begun, in order: `scan ann`. */
let begun: string[]
let doors: (() => void)[]
/** Which of them were cancelled when they ran. */
let cancelled: string[]

/** Holds only scans. */
function held(places: SearchPlaces): SearchPlaces {
  return {
    ...places,
    async list(kind: SearchKind, task) {
      const name = `${kind} ${task.viewer.username}`
      begun.push(name)
      if (kind === 'scan') await new Promise<void>((open) => doors.push(open))
      const answer = await places.list(kind, task)
      if (answer === null) cancelled.push(name)
      return answer
    },
  }
}

beforeEach(async () => {
  store = await testStore([{ remotePartyNumber: '123' }, { remotePartyNumber: '456' }])
  begun = []
  doors = []
  cancelled = []
  runner = createSearchRunner(held(searchInPlace(store.dataDir)))
})
afterEach(async () => {
  await runner.close()
  store.remove()
})

const list = (search: Search, username: string, signal = staying()) =>
  runner.list(search, paging, viewer(username), signal)
const openNext = async (count: number): Promise<void> => {
  await expect.poll(() => doors.length, { interval: 1 }).toBe(count)
  doors[count - 1]?.()
}

describe('searches of many users', () => {
  it('answers a quick search while scans of another user run and wait', async () => {
    const scans = Array.from({ length: 56 }, () => list(scan, 'ann'))
    await expect.poll(() => begun).toEqual(['scan ann'])
    expect((await list({}, 'bob')).totalCount).toBe(2)
    expect(begun).toEqual(['scan ann', 'quick bob'])
    for (let count = 1; count <= scans.length; count += 1) await openNext(count)
    for (const { totalCount } of await Promise.all(scans)) expect(totalCount).toBe(1)
  })

  it('lets scans of users take turns, by account and not by spelling', async () => {
    const all = ['ann', 'ann', 'OFFICE\\Ann', 'bob', 'bob'].map((username) => list(scan, username))
    for (let count = 1; count <= all.length; count += 1) await openNext(count)
    await Promise.all(all)
    expect(begun).toEqual(['scan ann', 'scan bob', 'scan ann', 'scan bob', 'scan OFFICE\\Ann'])
  })

  it('cancels a scan that nobody waits for, and starts the next one once its thread is free', async () => {
    const leaving = new AbortController()
    const left = list(scan, 'ann', leaving.signal)
    const waiting = list(scan, 'ann', leaving.signal)
    const next = list(scan, 'bob')
    await expect.poll(() => begun).toEqual(['scan ann'])
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    await expect(waiting).rejects.toThrow('left')
    expect(begun).toEqual(['scan ann'])
    await openNext(1)
    await openNext(2)
    expect((await next).totalCount).toBe(1)
    expect(cancelled).toEqual(['scan ann'])
    expect(begun).toEqual(['scan ann', 'scan bob'])
  })

  it('gives the place of a failed search to the next one', async () => {
    const broken = createSearchRunner({
      ...searchInPlace(store.dataDir),
      list: async () => Promise.reject(new Error('no thread')),
    })
    for (let count = 0; count < 3; count += 1) {
      await expect(broken.list(scan, paging, viewer('ann'), staying())).rejects.toThrow('no thread')
    }
    await broken.close()
  })
})
