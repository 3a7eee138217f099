import { makeStore } from './host.ts'

/** Makes the demo store before the workers start, and removes it after they end. */
async function globalSetup(): Promise<() => void> {
  return makeStore()
}

// Playwright takes it only from the default export.
// oxlint-disable-next-line import/no-default-export
export default globalSetup
