/** Guessing passwords is slow, and slows no other user down. */
import Database from 'better-sqlite3'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Problem } from '../../contract/problems.ts'
import { NETWORK_MULTIPLE } from './attempt-entries.ts'
import { ownAttempts, type OwnAttemptsOptions } from './attempt-memory.ts'
import { createThrottle, WAITING_EACH, type Throttle, type ThrottleOptions } from './throttle.ts'
import { PACE } from './token-bucket.ts'

const FAILURES = 4
const SECOND_MS = 1000
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const hostKey = Buffer.alloc(32, 7)
const { signal } = new AbortController()

/** Sleeps until the client leaves. */
async function sleepForEver(_ms: number, left: AbortSignal): Promise<void> {
  if (!left.aborted) await once(left, 'abort')
  left.throwIfAborted()
}

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanUp.splice(0).toReversed()) clean()
})

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attempts-'))
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'attempts.db')
}

interface Watched {
  readonly clock: { nowMs: number }
  readonly slept: number[]
  readonly throttle: Throttle
  /** Tries a wrong password. */
  wrong(user: string, address: string): Promise<'judged' | Problem>
  /** Tries a right password. */
  right(user: string, address: string): Promise<'in' | Problem>
}

interface WatchOptions
  extends
    Partial<Pick<OwnAttemptsOptions, 'failures' | 'kept'>>,
    Partial<Pick<ThrottleOptions, 'report' | 'sleep'>> {}

function watch(options: WatchOptions = {}, clock = { nowMs: Date.UTC(2026, 10, 23) }): Watched {
  const slept: number[] = []
  const nowMs = (): number => clock.nowMs
  const { failures = FAILURES, kept = null, ...own } = options
  const memory = ownAttempts({ failures, kept, nowMs })
  const throttle = createThrottle({
    memory,
    nowMs,
    sleep: async (ms) => void slept.push(ms),
    ...own,
  })
  cleanUp.push(() => throttle.close())
  const attempt = async (user: string, address: string) => {
    try {
      return await throttle.begin(user, address, new AbortController().signal)
    } catch (error) {
      if (error instanceof Problem) return error
      throw error
    }
  }
  return {
    clock,
    slept,
    throttle,
    async wrong(user, address) {
      const begun = await attempt(user, address)
      if (begun instanceof Problem) return begun
      await begun.failed()
      return 'judged'
    },
    async right(user, address) {
      const begun = await attempt(user, address)
      if (begun instanceof Problem) return begun
      await begun.succeeded()
      return 'in'
    },
  }
}

const tooMany = (retryAfterMs: number) =>
  expect.objectContaining({ status: 429, code: 'too_many_attempts', retryAfterMs }) as Problem

async function times<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (let n = 0; n < count; n += 1) all.push(await work(n))
  return all
}
const judged = (answers: readonly unknown[]): number => answers.filter((answer) => answer === 'judged').length

describe('guesses at one account', () => {
  it('wait twice as long each time, from any address, and no longer than 15 minutes', async () => {
    const { clock, wrong } = watch()
    expect(await times(FAILURES, (n) => wrong('boss', `10.0.0.${n}`))).toEqual(Array(FAILURES).fill('judged'))
    for (const seconds of [15, 30, 60, 120, 240, 480, 480, 900, 900]) {
      expect(await wrong('boss', '10.0.1.1')).toEqual(tooMany(seconds * SECOND_MS))
      clock.nowMs += seconds * SECOND_MS - 1
      expect(await wrong('boss', '10.0.1.2')).toEqual(tooMany(SECOND_MS))
      clock.nowMs += 1
      expect(await wrong('boss', '10.0.1.3')).toBe('judged')
    }
  })

  it('are rarely judged: 400 from 110 addresses in an hour', async () => {
    const { clock, wrong } = watch()
    const answers = await times(400, (n) => {
      clock.nowMs += 9 * SECOND_MS
      return wrong('boss', `10.1.${n % 110}.1`)
    })
    expect(judged(answers)).toBeLessThanOrEqual(13)
  })

  it('count for one account in all its spellings', async () => {
    const { wrong } = watch()
    const spellings = ['boss', 'BOSS', 'CORP\\boss', 'boss@corp.example', 'ｂｏｓｓ', 'bo\u200bss', 'boss. ']
    const answers = await times(spellings.length, (n) => wrong(spellings[n]!, `10.2.0.${n}`))
    expect(judged(answers)).toBe(FAILURES)
  })

  it('count from their start, so that many at once do not slip through', async () => {
    const { throttle } = watch()
    const all = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) => throttle.begin('boss', `10.3.0.${n}`, signal)),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(FAILURES)
  })

  it('are forgotten one by one', async () => {
    const { clock, wrong } = watch()
    await times(FAILURES, () => wrong('boss', '10.0.0.1'))
    clock.nowMs += 2 * 15 * MINUTE_MS
    expect(judged(await times(FAILURES, () => wrong('boss', '10.0.0.2')))).toBe(2)
  })

  it('that were not judged count for nothing, and lengthen no wait', async () => {
    const { clock, throttle, wrong } = watch()
    await times(FAILURES, () => wrong('boss', '10.0.0.1'))
    clock.nowMs += 15 * SECOND_MS
    const broken = await throttle.begin('boss', '10.0.0.1', signal)
    expect(await wrong('boss', '10.0.0.1')).toEqual(tooMany(30 * SECOND_MS))
    broken.withdrawn()
    broken.withdrawn()
    expect(await wrong('boss', '10.0.0.1')).toBe('judged')
    expect(await wrong('boss', '10.0.0.1')).toEqual(tooMany(30 * SECOND_MS))
  })

  it('never wait longer than the longest wait after the clock was set back', async () => {
    const { clock, wrong } = watch()
    await times(FAILURES + 2, () => wrong('boss', '10.0.0.1'))
    clock.nowMs -= DAY_MS
    expect(await wrong('boss', '10.0.0.1')).toEqual(tooMany(900 * SECOND_MS))
    await wrong('other', '10.0.0.1')
    clock.nowMs += 15 * MINUTE_MS
    expect(await wrong('boss', '10.0.0.1')).toBe('judged')
  })
})

