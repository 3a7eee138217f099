/** Work that several callers wait for. It begins once, and is given up once no caller waits any more. */
import { onAbort } from '../platform/aborting.ts'

export interface Sharing<T> {
  /**
   * Begins the work, or waits for the same work that has begun already.
   * @param signal of this caller; the work's own aborts once those of all callers have.
   */
  share(key: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): Promise<T>
}

class Shared<T> {
  readonly result: Promise<T>
  readonly #all = new AbortController()
  #waiting = 0

  constructor(begin: (signal: AbortSignal) => Promise<T>) {
    this.result = begin(this.#all.signal)
  }

  join(signal: AbortSignal, onLeft: () => void): void {
    this.#waiting += 1
    onAbort(signal, () => {
      this.#waiting -= 1
      if (this.#waiting > 0) return
      onLeft()
      this.#all.abort(signal.reason)
    })
  }
}

export function createSharing<T>(): Sharing<T> {
  const running = new Map<string, Shared<T>>()
  return {
    share(key, signal, begin) {
      const shared = running.get(key) ?? new Shared(begin)
      const isFirst = !running.has(key)
      running.set(key, shared)
      const over = (): void => {
        if (running.get(key) === shared) running.delete(key)
      }
      shared.join(signal, over)
      return isFirst ? shared.result.finally(over) : shared.result
    },
  }
}
