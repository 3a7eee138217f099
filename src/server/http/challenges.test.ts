/** How a 401 asks for a password: programs are offered Basic, pages never are. */
import { afterEach, describe, expect, it } from 'vitest'
import { AUTH_SESSION, PEOPLE, recordingEndpoint, RECORDINGS } from '../../contract/endpoints.ts'
import { basic, exchange, listen, ownPage, rawGet, testHost } from '../../testing/host.ts'
import { relayHost } from '../../testing/relay.ts'

const BASIC = 'www-authenticate: Basic realm="recordings", charset="UTF-8"\r\n'
const SESSION = 'www-authenticate: Session realm="recordings"\r\n'
const search = `${RECORDINGS}?page=0&pageSize=5`
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

interface Opened {
  readonly port: number
  readonly user: string
  /** Whether the source was asked about a password. */
  isAsked(): boolean
  close(): Promise<void>
}

async function openStore(): Promise<Opened> {
  let isAsked = false
  const host = await testHost({
    wrap: (source) => ({
      ...source,
      authenticate: (...args) => {
        isAsked = true
        return source.authenticate(...args)
      },
    }),
  })
  const port = await listen(host.app)
  return { port, user: 'manager', isAsked: () => isAsked, close: () => host.close() }
}

async function openRelay(): Promise<Opened> {
  const { port, recorder, close } = await relayHost({ recorder: { recordings: [] } })
  return { port, user: 'ada', isAsked: () => recorder.requests.length > 0, close }
}

describe.each([
  ['the store', openStore],
  ['a recorder', openRelay],
])('a 401 in front of %s', (_source, open) => {
  let host: Opened
  afterEach(() => host.close())

  const ask = (path: string, headers: Record<string, string> = {}): Promise<string> =>
    exchange(host.port, rawGet(path, headers))

  it('offers Basic to a program, which gets in with it', async () => {
    host = await open()
    for (const path of [search, PEOPLE, recordingEndpoint('x'), `${recordingEndpoint('x')}/Media`]) {
      const answer = await ask(path, { 'user-agent': 'curl/8.5.0', accept: '*/*' })
      expect(answer).toContain('HTTP/1.1 401')
      expect(answer).toContain(BASIC)
      expect(answer).not.toContain(SESSION)
    }
    expect(await ask(search, basic(host.user, 'wrong'))).toContain(BASIC)
    expect(await ask(search, basic(host.user))).toContain('HTTP/1.1 200')
  })

  it('never offers it to what may be a page', async () => {
    host = await open()
    for (const headers of [
      ownPage,
      { 'sec-fetch-mode': 'no-cors' },
      { cookie: 'rc=ended' },
      { cookie: 'other=1' },
      { origin: 'http://localhost' },
      { 'user-agent': firefox },
      { 'user-agent': 'AppleCoreMedia/1.0.0.21G80 (iPhone; U; CPU OS 17_6)', 'accept-language': 'it-IT' },
      { ...ownPage, ...basic(host.user, 'wrong') },
    ] as Record<string, string>[]) {
      const answer = await ask(search, headers)
      expect(answer).toContain('HTTP/1.1 401')
      expect(answer).toContain(SESSION)
      expect(answer).not.toMatch(/www-authenticate: basic/i)
    }
  })

  it('does not offer it where it would not be read', async () => {
    host = await open()
    expect(await ask(AUTH_SESSION)).toContain(SESSION)
  })

  it('does not count a request without a password as a try', async () => {
    host = await open()
    for (let count = 0; count < 10; count += 1) expect(await ask(search)).toContain(BASIC)
    expect(host.isAsked()).toBe(false)
    expect(await ask(search, basic(host.user))).toContain('HTTP/1.1 200')
  })
})
