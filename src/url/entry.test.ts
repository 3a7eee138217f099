import { describe, expect, it } from 'vitest'
import { writePageQuery } from '../contract/search.ts'
import { canonicalPath, readEntry } from './entry.ts'

const settle = (address: string): string | null => {
  const [pathname = '', search = ''] = address.split(/(?=\?)/)
  return canonicalPath(readEntry(pathname, search))
}

const dropped = (search: string): string[] =>
  readEntry('/recordings', search).dropped.map(({ name, value }) => `${name}=${value}`)

describe('every address of the site', () => {
  it('has one canonical form', () => {
    const addresses = [
      '/',
      '/?direction=1',
      '/recordings',
      '/recordings/',
      '/recordings/?direction=1&page=0&pageSize=50',
      '/recordings?pageSize=25&page=3&tz=Europe/Rome&direction=equals:2',
      '/recordings?remoteParty=contains:02',
      '/recordings?remotePartyNumber=+39055',
      '/recordings?page=1&pageSize=2&startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:02&direction=1',
      '/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?startTime=last:7d',
      '/embed/v1/recordings?uiTheme=dark&direction=1&parentOrigin=https://portal.example',
      '/embed/v1/',
      '/embed/v1/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?uiTheme=dark',
      '/embed/v2/recordings',
      '/nowhere',
    ]
    expect(addresses.map((address) => `${address} → ${settle(address)}`).join('\n')).toMatchInlineSnapshot(`
      "/ → /recordings?startTime=on:last-7-days
      /?direction=1 → /recordings?direction=1
      /recordings → /recordings
      /recordings/ → /recordings
      /recordings/?direction=1&page=0&pageSize=50 → /recordings?direction=1
      /recordings?pageSize=25&page=3&tz=Europe/Rome&direction=equals:2 → /recordings?direction=2&tz=Europe/Rome&page=3&pageSize=25
      /recordings?remoteParty=contains:02 → /recordings?remotePartyNumber=contains:02
      /recordings?remotePartyNumber=+39055 → /recordings?remotePartyNumber=%2B39055
      /recordings?page=1&pageSize=2&startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:02&direction=1 → /recordings?startTime=between:2018-11-01T00:00:00Z;2018-11-02T00:00:00Z&remotePartyNumber=contains:02&direction=1&page=1&pageSize=2
      /recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?startTime=last:7d → /recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?startTime=last:7d
      /embed/v1/recordings?uiTheme=dark&direction=1&parentOrigin=https://portal.example → /embed/v1/recordings?direction=1&parentOrigin=https%3A%2F%2Fportal.example&uiTheme=dark
      /embed/v1/ → /embed/v1/recordings?startTime=on:last-7-days
      /embed/v1/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?uiTheme=dark → /embed/v1/recordings/75A90276-E47E-4e9e-B463-E3C743D5FF3A?uiTheme=dark
      /embed/v2/recordings → null
      /nowhere → null"
    `)
  })
})

describe('an address with faults', () => {
  it('keeps the good parts and names the rest', () => {
    const search = '?page=-1&pageSize=abc&direction=9&startTime=on:31/02/2026&ownerUsername=mrossi'
    expect(dropped(search)).toEqual(['startTime=on:31/02/2026', 'direction=9', 'page=-1', 'pageSize=abc'])
    expect(writePageQuery(readEntry('/recordings', search).query)).toBe('ownerUsername=mrossi')
  })

  it('names unknown parameters, because a mistyped filter would show too much', () => {
    expect(dropped('?onwer=mrossi')).toEqual(['onwer=mrossi'])
    expect(dropped('?remoteParty=02&tz=UTC&uiTheme=dark')).toEqual([])
    expect(dropped('?tz=Mars/Olympus&pageSize=5000')).toEqual(['tz=Mars/Olympus', 'pageSize=5000'])
  })

  it('keeps a reversed range, which can be read', () => {
    const search = '?startTime=between:2026-11-02T00:00:00Z;2026-11-01T00:00:00Z'
    expect(dropped(search)).toEqual([])
    expect(settle(`/recordings${search}`)).toBe(`/recordings${search}`)
  })
})
