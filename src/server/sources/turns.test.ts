import { describe, expect, it } from 'vitest'
import { busy, createTurns, type Release, type Turns } from './turns.ts'

const never = (): AbortSignal => new AbortController().signal
const full = () => busy('full')
const late = () => busy('late')

/** Enters, and adds to `order` when it gets its place. */
function queue(turns: Turns, order: string[]) {
  const places = new Map<string, Release>()
  const enter = async (who: string, name: string): Promise<void> => {
    places.set(name, await turns.enter(who, never()))
    order.push(name)
  }
  const leave = async (name: string): Promise<void> => {
    places.get(name)?.()
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { enter, leave }
}

describe('turns', () => {
  it('go round between users, regardless of who came first', async () => {
    const turns = createTurns({ running: 1, full })
    const order: string[] = []
    const { enter, leave } = queue(turns, order)
    const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => enter(name[0] ?? '', name))
    await all[0]
    for (const _ of all) await leave(order.at(-1) ?? '')
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
    expect(turns.counts()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('leave places free for others if one user may have only some', async () => {
    const turns = createTurns({ running: 3, runningEach: 2, full })
    const order: string[] = []
    const { enter, leave } = queue(turns, order)
    const all = ['a1', 'a2', 'a3', 'b1'].map((name) => enter(name[0] ?? '', name))
    await Promise.all([all[0], all[1], all[3]])
    expect(order).toEqual(['a1', 'a2', 'b1'])
    await leave('b1')
    expect(order).toHaveLength(3)
    await leave('a1')
    expect(order.at(-1)).toBe('a3')
  })

  it('are given back once, even if released twice', async () => {
    const turns = createTurns({ running: 2, full })
    const release = await turns.enter('a', never())
    await turns.enter('a', never())
    release()
    release()
    expect(turns.counts().running).toBe(1)
  })

  it('are refused only to a user with too many waiting', async () => {
    const turns = createTurns({ running: 1, waitingEach: 1, full })
    await turns.enter('a', never())
    void turns.enter('a', never())
    await expect(turns.enter('a', never())).rejects.toMatchObject({ code: 'busy', status: 503 })
    const other = turns.enter('b', never())
    expect(turns.counts()).toMatchObject({ running: 1, waiting: 2 })
    void other
  })

  it('let a new user wait in place of the user with the most waiting', async () => {
    const turns = createTurns({ running: 1, waiting: 3, full })
    await turns.enter('a', never())
    const greedy = [1, 2, 3].map(() => turns.enter('a', never()))
    void turns.enter('b', never())
    await expect(greedy[2]).rejects.toMatchObject({ code: 'busy' })
    // The user with the most waiting is refused at once.
    await expect(turns.enter('a', never())).rejects.toMatchObject({ code: 'busy' })
    expect(turns.counts().waiting).toBe(3)
  })

  it('make nobody wait longer than the limit', async () => {
    const turns = createTurns({ running: 1, waitMs: 20, full, late })
    const release = await turns.enter('a', never())
    await expect(turns.enter('b', never())).rejects.toMatchObject({ message: 'late', retryAfterMs: 2000 })
    expect(turns.counts()).toMatchObject({ running: 1, waiting: 0 })
    release()
    await turns.enter('b', never())
  })

  it('forget users who were refused or are done', async () => {
    const turns = createTurns({ running: 1, waiting: 1, full })
    const release = await turns.enter('a', never())
    const waiting = turns.enter('b', never())
    for (let n = 0; n < 100; n += 1)
      await expect(turns.enter(`stranger ${n}`, never())).rejects.toThrow('full')
    expect(turns.counts().users).toBe(2)
    release()
    const last = await waiting
    last()
    expect(turns.counts()).toEqual({ running: 0, waiting: 0, users: 0 })
  })

  it('skip a user who leaves before or while waiting', async () => {
    const turns = createTurns({ running: 1, full })
    await expect(turns.enter('a', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    const release = await turns.enter('a', never())
    const leaving = new AbortController()
    const waiting = turns.enter('b', leaving.signal)
    leaving.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
    release()
    expect(turns.counts()).toMatchObject({ running: 0, waiting: 0 })
  })
})
