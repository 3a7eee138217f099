import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeClock } from '../../clock/clock.ts'
import { listEndpoint, RECORDINGS, ROWS_COOKIE, ZONE_COOKIE } from '../../contract/endpoints.ts'
import { resolveSearch } from '../../contract/search.ts'
import { linesOf } from '../../testing/audit.ts'
import { ownPage, sessionOf, testHost, type TestHost } from '../../testing/host.ts'
import { readEntry } from '../../url/entry.ts'

let host: TestHost
let cookie: string
beforeAll(async () => {
  host = await testHost({ recordings: [{}, { direction: 2 }] })
  cookie = (await sessionOf(host.app, 'manager')).cookie
})
afterAll(() => host.close())

const get = (url: string, headers: Record<string, string> = {}) => host.app.inject({ url, headers })

const lines = () => linesOf(join(host.dataDir, 'audit.log'))

/** The request that the document names, or null. */
async function named(url: string, zone?: string, session = cookie): Promise<string | null> {
  const cookies = zone === undefined ? session : `${session}; ${ZONE_COOKIE}=${zone}`
  const { body } = await get(url, { cookie: cookies })
  const links = [...body.matchAll(/<link rel="preload" as="fetch" crossorigin="anonymous" href="([^"]*)">/g)]
  expect(links.length).toBeLessThan(2)
  return links[0]?.[1]?.replaceAll('&amp;', '&').replaceAll('&#39;', "'") ?? null
}

/** The request as the page's own code writes it, in a browser of that zone. */
function asked(url: string, zone: string): string {
  const [pathname = '', search = ''] = url.split(/(?=\?)/)
  const { query } = readEntry(pathname, search)
  return listEndpoint(resolveSearch(query.search, makeClock(host.nowMs, query.tz, zone)).search, query)
}

describe('the request that the document names', () => {
  it.each([
    '/',
    '/?startTime=on:today',
    '/recordings',
    '/recordings?direction=1&page=3&pageSize=25',
    '/recordings?startTime=last:24h&remotePartyNumber=contains:%2B39',
    '/recordings?remoteParty=+39055',
    "/recordings?ownerUsername=o'hara%3C/script%3E&startTime=on:2026-10-25",
    '/recordings?startTime=after:2026-11-01T00:00:00&tz=Asia/Kathmandu',
    '/recordings?endTime=on:last-month&tz=europe/rome',
    '/recordings?page=-1&direction=9&startTime=on:yesterday',
    '/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?startTime=on:this-week',
    '/embed/v1/recordings?uiTheme=dark&direction=2&parentOrigin=https://portal.test',
    '/embed/v1',
  ])('is the page’s own, to the letter: %s', async (url) => {
    for (const zone of ['Europe/Rome', 'America/New_York', 'Asia/Kathmandu', 'UTC']) {
      expect(await named(url, zone)).toBe(asked(url, zone))
    }
  })

  it('is answered like any other of the session, with one line in the audit log', async () => {
    const before = lines().length
    const address = await named('/recordings?direction=2')
    expect(lines()).toHaveLength(before)
    const answer = await get(address ?? '', { cookie, ...ownPage })
    expect(answer.json()).toMatchObject({ totalCount: 1 })
    expect(lines().slice(before)).toMatchObject([{ action: 'search', outcome: 'ok', count: 1 }])
  })

  it('has the rows per page that the browser remembers, where the address does not say', async () => {
    const saying = `${cookie}; ${ROWS_COOKIE}=`
    expect(await named('/', 'UTC', `${saying}100`)).toContain('&page=0&pageSize=100')
    expect(await named('/recordings', 'UTC', `${saying}100`)).toContain('pageSize=50')
    expect(await named('/', 'UTC', `${saying}100000`)).toContain('&page=0&pageSize=50')
  })

  it('does not need a zone unless days are asked for', async () => {
    expect(await named('/recordings?startTime=last:7d')).toContain(`${RECORDINGS}?startTime=after:`)
    expect(await named('/recordings?startTime=on:today&tz=UTC')).toContain(`${RECORDINGS}?startTime=between:`)
    expect(await named('/recordings?startTime=on:today')).toBeNull()
    expect(await named('/')).toBeNull()
  })

  it.each(['Mars/Olympus', '+01:00', '', 'UTC%0d%0aSet-Cookie:x', '"><script>', 'a'.repeat(3000)])(
    'is not guessed from a zone that is none: %s',
    async (zone) => expect(await named('/', zone)).toBeNull(),
  )

  it('stays within its attribute', async () => {
    const { body } = await get('/recordings?ownerUsername=%22%3E%3Cscript%3Ealert(1)%3C/script%3E', {
      cookie,
    })
    expect(body).toContain('rel="preload"')
    expect(body).not.toContain('<script>alert')
  })

  it.each([
    ['of a page that does not exist', '/nowhere'],
    ['at the end of the calendar', '/recordings?startTime=on:9999-12-31&tz=UTC'],
    ['that cannot match', '/recordings?startTime=between:2026-11-02T00:00:00Z;2026-11-01T00:00:00Z'],
  ])('is none for an address %s', async (_, url) => {
    const { body } = await get(url, { cookie, accept: 'text/html' })
    expect(body).toContain('<div id="root">')
    expect(body).not.toContain('preload')
  })

  it('is none without a session, and for a session that has ended', async () => {
    expect(await named('/recordings', 'UTC', 'other=1')).toBeNull()
    expect(await named('/recordings', 'UTC', `rc=${'A'.repeat(64)}`)).toBeNull()
  })
})
