import { defineConfig } from 'playwright/test'
import { browserOptions } from './find-browser.ts'
import type { SourceOption } from './fixtures.ts'
import { filesOf } from './projects.ts'

export default defineConfig<object, SourceOption>({
  testDir: '.',
  outputDir: '.results',
  globalSetup: './global-setup.ts',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  // Long enough for the longest test on a busy machine, because no test checks speed.
  timeout: 300_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['./count-reporter.ts']],
  use: {
    browserName: 'chromium',
    launchOptions: await browserOptions(),
    timezoneId: 'Europe/Rome',
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'embedded', testMatch: filesOf('embedded'), use: { source: 'embedded' } },
    { name: 'relay', testMatch: filesOf('relay'), use: { source: 'recorder' } },
  ],
})
