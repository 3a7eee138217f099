/** Signing in through the recorder: the requests to it, their number, and how failures count. */
import { afterEach, describe, expect, it } from 'vitest'
import { makeAuthority } from '../../../testing/recorder/certificates.ts'
import { makeCalls } from '../../../testing/recorder/calls.ts'
import { recorderFault, type RecorderFault } from '../../../testing/recorder/faults.ts'
import { readCredentials } from '../../../testing/recorder/users.ts'
import { RECORDINGS } from '../../../contract/endpoints.ts'
import { basic, loginRequest, sessionOf } from '../../../testing/host.ts'
import { REFUSED_MS, KNOWN_RIGHT_MS } from './credentials.ts'
import { SSO_SETTING } from './failures.ts'
import { MAX_STRANGER_TRIES, TRY_WINDOW_MS } from '../tries.ts'
import {
  askFirstPage,
  outcome,
  callOutcome,
  recorderUsers,
  relayHost,
  type Relay,
  type TestRelayOptions,
} from '../../../testing/relay.ts'

const LOGIN_FAILURES = 4

let relay: Relay
afterEach(() => relay.close())
const recordings = makeCalls({}, {})
const open = async (options: TestRelayOptions = {}): Promise<Relay> => {
  relay = await relayHost({ ...options, recorder: { recordings, ...options.recorder } })
  return relay
}

const logIn = (username: string, password?: string) => relay.app.inject(loginRequest(username, password))
const told = async (username: string, password?: string): Promise<string> => {
  const answer = await logIn(username, password)
  if (answer.statusCode === 200) return '200'
  expect(answer.headers).not.toHaveProperty('set-cookie')
  return `${answer.statusCode} ${String(answer.json<{ code: string }>().code)}`
}
const refused = '401 refused_by_recorder'

describe('a login', () => {
  it('asks for one page of one recording, and nothing else', async () => {
    const { recorder } = await open()
    expect(await told('ada')).toBe('200')
    expect(recorder.requests.map(({ method, path, query }) => `${method} ${path}?${query}`)).toEqual([
      `GET ${RECORDINGS}?page=0&pageSize=1`,
    ])
  })

  it('sends name and password as they were typed, in UTF-8', async () => {
    const password = ' pä:ss "\u{1f511}" wörd '
    await open({ recorder: { users: [{ username: 'tmüller', password, may: 'all' }] } })
    expect(await told('tmüller', password)).toBe('200')
    const [seen] = relay.recorder.requests
    expect(readCredentials(seen?.headers.authorization)).toEqual({ username: 'tmüller', password })
    expect(await told('tmüller', password.trim())).toBe(refused)
  })

  it('of a user without the right to search succeeds, and the search says which right is missing', async () => {
    await open()
    const cookie = await sessionOf(relay.app, 'guest')
    const answer = await askFirstPage(relay, cookie)
    expect(outcome(answer)).toBe('403 forbidden')
    expect(answer.body.toString()).toContain('Call Recording Base Access')
  })

  it('gives the same error for a wrong password, an unknown user and single sign-on, and names the setting', async () => {
    await open()
    const bodies = await Promise.all(
      [logIn('ada', 'wrong'), logIn('unknown', 'wrong'), logIn('single')].map(async (answer) => {
        const { statusCode, body, headers } = await answer
        expect(statusCode).toBe(401)
        expect(headers).toMatchObject({ 'www-authenticate': 'Session realm="recordings"' })
        expect(headers).not.toHaveProperty('set-cookie')
        return { ...(JSON.parse(body) as object), requestId: null }
      }),
    )
    expect(bodies[0]).toMatchObject({ code: 'refused_by_recorder' })
    expect(bodies[0]).toMatchObject({ message: expect.stringContaining(SSO_SETTING) as string })
    expect(SSO_SETTING).toBe('AllowBasicAuthForSsoUsersViaWebApi=1')
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
  })

  it.each([
    ['a colon in the name', 'ada:demo', 'demo'],
    ['a line end in the name', 'a\ndb', 'demo'],
    ['a zero byte in the name', 'a\u0000da', 'demo'],
    ['a line end in the password', 'ada', 'de\r\nmo'],
    ['a delete in the password', 'ada', 'demo\u007f'],
    ['a name too long for any directory', 'a'.repeat(257), 'demo'],
    ['a password too long for any directory', 'ada', 'd'.repeat(257)],
  ])('with %s is not sent', async (_name, username, password) => {
    await open()
    expect(await told(username, password)).toBe('401 wrong_credentials')
    expect(relay.recorder.requests).toEqual([])
  })
})

