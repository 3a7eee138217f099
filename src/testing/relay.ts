/** A complete host in front of a faulty recorder, over real sockets. Its two clocks stand until a test sets them. */
import type { FastifyInstance } from 'fastify'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as send, type IncomingMessage, type RequestOptions } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { startRecorder, type Recorder, type StandInOptions } from './recorder/recorder.ts'
import type { RecorderUser } from './recorder/users.ts'
import { RECORDINGS } from '../contract/endpoints.ts'
import type { Problem } from '../contract/problems.ts'
import type { AppDependencies } from '../server/app.ts'
import type { Sessions } from '../server/auth/sessions.ts'
import { NOON_MS, type TestClock } from './clock.ts'
import { composeHost, testHostKey } from './compose.ts'
import { listen, writeTestPage } from './host.ts'
import type { Source } from '../server/sources/source.ts'
import type { Tries } from '../server/sources/tries.ts'
import { openRecorderSource, type RecorderOptions } from '../server/sources/recorder/recorder-source.ts'

/** Users of each kind. `boss` is a second user who finds everything. */
export const recorderUsers: readonly RecorderUser[] = [
  { username: 'ada', password: 'demo', may: 'all' },
  { username: 'boss', password: 'demo', may: 'all' },
  { username: 'mrossi', password: 'demo', may: 'own' },
  { username: 'guest', password: 'demo', may: 'none' },
  { username: 'single', password: 'demo', may: 'sso' },
  { username: 'nobody', password: 'demo', may: 'own' },
]

export interface TestRelayOptions extends Partial<Omit<RecorderOptions, 'steadyMs' | 'tries'>> {
  readonly recorder?: Partial<StandInOptions>
  readonly dependencies?: Partial<AppDependencies>
}

export interface Relay extends TestClock {
  readonly app: FastifyInstance
  readonly recorder: Recorder
  readonly source: Source
  readonly sessions: Sessions
  readonly dataDir: string
  /** The host's port on loopback. */
  readonly port: number
  /** The source's steady clock, ms. It stands still until a test sets it, as the wall clock does. */
  steadyMs: number
  /** Opens a session without asking the recorder. @returns the Cookie header. */
  enter(username: string, password?: string): Promise<{ cookie: string }>
  /** Closes the host and opens another over the same folder. */
  restart(hostKey?: Buffer): Promise<void>
  /** Closes the host, and checks that it leaves no connection open at the recorder. */
  close(): Promise<void>
}

type Opened = Pick<Relay, 'app' | 'source' | 'sessions' | 'port'> & { stop(): Promise<void> }

async function openHost(relay: Relay, hostKey: Buffer, options: TestRelayOptions): Promise<Opened> {
  const { recorder: _, dependencies, ...own } = options
  const openSource = (tries: Tries): Source =>
    openRecorderSource({
      url: relay.recorder.url,
      ca: null,
      remoteParameter: 'auto',
      tries,
      spoolFolder: join(relay.dataDir, 'spool'),
      ...own,
      steadyMs: () => relay.steadyMs,
    })
  const host = await composeHost(relay.dataDir, openSource, {
    clock: relay,
    hostKey,
    dependencies,
    saveMs: 0,
  })
  return { ...host, port: await listen(host.app) }
}

async function openSession(
  sessions: Sessions,
  username: string,
  password: string,
): Promise<{ cookie: string }> {
  const credentials = { username, password }
  const principal = {
    username,
    displayName: null,
    role: 'base',
    scope: { kind: 'recorder' },
    stamp: '',
  } as const
  return { cookie: `rc=${await sessions.open({ ...principal, credentials })}` }
}

/** Waits until the recorder has no request in progress. */
export const recorderIdle = (recorder: Recorder): Promise<void> =>
  vi.waitFor(() => expect(recorder.active()).toBe(0), { timeout: 10_000, interval: 10 })

/** @param options for the source and the recorder behind it. `url` uses another server in place of the recorder. */
export async function relayHost(options: TestRelayOptions = {}): Promise<Relay> {
  const recorder = await startRecorder({ users: recorderUsers, ...options.recorder })
  const dataDir = mkdtempSync(join(tmpdir(), 'relay-'))
  writeTestPage(join(dataDir, 'page'))
  const relay = { nowMs: NOON_MS, steadyMs: 1_000_000, recorder, dataDir } as Relay
  let opened = await openHost(relay, testHostKey, options)
  return Object.assign(relay, opened, {
    enter: (username: string, password = 'demo') => openSession(relay.sessions, username, password),
    async restart(hostKey = testHostKey) {
      await opened.stop()
      opened = await openHost(relay, hostKey, options)
      Object.assign(relay, opened)
    },
    async close() {
      recorder.heal()
      await opened.stop()
      await vi.waitFor(() => expect(recorder.sockets()).toBe(0), { timeout: 10_000, interval: 10 })
      expect(recorder.active()).toBe(0)
      await recorder.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  })
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** Whether the whole answer arrived. */
  readonly complete: boolean
}

async function readAll(answer: IncomingMessage): Promise<Answered> {
  const chunks: Buffer[] = []
  // `complete` reports an answer that broke off.
  await (async () => {
    for await (const chunk of answer) chunks.push(chunk as Buffer)
  })().catch(() => {})
  const { statusCode: status = 0, headers, complete } = answer
  return { status, headers, body: Buffer.concat(chunks), complete }
}

/** Sends a request on a new connection. Aborting `signal` closes it. */
export function ask(
  { port }: Pick<Relay, 'port'>,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  options: RequestOptions = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = send({ host: '127.0.0.1', port, path, headers, agent: false, ...options })
    request.on('response', (answer) => resolve(readAll(answer)))
    request.on('error', reject)
    request.end()
  })
}

/** Asks for one page of a search. */
export const askFirstPage = (
  relay: Pick<Relay, 'port'>,
  headers: Readonly<Record<string, string>>,
  query = '',
  options: RequestOptions = {},
): Promise<Answered> => ask(relay, `${RECORDINGS}?page=0&pageSize=5${query && `&${query}`}`, headers, options)

export const json = ({ body }: Pick<Answered, 'body'>): Record<string, unknown> =>
  JSON.parse(body.toString()) as Record<string, unknown>

/** The answer as `status code`, such as `504 recorder_down`, or just `200`. */
export const outcome = (answer: Answered): string =>
  answer.status === 200 ? '200' : `${answer.status} ${String(json(answer).code ?? 'reason')}`

/** The same for a call of a source. */
export const callOutcome = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => '200',
    (error: Problem) => `${error.status} ${error.code}`,
  )

/** The sockets, servers and timers that keep the process awake. */
export const awake = (): readonly string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(TCP|TLS|Timeout)/.test(name))
    .toSorted()

/** Expects that the host and its recorder left nothing open. @param before the result of `awake` before the test. */
export async function expectAsleep(before: readonly string[]): Promise<void> {
  const more = (): readonly string[] => {
    // Earlier timers do not count: the test runner's come and go, and in the end no timer is left.
    const left = before.filter((name) => name !== 'Timeout')
    return awake().filter((name) => left.splice(left.indexOf(name), Number(left.includes(name))).length === 0)
  }
  for (let turn = 0; turn < 200 && more().length > 0; turn += 1) await sleep(10)
  expect(more()).toEqual([])
}
