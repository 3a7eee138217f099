/**
 * The Recordings API as a script asks it, with a password on every call: what the page shows must agree with it. Where
 * a relay stands between the page and the store, it is the store that is asked.
 */
import type { WireList } from '../src/contract/recording.ts'
import type { Host } from './host.ts'

const BASE = '/fw/Apps/Recorder/WebAPI/Recordings'

export async function askApi(host: Host, query: string, username = 'manager'): Promise<WireList> {
  const authorization = `Basic ${Buffer.from(`${username}:demo`).toString('base64')}`
  const response = await fetch(`${host.storeUrl}${BASE}?${query}`, { headers: { authorization } })
  if (!response.ok) throw new Error(`${query} was answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as WireList
}

/** How many recordings match, for comparing with what the page says. */
export async function countOf(host: Host, filters: string, username = 'manager'): Promise<string> {
  const { totalCount } = await askApi(host, `${filters}&page=0&pageSize=1`, username)
  return totalCount.toLocaleString('en-GB')
}