describe('guesses from one network', () => {
  it('wait after ten times as many, for any accounts, and no other network waits', async () => {
    const { wrong } = watch()
    const limit = FAILURES * NETWORK_MULTIPLE
    expect(judged(await times(limit, (n) => wrong(`user${n}`, '10.0.0.1')))).toBe(limit)
    expect(await wrong('another', '10.0.0.1')).toEqual(tooMany(15 * SECOND_MS))
    expect(await wrong('another', '10.0.0.2')).toBe('judged')
  })

  it('count as one network from 1,000 addresses of an IPv6 /64', async () => {
    const { wrong } = watch()
    const answers = await times(1000, (n) => wrong(`user${n}`, `2001:db8:0:1::${n.toString(16)}`))
    expect(judged(answers)).toBe(FAILURES * NETWORK_MULTIPLE)
    expect(await wrong('another', '2001:db8:0:2::1')).toBe('judged')
  })

  it('stay counted when the guesser signs in there', async () => {
    const { wrong, right } = watch()
    await times(FAILURES * NETWORK_MULTIPLE - 1, (n) => wrong(`user${n}`, '10.0.0.1'))
    expect(await right('own', '10.0.0.1')).toBe('in')
    expect(await wrong('one', '10.0.0.1')).toBe('judged')
    expect(await wrong('two', '10.0.0.1')).toEqual(tooMany(15 * SECOND_MS))
  })

  it('do not count where the user gets it right in the end', async () => {
    const { clock, wrong, right } = watch()
    for (let user = 0; user < 50; user += 1) {
      clock.nowMs += SECOND_MS
      await times(FAILURES - 1, () => wrong(`user${user}`, '10.0.0.1'))
      expect(await right(`user${user}`, '10.0.0.1')).toBe('in')
    }
  })
})

