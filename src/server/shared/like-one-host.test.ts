/** What hosts share behaves like what one host keeps for itself: both get the same random steps, and answer alike. */
import * as fc from 'fast-check'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Problem } from '../../contract/problems.ts'
import { emptyPostgres, withConnection } from '../../testing/archives.ts'
import { NOON_MS } from '../../testing/clock.ts'
import { testHostKey } from '../../testing/compose.ts'
import { temporaryFolder, type TestStore } from '../../testing/store.ts'
import { AttemptMemory, ownAttempts } from '../auth/attempt-memory.ts'
import { openSessionFile } from '../auth/session-file.ts'
import type { SessionRows } from '../auth/session-rows.ts'
import { createThrottle, type Throttle } from '../auth/throttle.ts'
import { keepTries } from '../auth/tries.ts'
import { openServers } from '../sources/postgres/opening-servers.ts'
import type { ArchiveServers } from '../sources/postgres/servers.ts'
import { sharedAttempts } from './attempts.ts'
import { sharedSessions } from './sessions.ts'

const RUNS = 8
const STEPS = { minLength: 20, maxLength: 60 }
const MINUTE_MS = 60_000

let url: string
let servers: ArchiveServers
let folder: TestStore
beforeAll(async () => {
  folder = temporaryFolder()
  url = await emptyPostgres()
  servers = await openServers({ url })
})
afterAll(async () => {
  await servers.close()
  folder.remove()
})

const empty = (table: string) => withConnection(url, (client) => client.query(`TRUNCATE ${table}`))
const { signal } = new AbortController()

/** What became of it: its answer, or the code and the wait of a refusal. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return (await work) ?? 'done'
  } catch (error) {
    if (error instanceof Problem) return [error.code, error.retryAfterMs]
    throw error
  }
}

const user = fc.constantFrom('ann', 'ANN', 'bob')
const address = fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1')
const later = fc.constantFrom(0, 1, 500, 15_000, MINUTE_MS, 16 * MINUTE_MS)

interface TryStep {
  readonly user: string
  readonly address: string
  readonly end: string
  readonly atRecorder: string | null
}

const attempt = async (throttle: Throttle, { user: name, address: from, end }: TryStep) => {
  const begun = await throttle.begin(name, from, signal)
  await begun[end as 'failed']()
  return [begun.isKnown, begun.from]
}

const guess = (laterMs: number): TryStep & { readonly later: number } => ({
  user: 'ann',
  address: '192.0.2.1',
  later: laterMs,
  end: 'failed',
  atRecorder: null,
})

it('for tries of passwords', async () => {
  const clock = { nowMs: NOON_MS }
  const nowMs = (): number => clock.nowMs
  const make = (memory: AttemptMemory) => {
    const throttle = createThrottle({ memory, nowMs, sleep: async () => undefined })
    return { throttle, tries: keepTries(memory, nowMs) }
  }
  const step = fc.record({
    user,
    address,
    later,
    end: fc.constantFrom('succeeded', 'failed', 'failed', 'failed', 'withdrawn', 'unanswered'),
    atRecorder: fc.constantFrom(null, null, 'keep', 'withdraw', 'add'),
  })
  const send = async ({ tries }: ReturnType<typeof make>, { user: name, atRecorder }: TryStep) => {
    if (atRecorder === null) return null
    if (atRecorder === 'add') return tries.add(name, 1)
    return (await tries.begin(name, false))[atRecorder as 'keep']()
  }
  const property = fc.asyncProperty(fc.array(step, STEPS), async (steps) => {
    await empty('attempts')
    clock.nowMs = NOON_MS
    const store = sharedAttempts(servers, { failures: 2, nowMs })
    const own = make(ownAttempts({ failures: 2, nowMs, kept: null }))
    const shared = make(new AttemptMemory({ failures: 2, store, hostKey: testHostKey }))
    const told = { own: [] as unknown[], shared: [] as unknown[] }
    for (const one of steps) {
      clock.nowMs += one.later
      for (const [name, host] of [
        ['own', own],
        ['shared', shared],
      ] as const) {
        const [began, ...more] = [await outcome(attempt(host.throttle, one)), await outcome(send(host, one))]
        // Names are masked by another key.
        told[name].push(Array.isArray(began) && typeof began[0] === 'boolean' ? began[0] : began, ...more)
      }
    }
    expect(told.shared).toEqual(told.own)
    const { login_attempts_kept: _own, ...ownFigures } = own.throttle.figures()
    expect(shared.throttle.figures()).toMatchObject(ownFigures)
  })
  // The clock is set back while a guess has to wait. The wait begins anew, but only once.
  const setBack = [0, 0, 0, -MINUTE_MS, 5000, 5000, 4999, 1, 0, 30_000].map(guess)
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true, examples: [[setBack]] })
})

const keyOf = (n: number) => ({ idHash: Buffer.alloc(32, n), verifier: Buffer.alloc(32, n + 100) })

it('for the rows of sessions', async () => {
  const names = ['ann', 'Ann', 'CORP\\ann', 'bob']
  const step = fc.record({
    kind: fc.constantFrom(
      'add',
      'add',
      'add',
      'add',
      'add',
      'find',
      'activate',
      'remove',
      'removeUpTo',
      'wrong',
    ),
    name: fc.constantFrom(...names),
    which: fc.nat(40),
    later: fc.constantFrom(1, 1000, MINUTE_MS),
  })
  const property = fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 90 }), async (steps) => {
    await empty('sessions')
    const file = join(folder.dataDir, 'sessions.db')
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
    const own = openSessionFile(file)
    const shared = sharedSessions(servers, () => true)
    const act = (
      rows: SessionRows,
      { kind, name, which }: (typeof steps)[number],
      added: number,
      nowMs: number,
    ) => {
      const key = keyOf(which)
      if (kind === 'add') {
        const account = name === 'bob' ? null : 'ann'
        const row = {
          username: name,
          account,
          stamp: `stamp ${added}`,
          activeMs: nowMs,
          expiresMs: nowMs + MINUTE_MS * 600,
        }
        return rows.add(keyOf(added), { ...row, sealed: which % 2 === 0 ? null : Buffer.from([which]) }, 0)
      }
      if (kind === 'activate') return rows.activate(key.idHash, nowMs)
      if (kind === 'remove') return rows.remove([key, keyOf(which + 1)])
      if (kind === 'wrong') return rows.remove([{ ...key, verifier: Buffer.alloc(32) }])
      return kind === 'removeUpTo' ? rows.removeUpTo(name, nowMs + MINUTE_MS * 590) : rows.find(key.idHash)
    }
    let [added, nowMs] = [0, NOON_MS]
    for (const one of steps) {
      nowMs += one.later
      added += one.kind === 'add' ? 1 : 0
      expect(await act(shared, one, added, nowMs)).toEqual(await act(own, one, added, nowMs))
    }
    for (let n = 0; n <= added; n += 1) {
      expect(await shared.find(keyOf(n).idHash)).toEqual(await own.find(keyOf(n).idHash))
    }
    expect(await shared.count(nowMs, NOON_MS)).toBe(await own.count(nowMs, NOON_MS))
    own.close()
  })
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true })
})
