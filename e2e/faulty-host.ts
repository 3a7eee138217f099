/**
 * A real HTTP server between the browser and the host. It forwards requests, and answers with faults where a test asks
 * for them. The browser opens the page at this server's own address, so cookies, `Host`, `Origin` and `Sec-Fetch-*`
 * are as behind any reverse proxy.
 */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenOnLoopback } from '../src/testing/listening.ts'

export interface HostAnswer {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** A fault that replaces the host's answer. */
export type HostFault =
  | { readonly kind: 'answer'; readonly answer: HostAnswer }
  /** Waits until the test releases it, then forwards. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'cut' }
  /** Sends the headers and half of the host's answer, then ends. */
  | { readonly kind: 'truncate' }
  /** Forwards, and changes the JSON of the answer. */
  | { readonly kind: 'change'; readonly change: (json: Record<string, unknown>) => unknown }

export const routes = {
  list: /^\/fw\/Apps\/Recorder\/WebAPI\/Recordings(\?|$)/,
  detail: /^\/fw\/Apps\/Recorder\/WebAPI\/Recordings\/[^/?]+(\?|$)/,
  media: /^\/fw\/Apps\/Recorder\/WebAPI\/Recordings\/[^/?]+\/Media/,
  people: /^\/api\/people(\?|$)/,
  login: /^\/auth\/login/,
  logout: /^\/auth\/logout/,
  session: /^\/auth\/session/,
  activity: /^\/auth\/activity/,
  password: /^\/auth\/password/,
  /** The small script that runs before the program. */
  early: /^\/assets\/early-[^/]+\.js/,
  /** The framework and the program. Without them there is no page. */
  program: /^\/assets\/program-[^/]+\.js/,
  /** The part of the program that shows a recording. */
  detailCode: /^\/assets\/detail-page-[^/]+\.js/,
  zoneCode: /^\/assets\/zone-dialog-[^/]+\.js/,
  calendarCode: /^\/assets\/time-calendar-[^/]+\.js/,
  signInAgainCode: /^\/assets\/expired-dialog-[^/]+\.js/,
  passwordCode: /^\/assets\/change-password-[^/]+\.js/,
  document: /^\/recordings(\?|$)/,
} as const
export type Route = keyof typeof routes

const json = (status: number, body: unknown, headers: Record<string, string> = {}): HostFault => ({
  kind: 'answer',
  answer: { status, body, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } },
})

/** An error in the host's form. */
const problem = (status: number, code: string, headers: Record<string, string> = {}): HostFault =>
  json(status, { code, message: `A fault: ${code}.`, requestId: 'e2e-request' }, headers)

export const hostFault = {
  json,
  problem,
  invalid: (reason: 0 | 1, message: string, filter?: string): HostFault =>
    json(400, { reason, message, filter }),
  signedOut: (): HostFault =>
    problem(401, 'signed_out', { 'www-authenticate': 'Session realm="recordings"' }),
  retryAfter: (seconds: number): HostFault =>
    problem(429, 'too_many_searches', { 'retry-after': String(seconds) }),
  html: (status = 200): HostFault => ({
    kind: 'answer',
    answer: {
      status,
      body: '<!doctype html><title>Log in</title>',
      headers: { 'content-type': 'text/html' },
    },
  }),
  hold: { kind: 'hold' },
  cut: { kind: 'cut' },
  truncate: { kind: 'truncate' },
  change: (change: (json: Record<string, unknown>) => unknown): HostFault => ({ kind: 'change', change }),
} as const

interface Planned {
  readonly route: Route
  readonly fault: HostFault
  /** The number of requests that it still affects. */
  left: number
}

export interface FaultyHost {
  readonly url: string
  /** Sets the fault for the next `times` requests of that route, or for all of them. */
  on(route: Route, what: HostFault, times?: number): void
  /** Removes all faults and releases the held requests. */
  heal(): void
  /** Forwards the held requests, as if the answer had only been slow. */
  release(): void
  /** The number of held requests. */
  held(): number
  /** The number of requests of that route so far. */
  count(route: Route): number
  stop(): Promise<void>
}

/** Forwards the request unchanged, and gives the host's answer to the caller. */
function ask(target: string, incoming: IncomingMessage, receive: (answer: IncomingMessage) => void): void {
  const { hostname, port } = new URL(target)
  const { url = '/', method = 'GET', headers } = incoming
  const outgoing = forward({ hostname, port, path: url, method, headers }, receive)
  outgoing.on('error', () => incoming.socket.destroy())
  incoming.on('close', () => incoming.complete || outgoing.destroy())
  incoming.pipe(outgoing)
}

const pass = (target: string, incoming: IncomingMessage, response: ServerResponse): void =>
  ask(target, incoming, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
    response.on('close', () => answer.destroy())
  })

/** The host's whole answer. It is not compressed, because the request accepts no compression. */
async function readAnswer(
  target: string,
  incoming: IncomingMessage,
): Promise<IncomingMessage & { text: string }> {
  delete incoming.headers['accept-encoding']
  return new Promise((found) =>
    ask(target, incoming, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => found(Object.assign(answer, { text: Buffer.concat(chunks).toString() })))
    }),
  )
}

async function truncate(target: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await readAnswer(target, incoming)
  delete answer.headers['content-length']
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  response.end(answer.text.slice(0, answer.text.length / 2))
}

async function changed(
  target: string,
  { change }: Extract<HostFault, { kind: 'change' }>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await readAnswer(target, incoming)
  delete answer.headers['content-length']
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  response.end(JSON.stringify(change(JSON.parse(answer.text) as Record<string, unknown>)))
}

function reply(response: ServerResponse, { status, body, headers }: HostAnswer): void {
  response.writeHead(status, { 'cache-control': 'no-store', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

export async function startFaultyHost(target: string): Promise<FaultyHost> {
  let planned: Planned[] = []
  const waiting = new Set<() => void>()
  const counts = new Map<Route, number>()

  const nextFault = (route: Route | undefined): HostFault | undefined => {
    const plan = planned.find((candidate) => candidate.route === route && candidate.left > 0)
    if (plan) plan.left -= 1
    return plan?.fault
  }
  const hold = (incoming: IncomingMessage, response: ServerResponse): void => {
    const go = (): void => {
      waiting.delete(go)
      pass(target, incoming, response)
    }
    waiting.add(go)
    response.on('close', () => waiting.delete(go))
  }
  const meet = (what: HostFault, incoming: IncomingMessage, response: ServerResponse): void => {
    if (what.kind === 'answer') reply(response, what.answer)
    else if (what.kind === 'hold') hold(incoming, response)
    else if (what.kind === 'cut') incoming.socket.destroy()
    else if (what.kind === 'truncate') void truncate(target, incoming, response)
    else void changed(target, what, incoming, response)
  }
  const server = createServer((incoming, response) => {
    const names = Object.keys(routes) as Route[]
    const route = names.find((name) => routes[name].test(incoming.url ?? ''))
    if (route !== undefined) counts.set(route, (counts.get(route) ?? 0) + 1)
    const what = nextFault(route)
    if (what) meet(what, incoming, response)
    else pass(target, incoming, response)
  })
  const release = (): void => {
    for (const go of waiting) go()
  }
  const { port, stop } = await listenOnLoopback(server)
  return {
    url: `http://127.0.0.1:${port}`,
    on: (route, what, times = Number.POSITIVE_INFINITY) =>
      void planned.push({ route, fault: what, left: times }),
    heal() {
      planned = []
      release()
    },
    release,
    held: () => waiting.size,
    count: (route) => counts.get(route) ?? 0,
    stop,
  }
}
