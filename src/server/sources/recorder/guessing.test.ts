/** Attempts to get around the four tries: other spellings, answers that prove nothing, and the clock. */
import { afterEach, describe, expect, it } from 'vitest'
import { recorderFault } from '../../../testing/recorder/faults.ts'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { HEALTH_LIVE, AUTH_SESSION, mediaEndpoint } from '../../../contract/endpoints.ts'
import { ownAttempts } from '../../auth/attempt-memory.ts'
import { keepTries } from '../../auth/tries.ts'
import { basic, loginRequest } from '../../../testing/host.ts'
import { MAX_STRANGER_TRIES, MAX_TRIES, TRY_WINDOW_MS } from '../tries.ts'
import { PROVEN_MS } from './credentials.ts'
import { ask, askFirstPage, outcome, callOutcome, relayHost, type Relay } from '../../../testing/relay.ts'

const recordings = makeCalls({ audioFrames: 5000 }, {})
const tooMany = '429 too_many_attempts'
const refused = '401 refused_by_recorder'

let relay: Relay
afterEach(() => relay.close())
async function open(): Promise<void> {
  relay = await relayHost({ spool: { graceMs: 0 }, recorder: { recordings } })
}

async function logIn(username: string, password: string, address: string): Promise<string> {
  const answer = await relay.app.inject({ ...loginRequest(username, password), remoteAddress: address })
  return answer.statusCode === 200 ? '200' : `${answer.statusCode} ${answer.json<{ code: string }>().code}`
}
const { signal } = new AbortController()
const known = { from: '127.0.0.1', isKnown: true, isScript: false }
const tryOut = (password: string): Promise<string> =>
  callOutcome(relay.source.authenticate('ada', password, signal, known))

it('accents in an account’s name give it no more tries', async () => {
  await open()
  const names = ['ada', 'áda', 'ädà', 'ạda', 'Ådå']
  const outcomes: string[] = []
  for (const [n, name] of names.entries()) {
    for (const guess of ['a', 'b', 'c']) outcomes.push(await logIn(name, guess, `10.0.${n}.1`))
  }
  expect(outcomes.filter((one) => one === refused)).toHaveLength(MAX_STRANGER_TRIES)
  expect(relay.recorder.requests).toHaveLength(MAX_STRANGER_TRIES)
})

it('a web page instead of an answer proves no password', async () => {
  await open()
  const guesses = ['a', 'b', 'c', 'd', 'e', 'f']
  relay.recorder.on('list', recorderFault.loginPage)
  for (const guess of guesses) expect(await tryOut(guess)).toBe('502 recorder_failed')
  relay.recorder.heal()
  const outcomes: string[] = []
  for (const guess of guesses) outcomes.push(await tryOut(guess))
  expect(outcomes.filter((one) => one === refused)).toHaveLength(MAX_TRIES)
  expect(outcomes.filter((one) => one === tooMany)).toHaveLength(guesses.length - MAX_TRIES)
})

it('a password that is no longer right is sent for only a few of the spellings for which it was right', async () => {
  await open()
  const names = ['ada', 'Ada', 'aDa', 'adA', 'ADa', 'AdA', 'aDA', 'ADA']
  for (const name of names) expect(outcome(await askFirstPage(relay, basic(name)))).toBe('200')
  relay.steadyMs += PROVEN_MS
  relay.nowMs += PROVEN_MS
  relay.recorder.setPassword('ada', 'new')
  const before = relay.recorder.requests.length
  for (const name of names) expect(outcome(await askFirstPage(relay, basic(name)))).not.toBe('200')
  expect(relay.recorder.requests.length - before).toBeLessThanOrEqual(MAX_TRIES)
})

it('strangers with many names do not delay a signed-in user', async () => {
  await open()
  const cookie = await relay.enter('ada')
  expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
  // Only the sign-in requests one row here.
  relay.recorder.on('list', recorderFault.hold, undefined, (params) => params.get('pageSize') === '1')
  const strangers = Array.from({ length: 40 }, (_, n) => logIn(`name${n}`, 'x', `10.${n}.0.1`))
  await expect.poll(() => relay.recorder.held()).toBeGreaterThanOrEqual(10)
  expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
  relay.recorder.heal()
  await Promise.all(strangers)
})

it('a refusal of an old password ends no session with the new one', async () => {
  await open()
  relay.recorder.setPassword('ada', 'new')
  const old = await relay.enter('ada', 'old')
  relay.nowMs += 1000
  const fresh = await relay.enter('ada', 'new')
  expect(outcome(await askFirstPage(relay, fresh))).toBe('200')
  relay.recorder.on('media', recorderFault.hold)
  const media = mediaEndpoint(recordings[0]?.id ?? '')
  const first = ask(relay, media, old)
  await expect.poll(() => relay.recorder.held()).toBe(1)
  const second = ask(relay, media, fresh)
  // The answers to these show that the host has received the second request.
  for (let round = 0; round < 3; round += 1) await ask(relay, HEALTH_LIVE)
  relay.recorder.heal()
  expect([outcome(await first), outcome(await second)]).toEqual(['401 signed_out', '200'])
  expect((await ask(relay, AUTH_SESSION, fresh)).status).toBe(200)
})

it('a failure with one password does not delay requests with another', async () => {
  await open()
  const old = await relay.enter('ada')
  const media = mediaEndpoint(recordings[0]?.id ?? '')
  relay.recorder.on('media', recorderFault.status(503))
  expect(outcome(await ask(relay, media, old))).toBe('503 recorder_failed')
  relay.recorder.heal()
  relay.recorder.setPassword('ada', 'new')
  expect(outcome(await ask(relay, media, await relay.enter('ada', 'new')))).toBe('200')
})

describe('a network whose requests get no answers', () => {
  it('has to wait like one that guesses', async () => {
    await open()
    relay.recorder.on('list', recorderFault.cut('nothing'))
    const outcomes: string[] = []
    for (let n = 0; n < 45; n += 1) outcomes.push(await logIn(`name${n}`, 'x', '10.0.0.1'))
    expect(outcomes.at(0)).not.toBe(tooMany)
    expect(outcomes.at(-1)).toBe(tooMany)
    // Other networks do not have to wait.
    expect(await logIn('boss', 'x', '10.1.0.1')).not.toBe(tooMany)
  })
})

describe('a try', () => {
  const clock = { nowMs: 1e12 }
  const nowMs = (): number => clock.nowMs
  const make = () => keepTries(ownAttempts({ failures: 4, nowMs, kept: null }), nowMs)

  it('counts from its answer, however late', async () => {
    await open()
    const tries = make()
    const all = await Promise.all(Array.from({ length: MAX_TRIES }, () => tries.begin('ada', true)))
    clock.nowMs += TRY_WINDOW_MS - 1000
    for (const one of all) await one.keep()
    clock.nowMs += 2000
    await expect(tries.begin('ada', true)).rejects.toThrow(/Too many/)
    clock.nowMs += TRY_WINDOW_MS
    await (await tries.begin('ada', true)).withdraw()
  })

  it('can be withdrawn even if the clock was set back meanwhile', async () => {
    await open()
    const tries = make()
    const right = await tries.begin('ada', true)
    clock.nowMs -= 3_600_000
    for (let n = 0; n < MAX_TRIES - 1; n += 1) await tries.begin('ada', true)
    await right.withdraw()
    await tries.begin('ada', true)
    await expect(tries.begin('ada', true)).rejects.toThrow(/Too many/)
  })
})
