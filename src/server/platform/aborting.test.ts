import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { onAbort, orAborted } from './aborting.ts'

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

describe('waiting for an abort', () => {
  it('calls back once, when the signal aborts', () => {
    const controller = new AbortController()
    let calls = 0
    onAbort(controller.signal, () => (calls += 1))
    expect(calls).toBe(0)
    controller.abort()
    controller.abort()
    expect(calls).toBe(1)
  })

  it('calls back at once where the signal has aborted already', () => {
    let calls = 0
    onAbort(AbortSignal.abort(), () => (calls += 1))()
    expect(calls).toBe(1)
  })

  it('leaves nothing on the signal once the wait has ended', () => {
    const controller = new AbortController()
    let calls = 0
    const endWait = onAbort(controller.signal, () => (calls += 1))
    expect(listeners(controller.signal)).toBe(1)
    endWait()
    endWait()
    expect(listeners(controller.signal)).toBe(0)
    controller.abort()
    expect(calls).toBe(0)
  })
})

describe('work that nobody waits for beyond a signal', () => {
  it('gives its result or its error, and leaves nothing on the signal', async () => {
    const { signal } = new AbortController()
    expect(await orAborted(Promise.resolve('done'), signal)).toBe('done')
    await expect(orAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed')
    expect(listeners(signal)).toBe(0)
  })

  it.each(['before', 'after'])('ends with the reason of a signal that aborts %s it', async (when) => {
    const controller = new AbortController()
    if (when === 'before') controller.abort(new Error('left'))
    const waiting = orAborted(new Promise(() => {}), controller.signal)
    if (when === 'after') controller.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
  })
})
