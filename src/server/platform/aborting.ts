/** Waits for a signal to abort, without leaving a listener on a signal that outlives the wait. */

/**
 * Calls back once the signal aborts, or at once if it has aborted already.
 * @returns a function that ends the wait; further calls do no harm.
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
 * Waits for the work until the signal aborts. The work itself goes on.
 * @throws the work's error, or the signal's reason.
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const endWait = onAbort(signal, () => reject(signal.reason))
    work.then(resolve, reject).finally(endWait)
  })
}
