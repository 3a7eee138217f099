import { makeStore } from './host.ts'

/** Makes the demo store before the workers start, and removes it after they ended. */
async function globalSetup(): Promise<() => void> {
  return makeStore()
}

// Playwright takes it from the default export only.
// oxlint-disable-next-line import/no-default-export
export default globalSetup
