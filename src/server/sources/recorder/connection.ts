/** The sockets to the recorder: few, checked, and given up on while nobody answers. */
import { performance } from 'node:perf_hooks'
import { rootCertificates } from 'node:tls'
import { buildConnector, Pool, type Dispatcher } from 'undici'
import type { Credentials } from '../source.ts'
import { createBreaker, type Breaker } from './breaker.ts'
import { createGuard, type Guard, type Sent, type Verdict } from './credentials.ts'
import { explainFailure, isUntrusted, recorderDown, searchTimeout } from './failures.ts'
import { joined } from './signals.ts'

/** All in ms. */
export interface RecorderLimits {
  readonly connectMs: number
  readonly firstByteMs: number
  /** A list or a detail, from the question to the last byte. */
  readonly answerMs: number
}

export const standardLimits: RecorderLimits = { connectMs: 3000, firstByteMs: 20_000, answerMs: 25_000 }

/** Twenty in all. Audio has its own: a few long recordings must not keep searches waiting. */
const SOCKETS = { data: 14, audio: 6 } as const
export type Lane = keyof typeof SOCKETS
/**
 * How far a reader may fall behind before the recorder is made to wait. More than any list, and than most audio:
 * undici 7 ends the process where a connection ends while its answer waits ("Uncatchable AssertionError on socket end").
 */
const AHEAD_BYTES = 64 * 1024 * 1024

export interface Call {
  readonly lane: Lane
  /** With its query, as it goes on the wire. */
  readonly path: string
  readonly accept: string
  readonly range?: string
}

export type Answer = Dispatcher.ResponseData

export interface Connection {
  readonly limits: RecorderLimits
  readonly guard: Guard
  /**
   * Asks once, never again: who wants another try is the page.
   * @returns the answer at its headers; the caller reads or destroys its body.
   * @throws Problem `recorder_down`, `recorder_untrusted`, `recorder_failed`, `search_timeout`, `signed_out`, or the
   * signal's reason.
   */
  ask(call: Call, credentials: Credentials | null, signal: AbortSignal): Promise<Answer>
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

function connectorOf({ ca, limits }: ConnectionOptions, breaker: Breaker): buildConnector.connector {
  const connect = buildConnector({
    timeout: limits.connectMs,
    ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
  })
  return (options, callback) =>
    connect(options, (...result) => {
      if (!result[0]) breaker.connected()
      // Who shows a wrong certificate is there: its name is what helps, and "down" would hide it.
      else if (!isUntrusted(result[0])) breaker.failed()
      callback(...result)
    })
}

const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`

/** Which answers show that the recorder looked at the password and took it. */
function verdictOf(status: number): Verdict {
  if (status === 401) return 'refused'
  return status < 300 || [400, 403, 404].includes(status) ? 'proven' : 'unknown'
}

async function judge(sent: Promise<Answer>): Promise<Sent<Answer>> {
  const answer = await sent
  const verdict = verdictOf(answer.statusCode)
  if (verdict === 'refused') discard(answer)
  return { verdict, answer }
}

export function openConnection(options: ConnectionOptions): Connection {
  const { origin, limits, steadyMs = () => performance.now() } = options
  const breaker = createBreaker(steadyMs)
  const guard = createGuard(steadyMs)
  const connect = connectorOf(options, breaker)
  const openPool = (connections: number): Pool =>
    new Pool(origin, {
      connections,
      connect,
      pipelining: 1,
      headersTimeout: limits.firstByteMs,
      bodyTimeout: limits.firstByteMs,
    })
  const pools = { data: openPool(SOCKETS.data), audio: openPool(SOCKETS.audio) }

  async function send(call: Call, credentials: Credentials | null, signal: AbortSignal): Promise<Answer> {
    const waitMs = breaker.enter()
    if (waitMs > 0) throw recorderDown(waitMs)
    const headers = {
      accept: call.accept,
      // What is compressed cannot be bounded by its length, and the recorder is near.
      'accept-encoding': 'identity',
      ...(credentials ? { authorization: basic(credentials) } : {}),
      ...(call.range === undefined ? {} : { range: call.range }),
    }
    try {
      const request = { method: 'GET', path: call.path, headers, signal, highWaterMark: AHEAD_BYTES } as const
      const answer = await pools[call.lane].request(request)
      breaker.connected()
      return answer
    } catch (error) {
      signal.throwIfAborted()
      throw explainFailure(error)
    }
  }

  return {
    limits,
    guard,
    ask: (call, credentials, signal) =>
      credentials === null
        ? send(call, null, signal)
        : guard.send(credentials, signal, (either) => judge(send(call, credentials, either))),
    gauges() {
      const stats = [pools.data.stats, pools.audio.stats]
      const sum = (name: 'connected' | 'running' | 'queued') =>
        stats.reduce((total, one) => total + one[name], 0)
      return {
        recorder_sockets: sum('connected'),
        recorder_requests_running: sum('running'),
        recorder_requests_queued: sum('queued'),
        recorder_breaker_open: breaker.waitMs() > 0 ? 1 : 0,
      }
    },
    async close() {
      await Promise.all([pools.data.destroy(), pools.audio.destroy()])
    },
  }
}

/** Lets an answer go unread, without leaving its socket or an unheard error behind. */
export function discard({ body }: Answer): void {
  body.on('error', () => undefined)
  body.destroy()
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
