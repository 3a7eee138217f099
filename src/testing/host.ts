/** A whole host for tests: a real store and real sessions in a temporary folder, and a clock that tests turn. */
import { execFileSync } from 'node:child_process'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { buildApp, type AppDependencies } from '../server/app.ts'
import { readAssets, type Assets } from '../server/routes/assets.ts'
import { openAuditLog } from '../server/audit/audit-log.ts'
import { AttemptMemory } from '../server/auth/attempt-memory.ts'
import { openSessions, type Sessions } from '../server/auth/sessions.ts'
import { readDocument } from '../server/routes/document.ts'
import { createDrain, type Drain } from '../server/http/drain.ts'
import type { Source } from '../server/sources/source.ts'
import { openSqliteSource } from '../server/sources/sqlite/sqlite-source.ts'
import { testStore, type TestRecording, type TestUser } from './store.ts'

export const NOON_MS = Date.parse('2026-11-23T12:00:00Z')

/** The host's half of what seals a session. */
export const testHostKey = Buffer.alloc(32, 7)

const password = 'demo'
const sales = { group: 'Sales' }

/** One user of each role; `solo` is a second agent. */
export const testUsers: readonly TestUser[] = [
  { username: 'manager', firstName: 'Ada', lastName: 'Neri', role: 'manager', password },
  { username: 'supervisor', role: 'supervisor', password, leads: ['Sales'] },
  { username: 'agent', role: 'base', password, ...sales },
  { username: 'solo', role: 'base', password },
  { username: 'guest', role: 'none', password },
]

export const script = 'console.log("page")\n'.repeat(100)

/** What a build of the page leaves behind. */
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

/** One file at `/assets/big.bin`, of more bytes than a connection holds by itself. */
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

export interface TestHostOptions {
  readonly recordings?: readonly TestRecording[]
  readonly dependencies?: Partial<AppDependencies>
  /** Wrong passwords of one account that are free, 4 where it is left out. */
  readonly loginFailures?: number
  /** Puts something between the host and its source. */
  readonly wrap?: (source: Source) => Source
}

export interface TestHost {
  readonly app: FastifyInstance
  readonly sessions: Sessions
  readonly drain: Drain
  readonly dataDir: string
  /** The clock, ms since the Unix epoch; tests turn it. */
  nowMs: number
  /** Closes the host and opens another over the same folder. */
  restart(hostKey?: Buffer): Promise<void>
  close(): Promise<void>
}

export async function testHost(options: TestHostOptions = {}): Promise<TestHost> {
  const store = await testStore(options.recordings ?? [], testUsers)
  const { dataDir } = store
  const page = join(dataDir, 'page')
  writeTestPage(page)
  const nowMs = (): number => host.nowMs
  const open = async (hostKey: Buffer = testHostKey) => {
    const source = await openSqliteSource({ dataDir, workers: 0 })
    const sessions = openSessions({ file: join(dataDir, 'sessions.db'), nowMs, hostKey })
    const auditLog = await openAuditLog({
      file: join(dataDir, 'audit.log'),
      hostKey,
      nowMs,
    })
    const kept = { file: join(dataDir, 'attempts.db'), hostKey: testHostKey }
    const drain = createDrain()
    const app = await buildApp({
      source: options.wrap?.(source) ?? source,
      sessions,
      auditLog,
      nowMs,
      assets: readAssets(page),
      writeDocument: readDocument(join(page, 'index.html')),
      drain,
      embedOrigins: [],
      refusalMs: 0,
      attempts: new AttemptMemory({ failures: options.loginFailures ?? 4, nowMs, kept }),
      demoAccounts: [],
      contact: null,
      log: null,
      ...options.dependencies,
    })
    const stop = async (): Promise<void> => {
      app.server.closeAllConnections()
      await app.close()
      await auditLog.close()
      sessions.close()
      await source.close()
    }
    return { app, sessions, drain, stop }
  }
  const host = { nowMs: NOON_MS, dataDir } as TestHost & { nowMs: number }
  let opened = await open()
  Object.assign(host, opened, {
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
  return host
}

/** The header of a script that signs in with every call. */
export const basic = (username: string, secret = password): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`,
})

/** What a browser says of a request that the page itself makes. */
export const ownPage = { 'sec-fetch-site': 'same-origin' }

export const loginRequest = (username: string, secret = password): InjectOptions => ({
  method: 'POST',
  url: '/auth/login',
  headers: ownPage,
  payload: { username, password: secret },
})

/** Signs in as the page does. @returns the Cookie header. */
export async function signIn(app: FastifyInstance, username: string): Promise<{ cookie: string }> {
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

/** Sends bytes as they are and reads until the host closes the connection. */
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

/** A raw GET that asks for the connection to be closed after it. */
export const rawGet = (path: string, headers: Readonly<Record<string, string>> = {}): string => {
  const lines = Object.entries({ host: 'localhost', connection: 'close', ...headers })
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

const nothing = (): void => {}

/** A promise, and what resolves it. */
export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = nothing
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve: () => resolve() }
}

/** Files of this process end at so many bytes, as on a disk that is full by then; by `prlimit` of util-linux. */
export function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
}
