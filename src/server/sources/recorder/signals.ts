import { onAbort, orAborted } from '../../platform/aborting.ts'

/** The reason of a signal, and of the work that it ends, when the listener of some audio has left. */
export const nobodyListens = (): Error => new DOMException('Nobody listens any more.', 'AbortError')

/**
 * Runs something under a signal that aborts with the first of several, and lets go of them afterwards. One of them may
 * live as long as a session, and `AbortSignal.any` would leave a little more on it with every request.
 */
export async function joined<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const release = signals.map((signal) => onAbort(signal, () => controller.abort(signal.reason)))
  try {
    return await work(controller.signal)
  } finally {
    for (const letGo of release) letGo()
  }
}

/**
 * As `orAborted`, for a result that must be disposed of if it comes after the signal.
 * @throws the promise's error, or the signal's reason.
 */
export async function orDiscarded<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  discard: (late: T) => void,
): Promise<T> {
  try {
    return await orAborted(promise, signal)
  } catch (error) {
    promise.then(discard, () => undefined)
    throw error
  }
}
