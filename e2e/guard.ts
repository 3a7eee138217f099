/** A test fails on every error, warning and credential prompt that it does not expect. */
import type { BrowserContext } from 'playwright'
import { expect } from 'playwright/test'

export interface PageGuard {
  /**
   * Expects console lines and errors that match, so they do not fail the test. The browser itself logs every error
   * answer.
   */
  expects(...patterns: RegExp[]): void
}

/** The browser's log line for an answer with that status. */
export const failedLoad = (status: number): RegExp =>
  new RegExp(`^error: Failed to load resource: .*status of ${status}\\b`)
/** React's report of a part of the program that could not be loaded, which a boundary has caught. */
export const partMissing = /^error: PartMissing: /
/** The browser's log line for no answer. */
export const noAnswer = /^error: Failed to load resource: net::/

/** The challenges for which browsers show their own prompt. */
const prompts = /^\s*(basic|digest|negotiate|ntlm)\b/i

export interface Watch extends PageGuard {
  /** @throws if anything happened that the test does not expect. */
  verify(): void
}

/** Listens to every page of the context, including pages that open later. */
export async function watchContext(context: BrowserContext): Promise<Watch> {
  const heard: string[] = []
  const named: RegExp[] = []
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      // The console listener below collects this with all other errors.
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
