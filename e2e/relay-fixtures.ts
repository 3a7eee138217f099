/** A recorder that fails where a test asks for it, a relay in front of it, and a browser that sees only the relay. */
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

/** The recorder's recordings, newest first. */
export const calls: readonly Call[] = generateCalls()

export interface RelayOptions {
  readonly quirks: Partial<Quirks>
  /** In PEM, or null for plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** The relay's settings. */
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
      // The page is closed by now, so all its requests must end, even failing ones.
      await expect.poll(() => recorder.active(), 'requests that outlived the page').toBe(0)
    } finally {
      await relay.stop()
    }
    await expect.poll(() => recorder.sockets(), 'connections that outlived the relay').toBe(0)
  },
  // Each test has its own host, because the host's throttle, breaker and knowledge of the recorder affect the test.
  baseURL: async ({ relay }, provide) => provide(relay.url),
  storageState: { cookies: [], origins: [] },
})

export { expect } from './fixtures.ts'

/** The references that a recorder without faults finds, in its order. */
export const found = (search: Search = {}): string[] =>
  find(calls, search, usualQuirks, 0).map(({ referenceNumber }) => referenceNumber)

/** Signs in and waits for the list. */
export async function openSignedIn(page: Page, search = '', username = 'manager'): Promise<void> {
  await enter(page.request, username)
  await openList(page, search)
}