describe('other users', () => {
  it('get in, known or new, during guesses from 10 addresses', async () => {
    const { clock, wrong, right } = watch()
    expect(await right('known', '10.9.0.1')).toBe('in')
    const answers = await times(400, (n) => wrong(`user${n % 40}`, `10.0.0.${n % 10}`))
    expect(judged(answers)).toBeLessThanOrEqual(2 * PACE.burst)
    expect(answers).toContainEqual(tooMany(SECOND_MS))
    expect(await right('known', '10.9.0.1')).toBe('in')
    expect(await right('new', '10.9.0.2')).toBe('in')
    for (let second = 0; second < 30; second += 1) {
      clock.nowMs += SECOND_MS
      await times(20, (n) => wrong(`more${n}`, `10.0.0.${n % 10}`))
      expect(await right(`new${second}`, `10.9.1.${second}`)).toBe('in')
    }
  })

  it('wait a moment during guesses from very many new addresses, and known users do not', async () => {
    const { clock, wrong, right } = watch()
    expect(await right('known', '10.9.0.1')).toBe('in')
    const answers = await times(400, (n) => wrong(`user${n}`, `10.${n}.0.1`))
    expect(judged(answers)).toBe(PACE.burst)
    expect(await right('new', '10.9.0.2')).toEqual(tooMany(SECOND_MS))
    expect(await right('known', '10.9.0.1')).toBe('in')
    clock.nowMs += SECOND_MS
    expect(await right('new', '10.9.0.2')).toBe('in')
  })

  it('get in from the office that unknown names are tried from, where they are known there', async () => {
    const { clock, wrong, right } = watch()
    await times(20, (n) => right(`colleague${n}`, '192.0.2.1'))
    await times(400, (n) => {
      clock.nowMs += SECOND_MS
      return wrong(`name${n}`, '192.0.2.1')
    })
    expect(await wrong('name', '192.0.2.1')).toBeInstanceOf(Problem)
    expect(await times(20, (n) => right(`COLLEAGUE${n}`, '192.0.2.1'))).toEqual(Array(20).fill('in'))
  })

  it('of one office get in all at once', async () => {
    const { throttle, right } = watch()
    await times(200, (n) => right(`colleague${n}`, '192.0.2.1'))
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, n) => throttle.begin(`colleague${n}`, '192.0.2.1', signal)),
    )
    expect(await right('newcomer', '192.0.2.1')).toBe('in')
    for (const attempt of all) attempt.succeeded()
    expect(await right('another newcomer', '192.0.2.1')).toBe('in')
  })
})

describe('a user who has signed in from there before', () => {
  it('gets in while others guess their password', async () => {
    const { clock, wrong, right } = watch()
    expect(await right('boss', '10.9.0.1')).toBe('in')
    await times(400, (n) => {
      clock.nowMs += SECOND_MS
      return wrong('boss', `10.0.${n}.1`)
    })
    expect(await right('boss', '10.9.0.2')).toBeInstanceOf(Problem)
    expect(await right('CORP\\Boss', '10.9.0.1')).toBe('in')
  })

  it('gives no guesser new tries by signing in', async () => {
    const { wrong, right } = watch()
    expect(await right('boss', '10.9.0.1')).toBe('in')
    await times(FAILURES, (n) => wrong('boss', `10.0.0.${n}`))
    expect(await right('boss', '10.9.0.1')).toBe('in')
    expect(await wrong('boss', '10.0.0.9')).toEqual(tooMany(15 * SECOND_MS))
  })

  it('is slowed by their own wrong tries, but never refused, and gets in after 50 of them', async () => {
    const { slept, wrong, right } = watch()
    expect(await right('boss', '10.9.0.1')).toBe('in')
    expect(await times(50, () => wrong('boss', '10.9.0.1'))).toEqual(Array(50).fill('judged'))
    expect(slept.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 5000, 5000])
    expect(slept).toHaveLength(50 - FAILURES)
    expect(await right('boss', '10.9.0.1')).toBe('in')
    const before = slept.length
    expect(await wrong('boss', '10.9.0.1')).toBe('judged')
    expect(slept).toHaveLength(before)
  })

  it('waits with one try after another, up to a limit', async () => {
    const waking: (() => void)[] = []
    const sleep = () => new Promise<void>((wake) => waking.push(wake))
    const { throttle, right, wrong } = watch({ sleep })
    expect(await right('boss', '10.9.0.1')).toBe('in')
    await times(FAILURES, () => wrong('boss', '10.9.0.1'))
    const all = Array.from({ length: 100 }, () => wrong('boss', '10.9.0.1'))
    const refused = await Promise.all(all.slice(1 + WAITING_EACH))
    expect(refused.every((answer) => answer instanceof Problem && answer.retryAfterMs === 5000)).toBe(true)
    for (const slowed of all.slice(0, 1 + WAITING_EACH)) {
      expect(waking).toHaveLength(1)
      waking.pop()?.()
      expect(await slowed).toBe('judged')
    }
    expect(throttle.figures()).toMatchObject({
      login_delayed_total: 1 + WAITING_EACH,
      login_refused_by_wait_total: 100 - 1 - WAITING_EACH,
    })
  })

  it('stops waiting when they leave', async () => {
    const leaving = new AbortController()
    const { throttle, right, wrong } = watch({ sleep: sleepForEver })
    expect(await right('boss', '10.9.0.1')).toBe('in')
    await times(FAILURES, () => wrong('boss', '10.9.0.1'))
    const both = [1, 2].map(() => throttle.begin('boss', '10.9.0.1', leaving.signal))
    leaving.abort(new Error('left'))
    expect(await Promise.allSettled(both)).toEqual(
      both.map(() => ({ status: 'rejected', reason: new Error('left') })),
    )
  })

  it('is known for 90 days after each sign-in', async () => {
    const { clock, wrong, right } = watch()
    expect(await right('boss', '10.9.0.1')).toBe('in')
    clock.nowMs += 89 * DAY_MS
    await times(FAILURES, () => wrong('boss', '10.0.0.1'))
    expect(await right('boss', '10.9.0.1')).toBe('in')
    clock.nowMs += 90 * DAY_MS
    await times(FAILURES, () => wrong('boss', '10.0.0.1'))
    expect(await right('boss', '10.9.0.1')).toBeInstanceOf(Problem)
  })
})

