import type { Reporter, TestCase } from 'playwright/types/testReporter'

/** Ends the run with the one line that says how it went. */
class CountReporter implements Reporter {
  private readonly tests: TestCase[] = []

  onTestEnd(test: TestCase): void {
    this.tests.push(test)
  }

  printsToStdio(): boolean {
    return false
  }

  async onExit(): Promise<void> {
    const passed = this.tests.filter((test) => test.ok()).length
    process.stdout.write(`${passed} passed, ${this.tests.length - passed} failed\n`)
  }
}

// Playwright takes a reporter from the default export only.
// oxlint-disable-next-line import/no-default-export
export default CountReporter
