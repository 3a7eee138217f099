/** How a question reaches the recorder: over few sockets, for which users take turns, and not while it is down. */
import { RECORDINGS } from '../../../contract/endpoints.ts'
import { Problem } from '../../../contract/problems.ts'
import type { Figures } from '../../platform/figures.ts'
import type { Credentials } from '../source.ts'
import { busy, createTurns, type Release, type Turns } from '../turns.ts'
import { openAudioWire } from './audio-wire.ts'
import { createBreaker } from './breaker.ts'
import { recorderDown } from './failures.ts'
import { unwatched, watchReaching, type QuestionKind, type RecorderWatch } from './reaching.ts'
import { openJsonWire } from './json-wire.ts'
import type { RecorderLimits } from './limits.ts'
import type { WireAnswer, Wire } from './wire.ts'

/** Twenty sockets in all. Audio has its own, so that a few long recordings do not keep searches waiting. */
const lanes = {
  data: { running: 14, runningEach: 10, open: openJsonWire },
  audio: { running: 6, runningEach: 4, open: openAudioWire },
} as const
export type Lane = keyof typeof lanes
/** How many requests may wait for a turn: of one user, and of all together. */
const WAITING_EACH = 100
const WAITING = 2000

export interface RecorderRequest {
  readonly lane: Lane
  /** With its query, as it goes on the wire. */
  readonly path: string
  readonly accept: string
  readonly range?: string
}

export interface CrossingOptions {
  /** Scheme, host and port. */
  readonly origin: string
  /** PEM of a further authority, beside those that Node knows. */
  readonly ca: string | null
  readonly limits: RecorderLimits
  /** A clock that is never set, ms. */
  readonly steadyMs: () => number
  /** By default nobody is notified. */
  readonly watch?: RecorderWatch | undefined
}

export interface Crossing {
  /**
   * Waits for a turn. Nothing is sent meanwhile.
   * @param who the user whose turn it takes. The host's own questions share one turn.
   * @throws Problem `recorder_down`, `busy`, or the signal's reason.
   */
  enter(call: RecorderRequest, who: string, signal: AbortSignal): Promise<Release>
  /**
   * Asks once, and gives the turn back when the answer no longer takes a connection.
   * @throws as `Wire.ask` does.
   */
  exchange(
    call: RecorderRequest,
    credentials: Credentials | null,
    release: Release,
    signal: AbortSignal,
  ): Promise<WireAnswer>
  gauges(): Figures
  close(): Promise<void>
}

/** Sockets, and the turns before them. So no request waits for a socket within the client, which knows no turns. */
interface Open {
  readonly wire: Wire
  readonly turns: Turns
}

const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`

const headersOf = (call: RecorderRequest, credentials: Credentials | null): Record<string, string> => ({
  accept: call.accept,
  // The length of compressed bytes bounds nothing, and the recorder is near.
  'accept-encoding': 'identity',
  ...(credentials ? { authorization: basic(credentials) } : {}),
  ...(call.range === undefined ? {} : { range: call.range }),
})

const sum = (of: (one: Open) => number, all: readonly Open[]): number =>
  all.reduce((total, one) => total + of(one), 0)

/** Whether the caller left. A limit of the host's own that ends a question is a problem, and a failure. */
const isLeft = ({ aborted, reason }: AbortSignal): boolean => aborted && !(reason instanceof Problem)

const tooMuch = () => busy('The recorder has too much to do. Try again in a moment.')

function kindOf({ lane, path }: RecorderRequest, credentials: Credentials | null): QuestionKind {
  if (lane === 'audio') return 'audio'
  if (!path.startsWith(`${RECORDINGS}?`)) return 'detail'
  return credentials ? 'search' : 'check'
}

export function openCrossing(options: CrossingOptions): Crossing {
  const { origin, ca, limits, steadyMs, watch = unwatched } = options
  const breaker = watchReaching(createBreaker(steadyMs), watch)

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

  return {
    async enter({ lane }, who, signal) {
      const downMs = breaker.waitMs()
      if (downMs > 0) throw recorderDown(downMs)
      const release = await open[lane].turns.enter(who, signal)
      const waitMs = breaker.enter()
      if (waitMs <= 0) return release
      release()
      throw recorderDown(waitMs)
    },
    async exchange(call, credentials, release, signal) {
      const askedMs = steadyMs()
      const took = (outcome: 'answered' | 'failed'): void =>
        watch.asked(kindOf(call, credentials), outcome, (steadyMs() - askedMs) / 1000)
      try {
        const question = { path: call.path, headers: headersOf(call, credentials) }
        const answer = await open[call.lane].wire.ask(question, signal)
        breaker.answered(answer.statusCode)
        took('answered')
        if (answer.body.closed) release()
        else answer.body.once('close', release)
        return answer
      } catch (error) {
        release()
        if (!isLeft(signal)) took('failed')
        throw error
      }
    },
    gauges() {
      return {
        recorder_reachable: breaker.isReached() === false ? 0 : 1,
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