describe('a refused password', () => {
  it('is sent once more by a new sign-in, and then not for fifteen minutes', async () => {
    const { recorder } = await open()
    for (let count = 0; count < 3; count += 1) expect(await told('ada', 'wrong')).toBe(refused)
    relay.steadyMs += REFUSED_MS - 1
    relay.nowMs += REFUSED_MS
    expect(await told('ada', 'wrong')).toBe(refused)
    expect(recorder.requests).toHaveLength(2)
    recorder.setPassword('ada', 'wrong')
    relay.steadyMs += 1
    expect(await told('ada', 'wrong')).toBe('200')
    expect(recorder.requests).toHaveLength(3)
  })

  it('signs in once the recorder accepts it again, and its requests go on', async () => {
    const { recorder } = await open()
    recorder.on('list', recorderFault.status(401), 1)
    expect(await told('ada')).toBe(refused)
    const cookie = await sessionOf(relay.app, 'ada')
    expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
    expect(recorder.requests).toHaveLength(3)
  })

  it('is not sent by a session, not even while a new sign-in tries it', async () => {
    const { recorder } = await open()
    const cookie = await relay.enter('ada')
    recorder.on('list', recorderFault.status(401), 1)
    expect(outcome(await askFirstPage(relay, cookie))).toBe('401 signed_out')
    const stale = await relay.enter('ada')
    recorder.on('list', recorderFault.hold, 1)
    const signingIn = told('ada')
    await expect.poll(() => recorder.held()).toBe(1)
    expect(outcome(await askFirstPage(relay, stale))).toBe('401 signed_out')
    recorder.release()
    expect(await signingIn).toBe('200')
    expect(recorder.requests).toHaveLength(2)
  })

  it('stays refused if the recorder did not judge the new sign-in', async () => {
    const { recorder } = await open()
    expect(await told('ada', 'wrong')).toBe(refused)
    recorder.on('list', recorderFault.status(503), 1)
    expect(await told('ada', 'wrong')).toBe('503 recorder_failed')
    expect(outcome(await askFirstPage(relay, await relay.enter('ada', 'wrong')))).toBe('401 signed_out')
    expect(recorder.requests).toHaveLength(2)
  })

  it('does not delay the try of another password', async () => {
    const { recorder } = await open()
    expect(await told('ada', 'wrong')).toBe(refused)
    expect(await told('ada')).toBe('200')
    expect(recorder.requests).toHaveLength(2)
  })

  it('counts as a failed attempt, whether it was sent or not, and too many are not forwarded', async () => {
    const { recorder } = await open()
    for (let count = 0; count < LOGIN_FAILURES; count += 1) expect(await told('ada', 'wrong')).toBe(refused)
    const answer = await logIn('ada')
    expect(answer.statusCode).toBe(429)
    expect(answer.headers).toHaveProperty('retry-after', '15')
    expect(recorder.requests).toHaveLength(2)
  })

  it('of a script counts the same, and is sent once for many calls at once', async () => {
    const { recorder } = await open()
    const ada = basic('ada', 'wrong')
    const side = await Promise.all([
      askFirstPage(relay, ada),
      askFirstPage(relay, ada),
      askFirstPage(relay, ada),
    ])
    expect(side.map(outcome)).toEqual([refused, refused, refused])
    expect(recorder.requests).toHaveLength(1)
    for (let count = 1; count < LOGIN_FAILURES; count += 1)
      expect(outcome(await askFirstPage(relay, ada))).toBe(refused)
    expect(recorder.requests).toHaveLength(2)
    expect(outcome(await askFirstPage(relay, basic('ada')))).toBe('429 too_many_attempts')
  })
})

const { signal } = new AbortController()
/** Signs in from a place where the user has signed in before. */
const tryOut = (username: string, password: string): Promise<string> =>
  callOutcome(
    relay.source.authenticate(username, password, signal, {
      from: '127.0.0.1',
      isKnown: true,
      isScript: false,
    }),
  )
const guesses = (count: number, username = 'ada'): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => tryOut(username, `guess ${index}`)))
const tooMany = '429 too_many_attempts'

