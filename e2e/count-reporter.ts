import type { Reporter, TestCase } from 'playwright/types/testReporter'

/** Prints one line with the result at the end of the run. */
class CountReporter implements Reporter {
  readonly #tests: TestCase[] = []

  onTestEnd(test: TestCase): void {
    this.#tests.push(test)
  }

  printsToStdio(): boolean {
    return false
  }

  async onExit(): Promise<void> {
    const passed = this.#tests.filter((test) => test.ok()).length
    process.stdout.write(`${passed} passed, ${this.#tests.length - passed} failed\n`)
  }
}

// Playwright takes a reporter only from the default export.
// oxlint-disable-next-line import/no-default-export
export default CountReporter
