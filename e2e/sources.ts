import type { ProblemCode } from '../src/contract/problems.ts'

/** What a page says of its source. A recorder tells nothing about its users but whether their password is right. */
export type SourceName = 'embedded' | 'recorder'
export type DemoUser = 'manager' | 'supervisor' | 'agent' | 'guest'

const fromRecorder = 'What the recorder lets you see'

/** Whose calls a user sees, in the line above the table. */
export const scopeLines: Readonly<Record<SourceName, Readonly<Record<Exclude<DemoUser, 'guest'>, string>>>> =
  {
    embedded: {
      manager: 'All recordings',
      supervisor: 'Groups Sales and Support',
      agent: 'Your calls',
    },
    recorder: { manager: fromRecorder, supervisor: fromRecorder, agent: fromRecorder },
  }

/** How the sign-in answers a wrong password. */
export const refusals: Readonly<Record<SourceName, RegExp>> = {
  embedded: /^Username or password is not right\./,
  recorder: /^The recorder refused this username and password\./,
}

/** The code of that answer. */
export const refusalCodes: Readonly<Record<SourceName, ProblemCode>> = {
  embedded: 'wrong_credentials',
  recorder: 'refused_by_recorder',
}

/** How many wrong passwords of a stranger are tried, and what the page says of the next one. */
export const guesses: Readonly<Record<SourceName, { readonly tried: number; readonly refusal: RegExp }>> = {
  embedded: { tried: 4, refusal: /^Too many attempts\. Try again in 1?\d s\.$/ },
  recorder: { tried: 3, refusal: /^Too many attempts\. Try again in 1[0-5] min\.$/ },
}
