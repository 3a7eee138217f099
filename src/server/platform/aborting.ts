/** Waiting for a signal to abort, without leaving a listener on one that lives longer than the wait. */

/**
 * Calls back once the signal aborts, or at once if it has aborted already.
 * @returns what ends the wait; it may be called more than once.
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  if (signal.aborted) {
    call()
    return () => undefined
  }
  signal.addEventListener('abort', call, { once: true })
  return () => signal.removeEventListener('abort', call)
}

/**
 * Waits for the work, but not beyond the signal. The work itself goes on.
 * @throws what the work does, or the signal's reason.
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const endWait = onAbort(signal, () => reject(signal.reason))
    work.then(resolve, reject).finally(endWait)
  })
}
