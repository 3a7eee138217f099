/**
 * Requests to the host from a script. The page must agree with the Recordings API. Behind a relay, `askStore` and the
 * functions that use it ask the store.
 */
import type { APIRequestContext, APIResponse, Page } from 'playwright'
import type { WireList } from '../src/contract/recording.ts'
import type { Session } from '../src/contract/session.ts'
import type { Host } from './host.ts'

export const BASE = '/fw/Apps/Recorder/WebAPI/Recordings'

/** Asks the store itself, with a password. @param path follows the address of the recordings. */
export async function askStore(host: Host, path: string, username = 'manager'): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${username}:demo`).toString('base64')}`
  const response = await fetch(`${host.storeUrl}${BASE}${path}`, { headers: { authorization } })
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`)
  return response
}

export async function askApi(host: Host, query: string, username = 'manager'): Promise<WireList> {
  return (await (await askStore(host, `?${query}`, username)).json()) as WireList
}

/** The number of matching recordings, to compare with the page. */
export async function countOf(host: Host, filters: string, username = 'manager'): Promise<string> {
  const { totalCount } = await askApi(host, `${filters}&page=0&pageSize=1`, username)
  return totalCount.toLocaleString('en-GB')
}

/**
 * Sends username and password as the page does, without its form. The request context keeps the cookie, and so do the
 * pages of a browser context.
 * @param origin of the host, such as `http://127.0.0.1:8080`; a context with a `baseURL` needs none.
 */
export function postSignIn(
  request: APIRequestContext,
  data: { readonly username: string; readonly password: string },
  origin = '',
): Promise<APIResponse> {
  return request.post(`${origin}/auth/login`, { headers: { 'sec-fetch-site': 'same-origin' }, data })
}

/** Signs in without the form. @throws if the host refuses. */
export async function enter(request: APIRequestContext, username: string, origin = ''): Promise<void> {
  const answer = await postSignIn(request, { username, password: 'demo' }, origin)
  if (!answer.ok()) throw new Error(`${username} could not sign in: ${await answer.text()}`)
}

/** The host's clock, ms since the Unix epoch. It starts at `DEMO_NOW` and runs on. */
export async function hostNowMs(page: Page): Promise<number> {
  const answer = await page.request.get('/auth/session')
  return ((await answer.json()) as Session).nowMs
}

const MINUTE_MS = 60_000

/**
 * A pattern of all minutes between two instants, such as `08:31|08:32`, so that a test does not depend on how long
 * the run has lasted.
 */
export function minutesBetween(fromMs: number, toMs: number, timeZone = 'Europe/Rome'): string {
  const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone })
  const minutes: string[] = []
  for (let ms = fromMs - (fromMs % MINUTE_MS); ms <= toMs; ms += MINUTE_MS) minutes.push(format.format(ms))
  return minutes.join('|')
}
