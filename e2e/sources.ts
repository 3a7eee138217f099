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

/** What the sign-in answers to a wrong password. */
export const refusals: Readonly<Record<SourceName, RegExp>> = {
  embedded: /^Username or password is not right\./,
  recorder: /^The recorder refused this username and password\./,
}

/** How many wrong passwords of a stranger are tried, and what the page says of the next one. */
export const guesses: Readonly<Record<SourceName, { readonly tried: number; readonly refusal: RegExp }>> = {
  embedded: { tried: 4, refusal: /^Too many attempts\. Try again in 1[45] s\.$/ },
  recorder: { tried: 3, refusal: /^Too many attempts\. Try again in 1[45] min\.$/ },
}

/** Marks what only the embedded store has; the project that goes through a relay leaves it out. */
export const onlyEmbedded = '@only-embedded'
