import { describe, expect, it } from 'vitest'
import { Problem, problemCodes, problemFacts, readProblem, type ProblemCode } from '../contract/problems.ts'
import { retryDelay, shouldRetry } from './retry.ts'

const problem = (code: ProblemCode, retryAfterMs?: number): Problem =>
  new Problem({ code, message: '', retryAfterMs })
/** A proxy's answer, without a code. */
const bare = (status: number): Problem => readProblem(status, undefined, null)
const tries = (failure: Problem): boolean[] => [0, 1, 2].map((count) => shouldRetry(count, failure))

describe('the retry policy', () => {
  it('tries twice more after a lost connection or a passing failure, reported by the host or by a proxy', () => {
    const passing = [
      problem('network'),
      bare(502),
      bare(503),
      problem('not_ready'),
      problem('recorder_failed'),
    ]
    for (const failure of passing) expect(tries(failure)).toEqual([true, true, false])
  })

  it.each([400, 401, 403, 404, 409, 500, 504])('never tries %i again', (status) => {
    expect(shouldRetry(0, bare(status))).toBe(false)
    const own = problemCodes.filter((code) => problemFacts[code].status === status)
    expect(own.filter((code) => shouldRetry(0, problem(code)))).toEqual([])
  })

  it.each([502, 503])('tries every code of %i again', (status) => {
    const own = problemCodes.filter((code) => problemFacts[code].status === status)
    expect(own.length).toBeGreaterThan(0)
    expect(own.filter((code) => !shouldRetry(0, problem(code)))).toEqual([])
  })

  it('never tries again where the recorder itself failed with a 500', () => {
    expect(shouldRetry(0, new Problem({ code: 'recorder_failed', status: 500, message: '' }))).toBe(false)
  })

  it('waits as long as a 429 asks, if that is not too long', () => {
    for (const code of ['too_many_searches', 'too_many_attempts'] as const) {
      expect(shouldRetry(0, problem(code, 3000))).toBe(true)
      expect(retryDelay(0, problem(code, 3000))).toBe(3000)
      expect(shouldRetry(0, problem(code, 86_400_000))).toBe(false)
      expect(shouldRetry(0, problem(code))).toBe(false)
    }
    expect(shouldRetry(0, bare(429))).toBe(false)
  })

  it('spreads the others over a window that doubles', () => {
    const delays = Array.from({ length: 200 }, () => retryDelay(1, problem('recorder_failed')))
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...delays)).toBeLessThanOrEqual(1200)
    expect(new Set(delays).size).toBeGreaterThan(100)
  })
})
