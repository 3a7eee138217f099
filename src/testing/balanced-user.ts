/** A user of a dashboard that several hosts serve behind a balancer, over real TLS. */
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AUTH_ACTIVITY,
  AUTH_LOGIN,
  AUTH_LOGOUT,
  mediaEndpoint,
  RECORDINGS,
  SEARCH_PURPOSE_HEADER,
} from '../contract/endpoints.ts'

export interface Balanced {
  readonly port: number
  /** The dashboard's name in its addresses. */
  readonly name: string
  /** PEM of the authority that signed its certificate. */
  readonly ca: string
}

export type AskKind = 'login' | 'search' | 'paging' | 'play' | 'activity' | 'logout'

/** One request: what it asked for, when, and what came of it. */
export interface UserRequest {
  readonly kind: AskKind
  /** Of a steady clock, ms. */
  readonly fromMs: number
  readonly toMs: number
  /** 0 where the connection broke. */
  readonly status: number
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
}

export class BalancedUser {
  readonly username: string
  readonly asked: UserRequest[] = []
  readonly #at: Balanced
  readonly #agent: Agent
  #cookie = ''
  #round = 0

  constructor(username: string, at: Balanced) {
    this.username = username
    this.#at = at
    this.#agent = new Agent({ keepAlive: true, maxSockets: 2, ca: at.ca, servername: at.name })
  }

  /** Whether the balancer and a host behind it answer. */
  async isServed(): Promise<boolean> {
    const answer = await this.#send('/readyz', {}).catch(() => null)
    this.#agent.destroy()
    return answer?.status === 200
  }

  async signIn(): Promise<void> {
    const body = JSON.stringify({ username: this.username, password: 'demo' })
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
    const answer = await this.#ask('login', AUTH_LOGIN, headers, body)
    this.#cookie = answer?.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  }

  async signOut(): Promise<void> {
    await this.#ask('logout', AUTH_LOGOUT, { 'content-length': '0' }, '')
    this.#agent.destroy()
  }

  /** Searches, turns the page, listens to a piece and says that there was input, until the signal aborts. */
  async work(recording: string, pauseMs: () => number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#round += 1
      // A search of their own each time, so that each needs a line.
      const search = `${RECORDINGS}?startTime=after:2020-01-01T00:00:00.${String(this.#round).padStart(3, '0')}Z`
      await this.#ask('search', `${search}&page=0&pageSize=20`)
      const paging = { [SEARCH_PURPOSE_HEADER]: 'paging' }
      await this.#ask('paging', `${search}&page=1&pageSize=20`, paging)
      const from = this.#round * 10
      await this.#ask('play', mediaEndpoint(recording), { range: `bytes=${from}-${from + 9}` })
      await this.#ask('activity', AUTH_ACTIVITY, { 'content-length': '0' }, '')
      await sleep(pauseMs())
    }
  }

  async #ask(
    kind: AskKind,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<Answer | null> {
    const fromMs = performance.now()
    const answer = await this.#send(path, headers, body).catch(() => null)
    this.asked.push({ kind, fromMs, toMs: performance.now(), status: answer?.status ?? 0 })
    return answer
  }

  #send(path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Answer> {
    const { port, name } = this.#at
    const own = { host: name, cookie: this.#cookie, 'sec-fetch-site': 'same-origin' }
    const method = body === undefined ? 'GET' : 'POST'
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, method, agent: this.#agent }
      const sent = request({ ...options, headers: { ...own, ...headers } }, (answer) => {
        const done = (): void => resolve({ status: answer.statusCode ?? 0, headers: answer.headers })
        answer.resume().once('end', done).once('error', reject)
      })
      sent.once('error', reject).end(body)
    })
  }
}
