/**
 * Which project runs which test file, and why. In `embedded` the host has its own store. In `relay` it stands in front
 * of a recorder: another such host, or the stand-in recorder, which makes faults.
 *
 * A test runs behind a relay only if a relay can change its result. How the page handles answers is tested once, on
 * the embedded store. The host's answers are tested on both, over HTTP, in `answers.e2e.ts` and in the unit tests of
 * the routes and of the relay.
 */
import { readdirSync } from 'node:fs'

export type ProjectName = 'embedded' | 'relay'

interface Runs {
  readonly in: readonly ProjectName[]
  readonly because: string
}

const both = (because: string): Runs => ({ in: ['embedded', 'relay'], because })
const embedded = (because: string): Runs => ({ in: ['embedded'], because })
const relay = (because: string): Runs => ({ in: ['relay'], because })

const files: Readonly<Record<string, Runs>> = {
  'access.e2e.ts': both('the source decides which recordings a user may see'),
  'answers.e2e.ts': both('every answer passes through the source: status, headers and body'),
  'refusals.e2e.ts': both('each source refuses passwords in its own words and after its own number of tries'),
  'security.e2e.ts': both('behind a relay the session holds the user’s password, and the browser must not'),

  'accessibility.e2e.ts': embedded('axe reads what the page draws'),
  'address.e2e.ts': embedded('the page reads and writes its own address'),
  'calendar.e2e.ts': embedded('the calendar writes the address'),
  'detail.e2e.ts': embedded('the page shows an answer'),
  'failures.e2e.ts': embedded('the answers are made between host and page'),
  'filters.e2e.ts': embedded('the form writes the address'),
  'form.e2e.ts': embedded('fields and the pager belong to the page'),
  'keyboard.e2e.ts': embedded('keys and focus belong to the page'),
  'layout.e2e.ts': embedded('sizes and shifts belong to the page'),
  'list.e2e.ts': embedded('the page shows an answer'),
  'loading.e2e.ts': embedded('the page decides what it asks for, and when'),
  'measures.e2e.ts': embedded('sizes belong to the page'),
  'owner.e2e.ts': embedded('the page decides what it asks for while the user types'),
  'paging.e2e.ts': embedded('the page decides which page it asks for'),
  'password.e2e.ts': embedded('a recorder keeps its passwords itself'),
  'portal.e2e.ts': embedded('frames and cookies are between host and browser'),
  'rows.e2e.ts': embedded('links, selections and tools belong to the page'),
  'screenshots.e2e.ts': embedded('the README shows the embedded store'),
  'scrolling.e2e.ts': embedded('the page decides which of its parts scroll'),
  'session.e2e.ts': embedded('the ends of sessions are made between host and page, or by the page’s clock'),
  'sign-in.e2e.ts': embedded('the form decides what it sends and says'),
  'size.ts': embedded('no byte of the page comes from the source'),
  'states.e2e.ts': embedded('the page shows an answer'),
  'steps.e2e.ts': embedded('the page keeps what belongs to a recording, and what does not'),
  'strange-answers.e2e.ts': embedded('the answers are made between host and page'),

  'relay-answers.e2e.ts': relay('only a recorder gives wrong answers'),
  'relay-audio.e2e.ts': relay('only a recorder is asked for audio once and no more'),
  'relay-down.e2e.ts': relay('only a recorder is down while the host is up'),
  'relay-session.e2e.ts': relay('only a recorder changes passwords behind the host’s back'),
  'relay-trust.e2e.ts': relay('only a recorder has a certificate that the host must trust'),
}

/** @throws if a test file is not in the table, because it would never run. */
function requireAll(): void {
  const found = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.e2e.ts'))
  const missing = found.filter((name) => !(name in files))
  if (missing.length > 0) throw new Error(`e2e/projects.ts does not say where ${missing.join(', ')} runs.`)
}

/** The test files of a project. @throws if a test file belongs to no project. */
export function filesOf(project: ProjectName): string[] {
  requireAll()
  return Object.keys(files).filter((name) => files[name]?.in.includes(project))
}
