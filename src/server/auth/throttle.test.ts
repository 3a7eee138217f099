import { describe, expect, it } from 'vitest'
import { ADDRESS_MULTIPLE, createThrottle, THROTTLE_WINDOW_MS, TOTAL_MULTIPLE } from './throttle.ts'

function throttle(failures: number) {
  const clock = { nowMs: 1_000_000 }
  const { begin } = createThrottle(failures, () => clock.nowMs)
  const fails = (user: string, address: string) => () => void begin(user, address)
  return { clock, begin, fails }
}

const tooMany = expect.objectContaining({ status: 429, code: 'too_many_attempts' })

describe('the throttle', () => {
  it('stops one address after ten times as many failures, whoever they were for', () => {
    const { fails } = throttle(2)
    for (let user = 0; user < ADDRESS_MULTIPLE; user += 1) {
      fails(`user${user}`, 'a')()
      fails(`user${user}`, 'a')()
    }
    expect(fails('another', 'a')).toThrow(tooMany)
    expect(fails('another', 'b')).not.toThrow()
  })

  it('stops everybody after a hundred times as many, for no longer than the window', () => {
    const { clock, fails } = throttle(1)
    for (let count = 0; count < TOTAL_MULTIPLE; count += 1) {
      fails(`user${count}`, `address${count}`)()
      clock.nowMs += 1000
    }
    expect(fails('another', 'another')).toThrow(tooMany)
    clock.nowMs += THROTTLE_WINDOW_MS - TOTAL_MULTIPLE * 1000
    expect(fails('another', 'another')).not.toThrow()
    expect(fails('one more', 'one more')).toThrow(tooMany)
  })

  it('tells how long to wait: until the oldest failure that matters is forgotten', () => {
    const { clock, fails } = throttle(2)
    fails('a', 'x')()
    clock.nowMs += 60_000
    fails('a', 'x')()
    clock.nowMs += 60_000
    expect(fails('a', 'x')).toThrow(expect.objectContaining({ retryAfterMs: THROTTLE_WINDOW_MS - 120_000 }))
  })

  it('counts an attempt that is still running, and forgets one that was withdrawn', () => {
    const { begin, fails } = throttle(1)
    const running = begin('a', 'x')
    expect(fails('a', 'x')).toThrow(tooMany)
    running.withdrawn()
    expect(fails('a', 'x')).not.toThrow()
  })

  it('forgets a user’s failures at an address with a success there, and only those', () => {
    const { begin, fails } = throttle(2)
    fails('a', 'x')()
    fails('a', 'y')()
    begin('A', 'x').succeeded()
    fails('a', 'x')()
    fails('a', 'x')()
    expect(fails('a', 'x')).toThrow(tooMany)
    fails('a', 'y')()
    expect(fails('a', 'y')).toThrow(tooMany)
  })

  it('never waits longer than its window when the clock is set back', () => {
    const { clock, fails } = throttle(1)
    fails('a', 'x')()
    clock.nowMs -= 3_600_000
    expect(fails('a', 'x')).toThrow(expect.objectContaining({ retryAfterMs: THROTTLE_WINDOW_MS }))
  })
})
