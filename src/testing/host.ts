/** A complete host for tests over an embedded store in a temporary folder, and its clients. */
import { execFileSync } from 'node:child_process'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Assets } from '../server/routes/assets.ts'
import type { Sessions } from '../server/auth/sessions.ts'
import type { Drain } from '../server/http/drain.ts'
import type { Source } from '../server/sources/source.ts'
import { openSqliteSource } from '../server/sources/sqlite/sqlite-source.ts'
import { NOON_MS, type TestClock } from './clock.ts'
import { composeHost, testHostKey, type ComposeOptions } from './compose.ts'
import { deriveCheaply, testStore, type TestRecording, type TestUser } from './store.ts'

const password = 'demo'
const sales = { group: 'Sales' }

/** One user of each role, and `solo` as a second agent. */
export const testUsers: readonly TestUser[] = [
  { username: 'manager', firstName: 'Ada', lastName: 'Neri', role: 'manager', password },
  { username: 'supervisor', role: 'supervisor', password, leads: ['Sales'] },
  { username: 'agent', role: 'base', password, ...sales },
  { username: 'solo', role: 'base', password },
  { username: 'guest', role: 'none', password },
]

export const script = 'console.log("page")\n'.repeat(100)

/** Writes the files of a built page. */
export function writeTestPage(folder: string): void {
  const files: Record<string, string | Buffer> = {
    'index.html': `<!-- ${'long '.repeat(300)}--><!doctype html><title>Recordings</title><meta name="boot" content="{}"><div id="root"></div>`,
    'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'assets/x-abc123.js': script,
    'assets/x-abc123.js.br': brotliCompressSync(script),
    'assets/x-abc123.js.gz': gzipSync(script),
    'assets/plain-abc123.css': 'body{}',
    'embed/v1/rc-embed.js': 'export {}',
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

/** One file at `/assets/big.bin`. @param body larger than the buffers of a connection. */
export const bigAsset = (body: Buffer): Assets =>
  new Map([
    [
      '/assets/big.bin',
      {
        body,
        br: undefined,
        gz: undefined,
        etag: '"big"',
        headers: { 'content-type': 'application/octet-stream' },
      },
    ],
  ])

export interface TestHostOptions extends Pick<ComposeOptions, 'dependencies' | 'sessions'> {
  readonly recordings?: readonly TestRecording[]
  /** How many wrong passwords of one account are free, by default 4. */
  readonly loginFailures?: number
  /** Wraps the host's source. */
  readonly wrap?: (source: Source) => Source
}

export interface TestHost extends TestClock {
  readonly app: FastifyInstance
  readonly sessions: Sessions
  readonly drain: Drain
  readonly dataDir: string
  /** Closes the host and opens another over the same folder. */
  restart(hostKey?: Buffer): Promise<void>
  close(): Promise<void>
}

/** Derives passwords at a low cost. `accounts.test.ts` derives some at the real cost. */
export async function testHost(options: TestHostOptions = {}): Promise<TestHost> {
  const store = await testStore(options.recordings ?? [], testUsers)
  const { dataDir } = store
  writeTestPage(join(dataDir, 'page'))
  const host = { nowMs: NOON_MS, dataDir } as TestHost
  const openSource = async (): Promise<Source> => {
    const source = await openSqliteSource({ dataDir, workers: 0, derive: deriveCheaply })
    return options.wrap?.(source) ?? source
  }
  const { dependencies, sessions, loginFailures: failures } = options
  const open = (hostKey = testHostKey) =>
    composeHost(dataDir, openSource, { clock: host, hostKey, dependencies, sessions, failures })
  let opened = await open()
  return Object.assign(host, opened, {
    async restart(hostKey?: Buffer) {
      await opened.stop()
      opened = await open(hostKey)
      Object.assign(host, opened)
    },
    async close() {
      await opened.stop()
      store.remove()
    },
  })
}

/** The header of a script, which sends its password with every call. */
export const basic = (username: string, secret = password): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`,
})

/** The header that a browser adds to the page's own requests. */
export const ownPage = { 'sec-fetch-site': 'same-origin' }

export const loginRequest = (username: string, secret = password): InjectOptions => ({
  method: 'POST',
  url: '/auth/login',
  headers: ownPage,
  payload: { username, password: secret },
})

/** Signs in as the page does. @returns the Cookie header. */
export async function sessionOf(app: FastifyInstance, username: string): Promise<{ cookie: string }> {
  const answer = await app.inject(loginRequest(username))
  const cookie = answer.cookies[0]
  if (!cookie) throw new Error(`${username} could not sign in: ${answer.body}`)
  return { cookie: `${cookie.name}=${cookie.value}` }
}

/** @returns the port on loopback. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

/** Sends raw bytes and reads until the host closes the connection. */
export function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => (answer += text))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

/** A raw GET that asks the host to close the connection after it. */
export const rawGet = (path: string, headers: Readonly<Record<string, string>> = {}): string => {
  const lines = Object.entries({ host: 'localhost', connection: 'close', ...headers })
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

const nothing = (): void => {}

/** A promise and the function that resolves it. */
export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = nothing
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve: () => resolve() }
}

/** Limits the files of this process to this size, like a full disk. Uses `prlimit` of util-linux. */
export function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
}
