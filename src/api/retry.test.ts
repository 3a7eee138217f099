import { describe, expect, it } from 'vitest'
import { Problem } from '../contract/problems.ts'
import { retryDelay, shouldRetry } from './retry.ts'

const problem = (status: number, retryAfterMs?: number): Problem =>
  new Problem({ status, code: 'internal', message: '', retryAfterMs })

describe('the retry policy', () => {
  it.each([0, 502, 503])('tries a passing failure (%i) twice more', (status) => {
    expect([0, 1, 2].map((count) => shouldRetry(count, problem(status)))).toEqual([true, true, false])
  })

  it.each([400, 401, 403, 404, 409, 500, 504])('never tries %i again', (status) => {
    expect(shouldRetry(0, problem(status))).toBe(false)
  })

  it('waits as a 429 tells, if that is not too long', () => {
    expect(shouldRetry(0, problem(429, 3000))).toBe(true)
    expect(retryDelay(0, problem(429, 3000))).toBe(3000)
    expect(shouldRetry(0, problem(429, 86_400_000))).toBe(false)
    expect(shouldRetry(0, problem(429))).toBe(false)
  })

  it('spreads the others over a window that doubles', () => {
    const delays = Array.from({ length: 200 }, () => retryDelay(1, problem(502)))
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...delays)).toBeLessThanOrEqual(1200)
    expect(new Set(delays).size).toBeGreaterThan(100)
  })
})