describe('one account at the recorder', () => {
  it('gets four tries in fifteen minutes, in all spellings and even if many come at once', async () => {
    const { recorder } = await open()
    const spellings = ['ada', 'ADA', 'CORP\\ada', 'ada@corp.test', 'ada. ', '\uff41da', 'a\u200bda']
    const tries = Array.from({ length: 40 }, (_, n) => tryOut(spellings[n % 7] ?? '', `guess ${n}`))
    const outcomes = await Promise.all(tries)
    expect(outcomes.toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => refused),
      ...Array.from({ length: 36 }, () => tooMany),
    ])
    expect(recorder.requests).toHaveLength(4)
    relay.nowMs += TRY_WINDOW_MS - 1
    expect(await tryOut('ada', 'late')).toBe(tooMany)
    relay.nowMs += 1
    expect(await tryOut('ada', 'late')).toBe(refused)
    expect(recorder.requests).toHaveLength(5)
  })

  it('learns how long to wait', async () => {
    await open()
    await guesses(4)
    relay.nowMs += 60_000
    const answer = await logIn('ada')
    expect(answer.statusCode).toBe(429)
    expect(answer.json()).toMatchObject({ code: 'too_many_attempts' })
    expect(answer.headers).toHaveProperty('retry-after', '840')
  })

  it('accepts a password that was right before, after any number of wrong ones', async () => {
    const { recorder } = await open()
    expect(await tryOut('ada', 'demo')).toBe('200')
    relay.steadyMs += KNOWN_RIGHT_MS - 1
    await guesses(5)
    expect(await tryOut('ada', 'demo')).toBe('200')
    expect(outcome(await askFirstPage(relay, await relay.enter('ada')))).toBe('200')
    expect(recorder.requests).toHaveLength(1 + 4 + 2)
    // With another spelling of the account's name it is no guess either, but another password is.
    expect(await tryOut('CORP\\ADA', 'demo')).not.toBe(tooMany)
    expect(recorder.requests).toHaveLength(1 + 4 + 3)
    expect(await tryOut('ADA', 'another')).toBe(tooMany)
  })

  it('does not count passwords that were right or not judged', async () => {
    const { recorder } = await open()
    recorder.on('list', recorderFault.status(503), 5)
    expect(new Set(await guesses(4))).toEqual(new Set(['503 recorder_failed']))
    expect(await tryOut('ada', 'demo')).toBe('503 recorder_failed')
    for (let count = 0; count < 5; count += 1) {
      recorder.setPassword('ada', `right ${count}`)
      expect(await tryOut('ada', `right ${count}`)).toBe('200')
    }
    expect((await guesses(5)).filter((one) => one === refused)).toHaveLength(4)
  })

  it('counts a password that is no longer right once, whichever request notices it', async () => {
    const { recorder } = await open()
    const cookie = await relay.enter('ada')
    expect(outcome(await askFirstPage(relay, cookie))).toBe('200')
    recorder.setPassword('ada', 'new')
    await Promise.all([askFirstPage(relay, cookie), askFirstPage(relay, cookie), askFirstPage(relay, cookie)])
    expect((await guesses(5)).filter((one) => one === refused)).toHaveLength(3)
  })

  it('is not delayed by guesses at another', async () => {
    await open()
    await guesses(5, 'boss')
    expect(await tryOut('ada', 'demo')).toBe('200')
  })
})

describe('a 403', () => {
  it('for everybody opens no session, is reported, and is no failed attempt', async () => {
    const { recorder } = await open()
    recorder.on('any', recorderFault.status(403))
    for (let count = 0; count < LOGIN_FAILURES + 2; count += 1) {
      const answer = await logIn('ada', `guess ${count}`)
      expect(answer.statusCode).toBe(502)
      expect(answer.json()).toMatchObject({ code: 'recorder_failed' })
      expect(answer.body).toMatch(/403.*password could not be checked/)
    }
    expect(outcome(await askFirstPage(relay, basic('ada', 'wrong')))).toBe('502 recorder_failed')
    recorder.heal()
    expect(await told('ada')).toBe('200')
  })

  it('counts only after a 401 to an invented name and password, which is checked each time', async () => {
    const { recorder } = await open()
    for (let count = 0; count < 2; count += 1) expect(await told('guest')).toBe('200')
    const names = recorder.requests.map(({ user }) => user ?? '')
    expect(names.map((name) => name.split('-', 1)[0])).toEqual(['guest', 'check', 'guest', 'check'])
    expect(new Set(names).size).toBe(3)
    const sent = recorder.requests.map(({ headers }) => readCredentials(headers.authorization)?.password)
    expect(new Set(sent).size).toBe(3)
    recorder.on('any', recorderFault.status(403))
    expect(await told('guest')).toBe('502 recorder_failed')
  })

  it.each([
    ['nothing at all', recorderFault.cut('nothing'), '502 recorder_failed'],
    ['its 504', recorderFault.status(504), '502 recorder_failed'],
    ['a page', recorderFault.loginPage, '502 recorder_failed'],
  ])('does not count if the invented one gets %s', async (_name, what, expected) => {
    await open()
    relay.recorder.on('list', recorderFault.status(403), 1)
    relay.recorder.on('list', what, 1)
    expect(await told('guest')).toBe(expected)
  })

  it.each([400, 404])('like a %i proves no password to later requests', async (status) => {
    const { recorder } = await open()
    const body = recorderFault.json(status, { reason: 0, message: 'no' })
    recorder.on('list', body)
    const cookie = await relay.enter('ada')
    await askFirstPage(relay, cookie)
    recorder.heal()
    recorder.on('list', recorderFault.hold)
    const running = [askFirstPage(relay, cookie), askFirstPage(relay, cookie)]
    await expect.poll(() => recorder.held()).toBe(1)
    expect(recorder.requests).toHaveLength(2)
    recorder.heal()
    expect((await Promise.all(running)).map(outcome)).toEqual(['200', '200'])
  })
})

