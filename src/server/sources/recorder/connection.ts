/** The way to the recorder: few sockets that users take in turns, and none while nobody answers. */
import { randomBytes, randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { accountName } from '../account-name.ts'
import type { Credentials } from '../source.ts'
import { busy, createTurns, type Turns } from '../turns.ts'
import { openAudioWire } from './audio-wire.ts'
import { createBreaker } from './breaker.ts'
import { createGuard, type Guard, type Sent, type Verdict } from './credentials.ts'
import { explainFailure, recorderDown, searchTimeout } from './failures.ts'
import { openJsonWire } from './json-wire.ts'
import type { RecorderLimits } from './limits.ts'
import { joined } from './signals.ts'
import { discard, type Answer, type Wire } from './wire.ts'

/** Twenty sockets in all. Audio has its own: a few long recordings must not keep searches waiting. */
const lanes = {
  data: { running: 14, runningEach: 10, open: openJsonWire },
  audio: { running: 6, runningEach: 4, open: openAudioWire },
} as const
export type Lane = keyof typeof lanes
/** How many wait for a turn at most: of one user, and of all together. */
const WAITING_EACH = 100
const WAITING = 2000

export interface Call {
  readonly lane: Lane
  /** With its query, as it goes on the wire. */
  readonly path: string
  readonly accept: string
  readonly range?: string
  /** Whether somebody has just typed the password: one that was refused is tried again then. */
  readonly isSignIn?: boolean
}

export interface Connection {
  readonly limits: RecorderLimits
  readonly guard: Guard
  /**
   * Asks once, never again: who wants another try is the page. Users take turns.
   * @param credentials null asks without any.
   * @returns the answer at its headers; the caller reads or destroys its body.
   * @throws Problem `recorder_down`, `recorder_untrusted`, `recorder_failed`, `search_timeout`, `signed_out`,
   * `too_many_attempts`, `busy`, or the signal's reason.
   */
  ask(call: Call, credentials: Credentials | null, signal: AbortSignal): Promise<Answer>
  /** As `ask`, with a name and a password that nobody has: a recorder that checks passwords answers 401. */
  askAsNobody(call: Call, signal: AbortSignal): Promise<Answer>
  gauges(): Readonly<Record<string, number>>
  close(): Promise<void>
}

export interface ConnectionOptions {
  /** Scheme, host and port. */
  readonly origin: string
  /** PEM of a further authority, beside those that Node knows. */
  readonly ca: string | null
  readonly limits: RecorderLimits
  /** A clock that nobody sets, ms. */
  readonly steadyMs?: () => number
}

/** Sockets, and the turns that go before them: so nothing waits within them, where nobody's turn counts. */
interface Open {
  readonly wire: Wire
  readonly turns: Turns
}

const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`

/**
 * Which answers show that the recorder looked at the password and took it. A firewall may answer 403, and any server
 * 400 and 404, without having looked.
 */
function verdictOf(status: number): Verdict {
  if (status === 401) return 'refused'
  return status >= 200 && status < 300 ? 'proven' : 'unknown'
}

async function judge(sent: Promise<Answer>): Promise<Sent<Answer>> {
  const answer = await sent
  const verdict = verdictOf(answer.statusCode)
  if (verdict === 'refused') discard(answer)
  return { verdict, answer }
}

const headersOf = (call: Call, credentials: Credentials | null): Record<string, string> => ({
  accept: call.accept,
  // What is compressed cannot be bounded by its length, and the recorder is near.
  'accept-encoding': 'identity',
  ...(credentials ? { authorization: basic(credentials) } : {}),
  ...(call.range === undefined ? {} : { range: call.range }),
})

const sum = (of: (one: Open) => number, all: readonly Open[]): number =>
  all.reduce((total, one) => total + of(one), 0)

const tooMuch = () => busy('The recorder has too much to do. Try again in a moment.')

export function openConnection(options: ConnectionOptions): Connection {
  const { origin, ca, limits, steadyMs = () => performance.now() } = options
  const breaker = createBreaker(steadyMs)
  const guard = createGuard(steadyMs)

  const openLane = (lane: Lane): Open => {
    const { running, runningEach, open } = lanes[lane]
    const waiting = { waiting: WAITING, waitingEach: WAITING_EACH, waitMs: limits.waitMs }
    return {
      wire: open({ origin, ca, limits, breaker, connections: running }),
      turns: createTurns({ running, runningEach, ...waiting, full: tooMuch }),
    }
  }
  const open = { data: openLane('data'), audio: openLane('audio') }
  const both = Object.values(open)

  /** @param who whose turn it takes; the host's own questions share one. */
  async function send(call: Call, credentials: Credentials | null, who: string, signal: AbortSignal) {
    const { wire, turns } = open[call.lane]
    const downMs = breaker.waitMs()
    if (downMs > 0) throw recorderDown(downMs)
    const release = await turns.enter(who, signal)
    try {
      const waitMs = breaker.enter()
      if (waitMs > 0) throw recorderDown(waitMs)
      const answer = await wire.ask({ path: call.path, headers: headersOf(call, credentials) }, signal)
      breaker.connected()
      if (answer.body.closed) release()
      else answer.body.once('close', release)
      return answer
    } catch (error) {
      release()
      signal.throwIfAborted()
      throw explainFailure(error)
    }
  }

  return {
    limits,
    guard,
    ask(call, credentials, signal) {
      if (credentials === null) return send(call, null, '', signal)
      const who = accountName(credentials.username)
      const request = (either: AbortSignal) => judge(send(call, credentials, who, either))
      return guard.send(credentials, signal, request, call.isSignIn)
    },
    askAsNobody(call, signal) {
      const nobody = { username: `check-${randomUUID()}`, password: randomBytes(24).toString('base64url') }
      return send(call, nobody, '', signal)
    },
    gauges() {
      return {
        recorder_sockets: sum(({ wire }) => wire.sockets(), both),
        recorder_requests_running: sum(({ turns }) => turns.counts().running, both),
        recorder_requests_queued: sum(({ turns }) => turns.counts().waiting, both),
        recorder_breaker_open: breaker.waitMs() > 0 ? 1 : 0,
      }
    },
    async close() {
      await Promise.all(both.map(({ wire }) => wire.close()))
    },
  }
}

/**
 * Runs something within the limit for a whole answer. The timer is cleared in any case.
 * @throws Problem 504 `search_timeout`, told apart from the recorder's own 504.
 */
export async function within<T>(
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const overdue = new AbortController()
  const timer = setTimeout(() => overdue.abort(searchTimeout()), limitMs)
  try {
    return await joined([signal, overdue.signal], work)
  } finally {
    clearTimeout(timer)
  }
}
