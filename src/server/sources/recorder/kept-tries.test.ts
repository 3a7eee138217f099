/** Tries at the recorder survive a restart, and strangers must not use up those of a user. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import type { Problem } from '../../../contract/problems.ts'
import { loginRequest } from '../../../testing/host.ts'
import { TRY_WINDOW_MS } from '../tries.ts'
import { askFirstPage, outcome, callOutcome, relayHost, type Relay } from '../../../testing/relay.ts'

const HOME = '10.9.0.1'
const refused = '401 refused_by_recorder'
const tooMany = '429 too_many_attempts'

let relay: Relay
beforeEach(async () => {
  relay = await relayHost({ recorder: { recordings: makeCalls({}, {}) } })
})
afterEach(() => relay.close())

async function logIn(username: string, password: string, address: string): Promise<string> {
  const answer = await relay.app.inject({ ...loginRequest(username, password), remoteAddress: address })
  return answer.statusCode === 200 ? '200' : `${answer.statusCode} ${answer.json<{ code: string }>().code}`
}
/** Tries wrong passwords, each from a different network. */
async function guesses(count: number, from = 0, username = 'ada'): Promise<string[]> {
  const outcomes: string[] = []
  for (let n = from; n < from + count; n += 1)
    outcomes.push(await logIn(username, `guess ${n}`, `10.0.${n}.1`))
  return outcomes
}

it('keeps the count over a restart, for all spellings of the account', async () => {
  expect(await guesses(3)).toEqual([refused, refused, refused])
  await relay.restart()
  expect(await logIn('CORP\\ADA', 'guess', '10.1.0.1')).toBe(tooMany)
  relay.nowMs += TRY_WINDOW_MS - 1
  await relay.restart()
  expect(await logIn('ada', 'guess', '10.1.0.2')).toBe(tooMany)
  expect(relay.recorder.requests).toHaveLength(3)
  relay.nowMs += 1
  expect(await logIn('ada', 'guess', '10.1.0.3')).toBe(refused)
})

it('admits a user from a known place in spite of strangers’ guesses, even after a restart', async () => {
  expect(await logIn('ada', 'demo', HOME)).toBe('200')
  await relay.restart()
  expect(await guesses(5)).toEqual([refused, refused, refused, tooMany, tooMany])
  expect(await logIn('ada', 'demo', HOME)).toBe('200')
  expect(relay.recorder.requests).toHaveLength(1 + 3 + 1)
})

it('keeps a session in spite of strangers’ guesses after a restart', async () => {
  const cookie = await relay.enter('ada')
  await relay.restart()
  await guesses(5)
  expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
  expect(relay.recorder.requests).toHaveLength(3 + 1)
})

it('sends at most four wrong passwords in all, from any client', async () => {
  expect(await logIn('ada', 'demo', HOME)).toBe('200')
  relay.recorder.setPassword('ada', 'new')
  const cookie = await relay.enter('ada', 'old')
  await relay.restart()
  expect(await guesses(4)).toEqual([refused, refused, refused, tooMany])
  expect(await logIn('ada', 'demo', HOME)).toBe(refused)
  await relay.restart()
  expect(await logIn('ada', 'other', HOME)).toBe(tooMany)
  expect(outcome(await askFirstPage(relay, cookie))).toBe(tooMany)
  expect(relay.recorder.requests).toHaveLength(1 + 4)
})

it('never gives a user’s own last try to a stranger, even if many come at once', async () => {
  const { signal } = new AbortController()
  const tryOut = (password: string, isKnown: boolean): Promise<string> =>
    callOutcome(
      relay.source.authenticate('ada', password, signal, { from: password, isKnown, isScript: false }),
    )
  const strangers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((guess) => tryOut(guess, false)))
  expect(strangers.toSorted()).toEqual([refused, refused, refused, tooMany, tooMany, tooMany])
  const known = await Promise.all(['g', 'h', 'i'].map((guess) => tryOut(guess, true)))
  expect(known.toSorted()).toEqual([refused, tooMany, tooMany])
  expect(relay.recorder.requests).toHaveLength(4)
})

it('stores no name or password in readable form', async () => {
  await guesses(3, 0, 'mrossi')
  const bytes = ['', '-wal'].map((end) => readFileSync(join(relay.dataDir, `attempts.db${end}`), 'latin1'))
  expect(bytes.join('').length).toBeGreaterThan(1000)
  expect(bytes.join('')).not.toMatch(/mrossi|guess/)
})

it('does not keep right passwords as tries', async () => {
  for (let count = 0; count < 5; count += 1) {
    expect(await logIn('ada', 'demo', `10.0.${count}.1`)).toBe('200')
    await relay.restart()
  }
  expect(await guesses(3, 10)).toEqual([refused, refused, refused])
})

it('lets nobody wait longer because the clock was set back', async () => {
  const tryOut = (password: string): Promise<unknown> =>
    relay.source.authenticate('ada', password).catch((error: Problem) => error.retryAfterMs ?? error.code)
  for (const guess of ['a', 'b', 'c']) expect(await tryOut(guess)).toBe('refused_by_recorder')
  relay.nowMs -= 24 * 60 * 60_000
  expect(await tryOut('demo')).toBe(TRY_WINDOW_MS)
  relay.nowMs += TRY_WINDOW_MS
  expect(await tryOut('demo')).toMatchObject({ username: 'ada' })
})
