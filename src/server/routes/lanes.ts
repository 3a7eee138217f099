/**
 * Limits on the work of one user at once: an eager page or a script must not take what others need. Each kind of work
 * has its own lane, so that a full one leaves the others open.
 */
import { Problem } from '../../contract/problems.ts'
import type { FastifyReply } from 'fastify'
import { exchangeOf } from '../http/exchange.ts'
import { accountName } from '../sources/account-name.ts'
import type { Principal } from '../sources/source.ts'
import { busy, createTurns, type Release, type Turns } from '../sources/turns.ts'

export interface LaneLimits {
  /** How many requests of one user run at once. */
  readonly running: number
  /** How many requests of all users run at once. */
  readonly runningInAll: number
  /** How many requests of one user may wait. */
  readonly waiting: number
  /** How long a request may wait, ms. */
  readonly waitMs: number
}

const ofOneUser = { runningInAll: Number.POSITIVE_INFINITY, waiting: 50, waitMs: 20_000 }

export const standardLanes = {
  searches: { ...ofOneUser, running: 6 },
  details: { ...ofOneUser, running: 6 },
  people: { ...ofOneUser, running: 6 },
  listenings: { ...ofOneUser, running: 4 },
  /** Answers with every match. Each holds a snapshot of the store while its client reads. */
  wholeLists: { ...ofOneUser, running: 4, runningInAll: 16 },
} satisfies Record<string, LaneLimits>

export type LaneName = keyof typeof standardLanes
export type LaneOptions = Readonly<Record<LaneName, LaneLimits>>

const inWords: Readonly<Record<LaneName, string>> = {
  searches: 'searches',
  details: 'requests for recordings',
  people: 'searches for people',
  listenings: 'requests for audio',
  wholeLists: 'requests for whole lists',
}

export interface Lanes {
  /**
   * Waits for a place. @returns a function that gives the place back.
   * @throws Problem 429 `too_many_searches` if too many wait already, 503 `busy` if it waited too long, or the
   * signal's reason.
   */
  enter(lane: LaneName, username: string, signal: AbortSignal): Promise<Release>
  /** Of all users together. */
  counts(lane: LaneName): ReturnType<Turns['counts']>
}

function turnsOf(name: LaneName, { running, runningInAll, waiting, waitMs }: LaneLimits): Turns {
  const what = inWords[name]
  return createTurns({
    running: runningInAll,
    runningEach: running,
    waitingEach: waiting,
    waitMs,
    full: () =>
      new Problem({
        code: 'too_many_searches',
        message: `${running} of your ${what} run and ${waiting} wait. Try again when some are answered.`,
        retryAfterMs: 1000,
      }),
    late: () => busy(`Too many ${what} are ahead of this one. Try again in a moment.`),
  })
}

export function createLanes(options: LaneOptions = standardLanes): Lanes {
  const lanes: Readonly<Record<LaneName, Turns>> = {
    searches: turnsOf('searches', options.searches),
    details: turnsOf('details', options.details),
    people: turnsOf('people', options.people),
    listenings: turnsOf('listenings', options.listenings),
    wholeLists: turnsOf('wholeLists', options.wholeLists),
  }
  return {
    enter: (lane, username, signal) => lanes[lane].enter(accountName(username), signal),
    counts: (lane) => lanes[lane].counts(),
  }
}

/** Takes a place until the answer is sent or the client has left. @returns a signal that aborts then. */
export async function takePlace(
  lanes: Lanes,
  lane: LaneName,
  { username }: Principal,
  reply: FastifyReply,
): Promise<AbortSignal> {
  const exchange = exchangeOf(reply)
  exchange.onOver(await lanes.enter(lane, username, exchange.signal))
  return exchange.signal
}
