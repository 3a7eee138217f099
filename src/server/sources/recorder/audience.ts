import { onAbort } from '../../platform/aborting.ts'

/** The running answers from one listening, and the wait after the last of them. */
export class Audience {
  #count = 0
  #timer: NodeJS.Timeout | undefined = undefined

  get isPresent(): boolean {
    return this.#count > 0
  }

  /** Counts an answer until its signal, and stops a wait. @param onEmpty called if it was the last. */
  join(signal: AbortSignal, onEmpty: () => void): void {
    this.#count += 1
    this.stop()
    onAbort(signal, () => {
      this.#count -= 1
      if (this.#count === 0) onEmpty()
    })
  }

  /** Calls back after a while without an answer. A later call takes the place of an earlier one. */
  wait(forMs: number, onOver: () => void): void {
    this.stop()
    this.#timer = setTimeout(onOver, forMs).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
