import type { ProblemCode } from '../src/contract/problems.ts'

/** The sources differ on the page. A recorder reports nothing about its users except whether a password is right. */
export type SourceName = 'embedded' | 'recorder'
export type DemoUser = 'manager' | 'supervisor' | 'agent' | 'guest'

const fromRecorder = 'What the recorder lets you see'

/** The line above the table that says whose calls a user sees. */
export const scopeLines: Readonly<Record<SourceName, Readonly<Record<Exclude<DemoUser, 'guest'>, string>>>> =
  {
    embedded: {
      manager: 'All recordings',
      supervisor: 'Groups Sales and Support',
      agent: 'Your calls',
    },
    recorder: { manager: fromRecorder, supervisor: fromRecorder, agent: fromRecorder },
  }

/** The words at sign-in for a wrong password. */
export const refusals: Readonly<Record<SourceName, RegExp>> = {
  embedded: /^Username or password is not right\./,
  recorder: /^The recorder refused this username and password\./,
}

/** The code for a wrong password. */
export const refusalCodes: Readonly<Record<SourceName, ProblemCode>> = {
  embedded: 'wrong_credentials',
  recorder: 'refused_by_recorder',
}

/** The number of wrong passwords that are tried for an unknown user, and the words for the next one. */
export const guesses: Readonly<Record<SourceName, { readonly tried: number; readonly refusal: RegExp }>> = {
  embedded: { tried: 4, refusal: /^Too many attempts\. Try again in 1?\d s\.$/ },
  recorder: { tried: 3, refusal: /^Too many attempts\. Try again in 1[0-5] min\.$/ },
}
