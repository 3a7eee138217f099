/** Pieces of audio that belong to one listening while an answer takes its time. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createListenings, type Piece } from './listenings.ts'

const MINUTE_MS = 60_000

function setUp() {
  let nowMs = 0
  const listenings = createListenings(() => nowMs)
  const begun: string[] = []
  const join = (more: Partial<Piece> = {}, begin: () => Promise<void> = async () => {}) =>
    listenings.join(
      { listener: 'ann', recording: 'r', kind: 'play', isStart: true, over: Promise.resolve(), ...more },
      () => {
        begun.push('begun')
        return begin()
      },
      async () => {},
    )
  return { begun, join, pass: (ms: number) => (nowMs += ms) }
}

describe('a listening', () => {
  it('goes on as long as an answer is being sent, and ten minutes after it', async () => {
    const { begun, join, pass } = setUp()
    const answer = new AbortController()
    const over = once(answer.signal, 'abort').then(() => undefined)
    await join({ over })
    pass(60 * MINUTE_MS)
    await join()
    expect(begun).toHaveLength(1)
    pass(60 * MINUTE_MS)
    answer.abort()
    await over
    pass(10 * MINUTE_MS)
    await join()
    expect(begun).toHaveLength(1)
    pass(10 * MINUTE_MS + 1)
    await join()
    expect(begun).toHaveLength(2)
  })

  it('that could not begin is begun again by the piece that waited for it', async () => {
    const { begun, join } = setUp()
    const failing = join({}, () => Promise.reject(new Error('full')))
    const waiting = join()
    await expect(failing).rejects.toThrow('full')
    await waiting
    expect(begun).toHaveLength(2)
  })
})
