/** The host's configuration: the environment, read once and checked as a whole. */
import * as v from 'valibot'
import { readInstant, toEpochMs } from '../contract/instants.ts'

export interface Config {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** As given: relative to the working directory. */
  readonly dataDir: string
  readonly demo: boolean
  /** Where the host's clock starts, ms since the Unix epoch; null for the machine's own time. */
  readonly demoNowMs: number | null
  /** Exact origins that may frame `/embed/v1/`. */
  readonly embedOrigins: readonly string[]
  /** Failed logins of one user from one address in 15 minutes before the next is refused. */
  readonly loginFailures: number
  /** Whom to ask for rights, or null. */
  readonly contact: string | null
  readonly logLevel: LogLevel | null
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Whether only programs on this machine can reach a host of that name. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}

/** @returns null where the text is no exact origin that a portal may have. */
function readOrigin(text: string): string | null {
  // A header's list of origins is cut at spaces and semicolons, and knows `*`: none of them may come in by a name.
  if (!/^https?:\/\/(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?$/i.test(text) || !URL.canParse(text)) return null
  const url = new URL(text)
  const trusted = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  return trusted && url.origin === text.toLowerCase() ? url.origin : null
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const integer = (least: number, most: number, told: string) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, told),
    v.transform(Number),
    v.minValue(least, told),
    v.maxValue(most, told),
  )

const origins = v.pipe(
  v.string(),
  v.transform(list),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const read = dataset.value.map(readOrigin)
    const wrong = dataset.value.filter((_, index) => read[index] === null)
    if (wrong.length === 0) return [...new Set(read.filter((origin) => origin !== null))]
    addIssue({
      message: `takes exact https origins with commas between them, without path or *; not ${wrong.join(', ')}. Example: EMBED_ORIGINS=https://portal.example.com`,
    })
    return NEVER
  }),
)

const instantTold = 'takes an ISO-8601 date-time. Example: DEMO_NOW=2026-11-23T08:30:00Z'

const instant = v.pipe(
  v.string(),
  v.check((text) => readInstant(text) !== null, instantTold),
  v.transform((text) => {
    const written = readInstant(text)
    return written && toEpochMs(written)
  }),
)

const environment = v.object({
  HOST: v.optional(
    v.pipe(v.string(), v.regex(/^[\w.:-]+$/, 'takes a name or an address. Example: HOST=127.0.0.1')),
    '127.0.0.1',
  ),
  PORT: v.optional(
    integer(0, 65_535, 'takes a port from 1 to 65535, or 0 for any free one. Example: PORT=8080'),
    '8080',
  ),
  DATA_DIR: v.optional(v.string(), 'data/'),
  DEMO: v.optional(v.picklist(['on', 'off'], 'takes on or off. Example: DEMO=off'), 'on'),
  DEMO_NOW: v.optional(instant),
  EMBED_ORIGINS: v.optional(origins, ''),
  LOGIN_FAILURES: v.optional(
    integer(1, 1000, 'takes an integer from 1 to 1000. Example: LOGIN_FAILURES=4'),
    '4',
  ),
  CONTACT: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(200, 'takes up to 200 characters. Example: CONTACT=the service desk, 4242'),
    ),
  ),
  LOG_LEVEL: v.optional(
    v.picklist(logLevels, `takes one of ${logLevels.join(', ')}. Example: LOG_LEVEL=info`),
  ),
})

/** What is wrong with the configuration, every fault on a line of its own. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads the environment. A variable set to nothing counts as not set.
 * @throws ConfigError naming every variable that is wrong, and an example of a right one.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const read = v.safeParse(environment, given)
  if (!read.success) {
    const faults = read.issues.map((issue) => `  ${v.getDotPath(issue) ?? ''} ${issue.message}`)
    throw new ConfigError(`The configuration is not usable:\n${[...new Set(faults)].join('\n')}`)
  }
  const { output } = read
  return {
    host: output.HOST,
    port: output.PORT,
    dataDir: output.DATA_DIR,
    demo: output.DEMO === 'on',
    demoNowMs: output.DEMO_NOW ?? null,
    embedOrigins: output.EMBED_ORIGINS,
    loginFailures: output.LOGIN_FAILURES,
    contact: output.CONTACT ?? null,
    logLevel: output.LOG_LEVEL ?? null,
  }
}
