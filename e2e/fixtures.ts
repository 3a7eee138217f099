/** The basis of every browser test: a host for each worker, a signed-in user, and a watch on the console. */
import { test as base, type BrowserContextOptions } from 'playwright/test'
import { enter } from './api.ts'
import { startFaultyHost, type FaultyHost } from './faulty-host.ts'
import { watchContext, type PageGuard } from './guard.ts'
import { startFreshHost, startRelayedHost, type Host } from './host.ts'
import type { LoopbackServer } from '../src/testing/listening.ts'
import { startPortal } from './portal.ts'
import type { DemoUser, SourceName } from './sources.ts'

type StorageState = Exclude<BrowserContextOptions['storageState'], string | undefined>

export interface SourceOption {
  /** The source of the host: its own store, or another host in place of the customer's recorder. */
  readonly source: SourceName
}

interface WorkerFixtures extends SourceOption {
  /** A portal that may frame the host, under the name `localhost`. */
  readonly portal: LoopbackServer
  readonly host: Host
  /** Signs in once for each worker and account, without the form, which has its own tests. */
  readonly signedIn: (account: DemoUser) => Promise<StorageState>
}

interface TestFixtures {
  /** The user signed in at the start of the test, or null. */
  readonly account: DemoUser | null
  /** Whether the page opens through a server that makes faults. */
  readonly throughFaults: boolean
  readonly faults: FaultyHost
  readonly guard: PageGuard
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  source: ['embedded', { option: true, scope: 'worker' }],
  portal: [
    // Playwright reads the needed fixtures from this pattern; this fixture needs none.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const portal = await startPortal()
      await provide(portal)
      await portal.stop()
    },
    { scope: 'worker' },
  ],
  host: [
    async ({ portal, source }, provide) => {
      const start = source === 'recorder' ? startRelayedHost : startFreshHost
      const host = await start({
        EMBED_ORIGINS: `http://localhost:${portal.port}`,
        CONTACT: 'the service desk, 4242',
      })
      await provide(host)
      await host.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  signedIn: [
    async ({ playwright, host }, provide) => {
      const states = new Map<DemoUser, StorageState>()
      await provide(async (account) => {
        const known = states.get(account)
        if (known) return known
        const request = await playwright.request.newContext()
        await enter(request, account, host.url)
        const state = await request.storageState()
        await request.dispose()
        states.set(account, state)
        return state
      })
    },
    { scope: 'worker' },
  ],
  account: ['manager', { option: true }],
  throughFaults: [false, { option: true }],
  faults: async ({ host }, provide) => {
    const faults = await startFaultyHost(host.url)
    await provide(faults)
    await faults.stop()
  },
  baseURL: async ({ host, throughFaults, faults }, provide) => provide(throughFaults ? faults.url : host.url),
  storageState: async ({ account, signedIn }, provide) =>
    provide(account === null ? { cookies: [], origins: [] } : await signedIn(account)),
  guard: [
    async ({ context }, provide) => {
      const watch = await watchContext(context)
      await provide(watch)
      watch.verify()
    },
    { auto: true },
  ],
})

export { expect } from 'playwright/test'
