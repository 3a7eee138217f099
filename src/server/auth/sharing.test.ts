import { describe, expect, it } from 'vitest'
import { createSharing } from './sharing.ts'

const nothing = (_value: string): void => {}

/** Work that ends when the test calls `finish`, or when it is given up. */
function work() {
  const begun: AbortSignal[] = []
  let finish = nothing
  const begin = (signal: AbortSignal): Promise<string> => {
    begun.push(signal)
    return new Promise((resolve, reject) => {
      finish = resolve
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  }
  return { begun, begin, finish: (value: string) => finish(value) }
}

describe('shared work', () => {
  it('begins once for all callers that wait, and again for later ones', async () => {
    const sharing = createSharing<string>()
    const { begun, begin, finish } = work()
    const { signal } = new AbortController()
    const both = [sharing.share('a', signal, begin), sharing.share('a', signal, begin)]
    finish('done')
    expect(await Promise.all(both)).toEqual(['done', 'done'])
    const later = sharing.share('a', signal, begin)
    finish('again')
    expect(await later).toBe('again')
    expect(begun).toHaveLength(2)
  })

  it('goes on for a caller that stays, and is given up once the last has left', async () => {
    const sharing = createSharing<string>()
    const { begun, begin } = work()
    const [first, second] = [new AbortController(), new AbortController()]
    const both = [sharing.share('a', first.signal, begin), sharing.share('a', second.signal, begin)]
    first.abort(new Error('left'))
    expect(begun[0]?.aborted).toBe(false)
    second.abort(new Error('left too'))
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    // A new caller does not get the work that others gave up.
    const third = new AbortController()
    const fresh = sharing.share('a', third.signal, begin)
    expect(begun[1]?.aborted).toBe(false)
    third.abort(new Error('left as well'))
    await expect(fresh).rejects.toThrow('left as well')
  })
})
