/**
 * A recorder for tests: a real HTTP or HTTPS server on loopback that answers like the vendor's, with generated
 * recordings, and with the faults that a test plans. It reports the requests that came in and those still open.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import {
  answerDetail,
  answerList,
  answerMedia,
  failure,
  readTarget,
  type RecorderAnswer,
  type Liberties,
  type ApiRoute,
  type Target,
} from './answers.ts'
import { generateCalls, type Call } from './calls.ts'
import { deliver, type RecorderExchange } from './delivery.ts'
import { alter, isDelivery, waitFor, type RecorderFault } from './faults.ts'
import { createExchanges } from './exchanges.ts'
import { openListener } from './listener.ts'
import { createPlan, type Plan, type When } from './plan.ts'
import { usualQuirks, type Quirks } from './quirks.ts'
import { see, type Seen } from './seen.ts'
import { readCredentials, findUser, type RecorderUser } from './users.ts'

export interface StandInOptions {
  readonly users: readonly RecorderUser[]
  /** By default 300 generated ones. */
  readonly recordings?: readonly Call[]
  /** In PEM. Without it, the server uses plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly quirks?: Partial<Quirks>
}

export interface Recorder {
  /** The server's root, without a final slash. */
  readonly url: string
  readonly port: number
  /** All requests, oldest first. */
  readonly requests: readonly Seen[]
  /** How many requests for the route came in. */
  count(route: ApiRoute): number
  /**
   * Gives the faults to the next requests for the route.
   * @param times how many requests; by default all from now on.
   * @param when selects requests by their query.
   */
  on(
    route: ApiRoute | 'any',
    what: RecorderFault | readonly RecorderFault[],
    times?: number,
    when?: When,
  ): void
  /** Removes all faults, and releases the held requests. */
  heal(): void
  /** Releases the held requests. */
  release(): void
  /** How many requests are held. */
  held(): number
  /** How many TCP connections are open. */
  sockets(): number
  /** How many requests do not have their whole answer yet. */
  active(): number
  /** How many requests the client left before the whole answer was sent. */
  aborted(): number
  /** Changes the user's password. */
  setPassword(username: string, password: string): void
  refuseConnections(): Promise<void>
  acceptConnections(): Promise<void>
  stop(): Promise<void>
}

/** Two minutes, as in IIS. This is longer than any test, so connections that stay open show. */
const KEEP_ALIVE_MS = 120_000

function libertiesOf(faults: readonly RecorderFault[]): Liberties {
  const size = faults.find((fault) => fault.kind === 'page-size')
  const ignoredFilters = faults.flatMap((fault) => (fault.kind === 'ignore-filters' ? fault.names : []))
  return { ignoredFilters, rows: size?.rows ?? null }
}

/** The answer of a recorder that has only these faults. */
type Reply = (seen: Seen, liberties: Liberties) => RecorderAnswer

function replyFrom(users: readonly RecorderUser[], calls: readonly Call[], quirks: Quirks): Reply {
  const world = { calls, quirks }
  let turn = 0
  const reply = (target: Target, user: RecorderUser, seen: Seen, liberties: Liberties): RecorderAnswer => {
    if (target.route === 'list') return answerList(world, user, seen.query, (turn += 1), liberties)
    if (target.route === 'detail') return answerDetail(world, user, target.id)
    return answerMedia(world, user, target.id, seen.headers.range)
  }
  return (seen, liberties) => {
    const target = readTarget(seen.path)
    const user = findUser(users, readCredentials(seen.headers.authorization), quirks)
    if (!user) {
      const refusal = failure(401, 'Unauthorized', quirks)
      return { ...refusal, headers: { ...refusal.headers, 'www-authenticate': 'Basic realm="Recorder"' } }
    }
    if (!target) return failure(404, 'No such address', quirks)
    if (seen.method !== 'GET') return failure(405, 'Method not allowed', quirks)
    return user.may === 'none' ? failure(403, 'Forbidden', quirks) : reply(target, user, seen, liberties)
  }
}

async function answer(
  exchange: RecorderExchange,
  seen: Seen,
  faults: readonly RecorderFault[],
  plan: Plan,
  reply: Reply,
) {
  const { gone } = exchange
  for (const fault of faults) {
    if (gone.aborted) return
    // It rejects only if the client has left. Then nobody needs an answer.
    await waitFor(fault, () => plan.hold(gone), gone).catch(() => {})
  }
  if (gone.aborted) return
  const altered = faults.reduce(alter, reply(seen, libertiesOf(faults)))
  deliver(exchange, altered, faults.findLast(isDelivery) ?? null)
}

export async function startRecorder(options: StandInOptions): Promise<Recorder> {
  const users = [...options.users]
  const quirks = { ...usualQuirks, ...options.quirks }
  const reply = replyFrom(users, options.recordings ?? generateCalls(), quirks)
  const requests: Seen[] = []
  const plan = createPlan()
  const exchanges = createExchanges()
  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    const seen = see(request)
    requests.push(seen)
    request.resume()
    void answer(exchanges.open(request, response), seen, plan.next(seen), plan, reply)
  }
  const server = options.tls ? createSecureServer(options.tls, receive) : createServer(receive)
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const listener = await openListener(server)
  const refuseConnections = (): Promise<void> => {
    exchanges.disown()
    return listener.refuse()
  }
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${listener.port}`,
    port: listener.port,
    requests,
    count: (route) => requests.filter((seen) => seen.route === route).length,
    on: (route, what, times = Number.POSITIVE_INFINITY, when = () => true) =>
      plan.add({ route, faults: [what].flat(), when, left: times }),
    heal: plan.heal,
    release: plan.release,
    held: plan.held,
    sockets: listener.sockets,
    active: exchanges.active,
    aborted: exchanges.aborted,
    setPassword(username, password) {
      const at = users.findIndex((user) => user.username === username)
      const user = users[at]
      if (!user) throw new Error(`The recorder has no user ${username}.`)
      users[at] = { ...user, password }
    },
    refuseConnections,
    acceptConnections: listener.accept,
    stop: refuseConnections,
  }
}