describe('a password that was not judged', () => {
  const outages: Readonly<Record<string, readonly [RecorderFault, string]>> = {
    'its own 504': [recorderFault.status(504), '504 recorder_down'],
    'a crash': [recorderFault.status(500), '500 recorder_failed'],
    unavailable: [recorderFault.status(503), '503 recorder_failed'],
    'a login page': [recorderFault.loginPage, '502 recorder_failed'],
    'a redirect': [recorderFault.redirect('/login'), '502 recorder_failed'],
    'no API': [recorderFault.status(404), '502 recorder_failed'],
    'too many requests': [recorderFault.status(429), '429 too_many_searches'],
    'a cut': [recorderFault.cut('half'), '502 recorder_failed'],
    'half of the JSON': [recorderFault.truncatedJson, '502 recorder_failed'],
    'a drip': [recorderFault.drip(40), '504 recorder_timeout'],
  }

  it.each(Object.entries(outages))('because of %s is no failed attempt', async (_name, [what, expected]) => {
    const isSlow = expected.startsWith('504')
    await open(isSlow ? { limits: { firstByteMs: 700, answerMs: 800 } } : {})
    relay.recorder.on('list', what)
    const tries = Array.from({ length: LOGIN_FAILURES - 1 }, () => told('ada'))
    for (const tried of await Promise.all(tries)) expect(tried).toBe(expected)
    if (!isSlow) for (let count = 0; count < 3; count += 1) expect(await told('ada')).toBe(expected)
    relay.recorder.heal()
    for (let count = 1; count < MAX_STRANGER_TRIES; count += 1)
      expect(await told('ada', `${count}`)).toBe(refused)
    expect(await told('ada')).toBe('200')
  })

  it('for want of an answer is no failed attempt at the host, but counts at the recorder', async () => {
    const { recorder } = await open()
    recorder.on('list', recorderFault.cut('nothing'))
    for (let count = 0; count < MAX_STRANGER_TRIES; count += 1)
      expect(await told('ada', `${count}`)).toBe('502 recorder_failed')
    const answer = await logIn('ada')
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '900'])
    expect(recorder.requests).toHaveLength(MAX_STRANGER_TRIES)
  })

  it('because nobody listens is no failed attempt', async () => {
    const { recorder } = await open()
    await recorder.refuseConnections()
    for (let count = 0; count < LOGIN_FAILURES + 2; count += 1)
      expect(await told('ada')).toBe('504 recorder_down')
    await recorder.acceptConnections()
    relay.steadyMs += 30_000
    expect(await told('ada')).toBe('200')
  })
})

describe('a certificate', () => {
  const wrong = {
    'of nobody': ({ selfSigned }: Authority) => selfSigned(['127.0.0.1']),
    'that has expired': ({ issue }: Authority) => issue(['127.0.0.1'], -1),
    'of another host': ({ issue }: Authority) => issue(['recorder.test']),
  }
  type Authority = Awaited<ReturnType<typeof makeAuthority>>

  it.each(Object.entries(wrong))('%s is reported each time, and no password is sent', async (_name, make) => {
    const authority = await makeAuthority()
    await open({ recorder: { tls: await make(authority) }, ca: authority.ca })
    for (let count = 0; count < LOGIN_FAILURES + 2; count += 1) {
      const answer = await logIn('ada')
      expect(answer.statusCode).toBe(502)
      expect(answer.json()).toMatchObject({ code: 'recorder_untrusted' })
      expect(answer.body).toMatch(/CERT|SELF_SIGNED|ALTNAME/)
      expect(answer.body).toContain('RECORDER_CA_FILE')
    }
    expect(relay.recorder.requests).toEqual([])
    await authority.remove()
  })

  it('of an unknown authority is refused, and accepted once the authority is configured', async () => {
    const authority = await makeAuthority()
    const tls = await authority.issue(['127.0.0.1'])
    await open({ recorder: { tls } })
    expect(await told('ada')).toBe('502 recorder_untrusted')
    expect(relay.recorder.requests).toEqual([])
    await relay.close()
    await open({ recorder: { tls, users: recorderUsers }, ca: authority.ca })
    expect(await told('ada')).toBe('200')
    await authority.remove()
  })
})