describe('the memory of tries', () => {
  it('holds over a restart, and over a kill', async () => {
    const kept = { file: temporaryFile(), hostKey, saveMs: 0 }
    const first = watch({ kept })
    expect(await first.right('known', '10.9.0.1')).toBe('in')
    await times(FAILURES, () => first.wrong('boss', '10.0.0.1'))
    await times(FAILURES, () => first.wrong('known', '10.0.0.1'))
    // The first is not closed, as after a kill.
    const second = watch({ kept }, first.clock)
    expect(await second.wrong('boss', '10.0.0.2')).toEqual(tooMany(15 * SECOND_MS))
    expect(await second.right('known', '10.9.0.1')).toBe('in')
    second.throttle.close()
    first.clock.nowMs += 15 * SECOND_MS
    const third = watch({ kept }, first.clock)
    expect(await third.wrong('boss', '10.0.0.2')).toBe('judged')
    expect(await third.wrong('boss', '10.0.0.2')).toEqual(tooMany(30 * SECOND_MS))
  })

  it('keeps no name or address in its file, which only the host can read', async () => {
    const file = temporaryFile()
    const { right, throttle } = watch({ kept: { file, hostKey, saveMs: 0 } })
    expect(await right('mrossi', '192.0.2.77')).toBe('in')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    throttle.close()
    expect(readFileSync(file).toString('latin1')).not.toMatch(/mrossi|192\.0\.2/)
  })

  const faults: Record<string, (file: string) => () => void> = {
    damaged: (file) => {
      writeFileSync(file, 'no database '.repeat(1000))
      return () => rmSync(file)
    },
    full: (file) => {
      symlinkSync('/dev/full', file)
      return () => rmSync(file)
    },
    locked: (file) => {
      const other = new Database(file)
      other.exec('BEGIN EXCLUSIVE')
      return () => other.close()
    },
    'in a missing folder': (file) => {
      rmSync(join(file, '..'), { recursive: true })
      return () => {}
    },
  }

  it.each(Object.entries(faults))(
    'counts in memory where the file is %s, and says so once',
    async (_, spoil) => {
      const file = temporaryFile()
      const mend = spoil(file)
      const reports: unknown[] = []
      const { wrong, right, throttle } = watch({
        kept: { file, hostKey, saveMs: 0 },
        report: (error) => void reports.push(error),
      })
      expect(await right('known', '10.9.0.1')).toBe('in')
      await times(FAILURES, () => wrong('boss', '10.0.0.1'))
      expect(await wrong('boss', '10.0.0.2')).toEqual(tooMany(15 * SECOND_MS))
      expect(await right('known', '10.9.0.1')).toBe('in')
      expect(reports).toHaveLength(1)
      expect(throttle.figures()).toMatchObject({ login_attempts_kept: 0 })
      mend()
    },
  )

  it('is written once the file works again, with the tries of before and meanwhile', async () => {
    const kept = { file: temporaryFile(), hostKey, saveMs: 0 }
    const first = watch({ kept })
    expect(await first.right('known', '10.9.0.1')).toBe('in')
    first.throttle.close()
    const other = new Database(kept.file)
    other.pragma('locking_mode = EXCLUSIVE')
    other.exec('BEGIN EXCLUSIVE')
    const second = watch({ kept }, first.clock)
    await times(FAILURES, () => second.wrong('boss', '10.0.0.1'))
    expect(second.throttle.figures()).toMatchObject({ login_attempts_kept: 0 })
    other.close()
    await times(FAILURES, () => second.wrong('known', '10.0.0.1'))
    expect(second.throttle.figures()).toMatchObject({ login_attempts_kept: 1 })
    second.throttle.close()
    const third = watch({ kept }, first.clock)
    expect(await third.wrong('boss', '10.0.0.2')).toEqual(tooMany(15 * SECOND_MS))
    expect(await third.right('known', '10.9.0.1')).toBe('in')
  })
})
