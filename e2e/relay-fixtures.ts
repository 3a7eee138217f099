/** A recorder that goes wrong where a test says so, a relay in front of it, and a browser that sees only the page. */
import type { Page } from 'playwright'
import type { Search } from '../src/contract/search.ts'
import { generateCalls, type Call } from '../src/testing/recorder/calls.ts'
import { find } from '../src/testing/recorder/matching.ts'
import { usualQuirks, type Quirks } from '../src/testing/recorder/quirks.ts'
import { startRecorder, type Recorder } from '../src/testing/recorder/recorder.ts'
import type { RecorderUser } from '../src/testing/recorder/users.ts'
import { enter } from './api.ts'
import { expect, test as base } from './fixtures.ts'
import { startRelay, type Host } from './host.ts'
import { openList } from './page-objects.ts'

/** All have the password `demo`. */
const users: readonly RecorderUser[] = [
  { username: 'manager', password: 'demo', may: 'all' },
  { username: 'mrossi', password: 'demo', may: 'own' },
  { username: 'guest', password: 'demo', may: 'none' },
  { username: 'single', password: 'demo', may: 'sso' },
]

/** What the recorder holds, the newest first. */
export const calls: readonly Call[] = generateCalls()

export interface RelayOptions {
  readonly quirks: Partial<Quirks>
  /** PEM; null for plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** Of the relay. */
  readonly settings: Readonly<Record<string, string>>
}

interface RelayFixtures extends RelayOptions {
  readonly recorder: Recorder
  readonly relay: Host
}

export const test = base.extend<RelayFixtures>({
  quirks: [{}, { option: true }],
  tls: [null, { option: true }],
  settings: [{}, { option: true }],
  account: null,
  recorder: async ({ quirks, tls }, provide) => {
    const recorder = await startRecorder({ users, recordings: calls, quirks, ...(tls ? { tls } : {}) })
    await provide(recorder)
    await recorder.stop()
  },
  relay: async ({ recorder, settings }, provide) => {
    const relay = await startRelay(recorder.url, settings)
    try {
      await provide(relay)
      // The page is closed by now, so its requests have to end, whatever is wrong with them.
      await expect.poll(() => recorder.active(), 'requests that outlived the page').toBe(0)
    } finally {
      await relay.stop()
    }
    await expect.poll(() => recorder.sockets(), 'connections that outlived the relay').toBe(0)
  },
  // Each test has a fresh host: its throttle, its breaker and its knowledge of the recorder are part of the test.
  baseURL: async ({ relay }, provide) => provide(relay.url),
  storageState: { cookies: [], origins: [] },
})

export { expect } from './fixtures.ts'

/** The references of what a recorder without faults finds, in its order. */
export const found = (search: Search = {}): string[] =>
  find(calls, search, usualQuirks, 0).map(({ referenceNumber }) => referenceNumber)

/** Signs in and waits for the list. */
export async function openSignedIn(page: Page, search = '', username = 'manager'): Promise<void> {
  await enter(page.request, username)
  await openList(page, search)
}
