/** Errors, warnings and credential prompts that no test asserts: a test fails on each that it did not name. */
import type { BrowserContext } from 'playwright'
import { expect } from 'playwright/test'

export interface PageGuard {
  /**
   * Names what this test provokes: a console line or an error that matches does not fail it. The browser
   * itself logs every answer that is an error.
   */
  expects(...patterns: RegExp[]): void
}

/** How the browser logs an answer of that status. */
export const failedLoad = (status: number): RegExp =>
  new RegExp(`^error: Failed to load resource: .*status of ${status}\\b`)
/** How it logs that there was no answer. */
export const noAnswer = /^error: Failed to load resource: net::/

/** Challenges that browsers answer with a prompt of their own. */
const prompts = /^\s*(basic|digest|negotiate|ntlm)\b/i

export interface Watch extends PageGuard {
  /** @throws where something happened that the test did not name. */
  verify(): void
}

/** Listens to every page of the context, those that it opens later included. */
export async function watchContext(context: BrowserContext): Promise<Watch> {
  const heard: string[] = []
  const named: RegExp[] = []
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      // It is heard below with everything else that the page complains of.
      // oxlint-disable-next-line no-console
      console.error(`CSP report: ${violatedDirective} ${blockedURI}`),
    )
  })
  context.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type()))
      heard.push(`${message.type()}: ${message.text()}`)
  })
  context.on('weberror', (webError) => heard.push(`uncaught: ${String(webError.error())}`))
  context.on('response', (response) => {
    const challenge = response.headers()['www-authenticate']
    if (challenge !== undefined && prompts.test(challenge))
      heard.push(`credentials prompt: ${response.url()}`)
  })
  return {
    expects: (...patterns) => void named.push(...patterns),
    verify() {
      const unnamed = heard.filter((line) => !named.some((pattern) => pattern.test(line)))
      expect(unnamed, 'reports, errors and prompts that the test did not name').toEqual([])
    },
  }
}
