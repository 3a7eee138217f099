/** The demo's data for tests. It is made once per run, because 50,000 recordings take seconds, and then copied. */
import { cpSync } from 'node:fs'
import { prepareDemo } from '../server/demo/demo.ts'
import { oncePerRun } from './once.ts'
import { temporaryFolder, type TestStore } from './store.ts'

/** The moment that the data leads up to: a Monday morning in Rome, in ms since the Unix epoch. */
export const DEMO_NOW_MS = Date.parse('2026-11-23T08:31:00+01:00')

/** A store with all of the demo's data, as a host makes it, in the test's own folder. */
export async function demoStore(): Promise<TestStore> {
  const made = await oncePerRun('demo', (dataDir) =>
    prepareDemo({ dataDir, nowMs: DEMO_NOW_MS, log: () => {} }),
  )
  const copy = temporaryFolder()
  cpSync(made, copy.dataDir, { recursive: true })
  return copy
}
