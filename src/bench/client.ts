/** Helpers of the load benches: a client, a way to start programs, and measured times. */
import { spawn, type ChildProcess } from 'node:child_process'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { AUTH_LOGIN } from '../contract/endpoints.ts'

export const BENCH_PASSWORD = 'bench'

export const print = (line: string): void => void process.stdout.write(`${line}\n`)
const agent = new Agent({ keepAlive: true, maxSockets: 512 })

export interface BenchAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Options of a request. */
export interface BenchRequest {
  /** The body of a POST. Without it, the request is a GET. */
  readonly body?: string
  /** The client's address. Any in 127.0.0.0/8 works. */
  readonly from?: string
  readonly signal?: AbortSignal
}

export function askHost(
  url: string,
  headers: Record<string, string>,
  { body, from, signal }: BenchRequest = {},
): Promise<BenchAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        headers,
        method: body === undefined ? 'GET' : 'POST',
        ...(from === undefined ? {} : { localAddress: from }),
        ...(signal ? { signal } : {}),
      },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => (text += chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** The built host, relative to this folder in `dist/bench`. */
export const HOST_PROGRAM = '../../host/server/main.js'
/** Finds the host's address, without its final slash, in the line that it logs once it listens. */
export const STARTED = /"address":"(http:[^"]+)\/","msg":"started"/

/**
 * Starts a program and waits until it is ready.
 * @param file its path relative to this folder.
 * @returns the process, and the first group that the pattern found in its output.
 */
export function start(
  file: string,
  env: Record<string, string>,
  pattern: RegExp,
  args: readonly string[] = [],
): Promise<[ChildProcess, string]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}: ${said}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      said += String(chunk)
      const found = pattern.exec(said)?.[1]
      if (found !== undefined) resolve([child, found])
    })
  })
}

export const logIn = (
  host: string,
  username: string,
  password: string,
  how: BenchRequest = {},
): Promise<BenchAnswer> =>
  askHost(
    `${host}${AUTH_LOGIN}`,
    { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    { ...how, body: JSON.stringify({ username, password }) },
  )

/** @returns the Cookie header. */
export async function cookieOf(host: string, username: string): Promise<string> {
  const answer = await logIn(host, username, BENCH_PASSWORD)
  const cookie = [answer.headers['set-cookie']].flat()[0]?.split(';', 1)[0]
  if (cookie === undefined) throw new Error(`${username} could not sign in: ${answer.status} ${answer.body}`)
  return cookie
}

/** The times of successful requests, and the outcomes of the others. */
export class Measured {
  readonly times: number[] = []
  readonly failures = new Map<string, number>()

  /** @param dueMs when the request was due, by the steady clock. */
  async run(dueMs: number, asked: Promise<BenchAnswer>): Promise<void> {
    const outcome = await asked.then(
      ({ status }) => String(status),
      (error: unknown) => String(error),
    )
    if (outcome === '200') this.times.push(performance.now() - dueMs)
    else this.failures.set(outcome, (this.failures.get(outcome) ?? 0) + 1)
  }

  percentile(share: number): number {
    const ascending = this.times.toSorted((a, b) => a - b)
    return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN
  }
}

/** @returns the value of a metric in the text of `/metrics`, or NaN. */
export const readMetric = (text: string, name: string): number =>
  Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)

export const failuresOf = ({ failures }: Measured): string =>
  [...failures].map(([outcome, count]) => `${count} × ${outcome}`).join(', ') || 'none'

/** Closes the client's connections. */
export const hangUp = (): void => agent.destroy()
