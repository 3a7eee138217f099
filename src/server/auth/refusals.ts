/** Refusals of tries, counted by their reasons. */
import { Problem } from '../../contract/problems.ts'

export type WhyRefused = 'account' | 'network' | 'pace' | 'wait'

/** A refusal with the time to wait. */
export function tooManyAttempts(retryAfterMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return new Problem({
    code: 'too_many_attempts',
    message: `Too many failed attempts. Try again in ${count} ${unit}${count === 1 ? '' : 's'}.`,
    retryAfterMs: seconds * 1000,
  })
}

export class Refusals {
  readonly counts: Record<WhyRefused, number> = { account: 0, network: 0, pace: 0, wait: 0 }
  readonly #reasons = new WeakMap<Error, WhyRefused>()

  /** @returns a refusal, which counts once `counted` throws it: a decision may be made twice. */
  make(waitMs: number, why: WhyRefused): Problem {
    const refusal = tooManyAttempts(waitMs)
    this.#reasons.set(refusal, why)
    return refusal
  }

  async counted<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const why = error instanceof Error ? this.#reasons.get(error) : undefined
      if (why !== undefined) this.counts[why] += 1
      throw error
    }
  }
}
