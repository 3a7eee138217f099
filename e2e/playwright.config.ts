import { defineConfig } from 'playwright/test'
import { browserOptions } from './find-browser.ts'

export default defineConfig({
  testDir: '.',
  testMatch: ['*.e2e.ts', 'size.ts'],
  outputDir: '.results',
  globalSetup: './global-setup.ts',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./count-reporter.ts']],
  use: {
    browserName: 'chromium',
    launchOptions: await browserOptions(),
    timezoneId: 'Europe/Rome',
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
  },
})
