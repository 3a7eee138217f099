import { defineConfig } from 'playwright/test'
import { browserOptions } from './find-browser.ts'
import type { SourceOption } from './fixtures.ts'
import { onlyEmbedded } from './sources.ts'

export default defineConfig<object, SourceOption>({
  testDir: '.',
  outputDir: '.results',
  globalSetup: './global-setup.ts',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  // Long enough for a busy machine: no test is about speed.
  timeout: 90_000,
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
    {
      name: 'embedded',
      testMatch: ['*.e2e.ts', 'size.ts'],
      testIgnore: 'relay*.e2e.ts',
      use: { source: 'embedded' },
    },
    {
      // The same tests with a relay between the page and the store, and those that need a recorder to fail.
      name: 'relay',
      testMatch: '*.e2e.ts',
      // The README's picture is of the embedded store; taken twice at once it would be of chance.
      testIgnore: 'screenshots.e2e.ts',
      grepInvert: new RegExp(onlyEmbedded),
      use: { source: 'recorder' },
    },
  ],
})
