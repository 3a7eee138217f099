/** Three hosts of one archive behind a real balancer, killed and started again in turn, while 100 users work. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { auditCommand } from './server/commands/audit.ts'
import { AudioShelf } from './server/sources/archive/audio-files.ts'
import { operatePostgres } from './server/sources/postgres/operated-archive.ts'
import { emptyPostgres, storeInPostgres } from './testing/archives.ts'
import { testMp3 } from './testing/audio.ts'
import { linesOf } from './testing/audit.ts'
import { BalancedUser, type UserRequest, type AskKind, type Balanced } from './testing/balanced-user.ts'
import { call } from './testing/call-command.ts'
import { compiledHost } from './testing/compiled.ts'
import { startBalancer } from './testing/deployment.ts'
import { writeTestPage } from './testing/host.ts'
import { listenOnLoopback } from './testing/listening.ts'
import { makeAuthority, type CertificateAuthority } from './testing/recorder/certificates.ts'
import { cheapHash, newRecording, temporaryFolder, testGuid, type TestStore } from './testing/store.ts'

const USERS = 100
const ROWS = 200
const NAME = 'recordings.test'
const HOST_KEY = Buffer.alloc(32, 7).toString('base64')
/** Who signs in at once: strangers have a pace. */
const SIGN_INS = 8

type Program = ChildProcessByStdio<null, Readable, Readable>

interface HostProgram {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  program: Program
}

let dist: string
let folder: TestStore
let authority: CertificateAuthority
let hosts: HostProgram[]
let balancer: Program
let at: Balanced
/** When a host was being killed, of a steady clock, ms. */
const kills: { readonly fromMs: number; readonly toMs: number }[] = []

async function freePort(): Promise<number> {
  const server = await listenOnLoopback(createServer())
  await server.stop()
  return server.port
}

/** Starts the host, and waits until it has. */
function start(env: Readonly<Record<string, string>>): Promise<Program> {
  const program = spawn(process.execPath, [join(dist, 'host', 'server', 'main.js')], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      out += chunk.toString()
      if (out.includes('"msg":"started"')) resolve(program)
    }
    // A host stops writing its log once nobody reads it, so all of it is read.
    program.stdout.on('data', hear)
    program.stderr.on('data', hear)
    program.once('close', () => reject(new Error(`The host did not start: ${out}`)))
  })
}

async function makeArchive(): Promise<string> {
  const url = await emptyPostgres()
  const mediaFolder = join(folder.dataDir, 'media')
  const audioFile = join(folder.dataDir, 'call.mp3')
  writeFileSync(audioFile, testMp3(50))
  const shelf = new AudioShelf(mediaFolder)
  const rows = Array.from({ length: ROWS }, (_, index) => newRecording({ audioFile }, index, shelf))
  await storeInPostgres(url, rows)
  const archive = await operatePostgres({ url, mediaFolder, dataDir: folder.dataDir })
  const password = await cheapHash('demo')
  for (let n = 0; n < USERS; n += 1) {
    await archive.saveAccount({ user: { username: `user${n}` }, role: 'manager', leads: [] }, password)
  }
  await archive.close()
  return url
}

async function openHosts(url: string): Promise<HostProgram[]> {
  const shared = {
    DATABASE_URL: url,
    HOST_KEY,
    MEDIA_DIR: join(folder.dataDir, 'media'),
    TRUST_PROXY: '127.0.0.1',
    ALLOWED_HOSTS: NAME,
  }
  return Promise.all(
    ['host-1', 'host-2', 'host-3'].map(async (name) => {
      const dataDir = join(folder.dataDir, name)
      mkdirSync(dataDir)
      const env = { ...shared, HOST_NAME: name, DATA_DIR: dataDir, PORT: String(await freePort()) }
      return { name, env, program: await start(env) }
    }),
  )
}

async function openBalancer(): Promise<void> {
  const { cert, key } = await authority.issue([NAME])
  const certificate = join(folder.dataDir, 'certificate')
  writeFileSync(certificate, cert + key)
  const [plain, secure] = [await freePort(), await freePort()]
  const [one, two, three] = hosts.map(({ env }) => `127.0.0.1:${env.PORT}`)
  const addresses = {
    'host-1:8080': one ?? '',
    'host-2:8080': `${two}\n  server host-3 ${three}`,
    ':8080': `127.0.0.1:${plain}`,
    ':8443': `127.0.0.1:${secure}`,
  }
  balancer = startBalancer(join(folder.dataDir, 'haproxy.cfg'), addresses, certificate)
  balancer.stdout.resume()
  balancer.stderr.resume()
  at = { port: secure, name: NAME, ca: authority.ca }
}

/** Whether the host answers that it is ready. */
const isReady = async ({ env }: HostProgram): Promise<boolean> =>
  fetch(`http://127.0.0.1:${env.PORT}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )

/** Ends the host without a word, and starts it again once the others have carried on without it. */
async function killAndRestart(host: HostProgram): Promise<void> {
  const fromMs = performance.now()
  host.program.kill('SIGKILL')
  await once(host.program, 'close')
  kills.push({ fromMs, toMs: performance.now() })
  await sleep(1000)
  host.program = await start(host.env)
  await expect.poll(() => isReady(host), { timeout: 30_000 }).toBe(true)
}

const isServed = async () => expect(await new BalancedUser('', at).isServed()).toBe(true)

beforeAll(async () => {
  dist = await compiledHost()
  writeTestPage(join(dist, 'page'))
  folder = temporaryFolder()
  authority = await makeAuthority()
  hosts = await openHosts(await makeArchive())
  await openBalancer()
  await vi.waitFor(isServed, { timeout: 30_000, interval: 100 })
}, 120_000)
afterAll(async () => {
  for (const { program } of hosts) program.kill('SIGKILL')
  balancer.kill('SIGKILL')
  await authority.remove()
  folder.remove()
})

/** Whether the request was on its way when a host was killed. */
const wasInFlight = ({ fromMs, toMs }: UserRequest): boolean =>
  kills.some((kill) => fromMs <= kill.toMs && kill.fromMs <= toMs)

const lines = () => hosts.flatMap(({ env }) => linesOf(join(env.DATA_DIR ?? '', 'audit.log')))

/** The lines of one user's acts of a kind that succeeded. */
function told(all: ReturnType<typeof lines>, user: string, action: string): number {
  return all.filter((line) => line.user === user && line.action === action && line.outcome === 'ok').length
}

async function inTurns<T>(all: readonly T[], width: number, work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all]
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: width }, next))
}

const pauseMs = (): number => 1000 + Math.random() * 1500

it('answer every search, sign nobody out, and write each act down once', async () => {
  const users = Array.from({ length: USERS }, (_, n) => new BalancedUser(`user${n}`, at))
  await inTurns(users, SIGN_INS, (user) => user.signIn())
  expect(users.flatMap((user) => user.asked.map(({ status }) => status))).toEqual(Array(USERS).fill(200))
  const over = new AbortController()
  const working = users.map((user, n) => user.work(testGuid((n % ROWS) + 1), pauseMs, over.signal))
  await sleep(1000)
  for (const host of hosts) await killAndRestart(host)
  await sleep(1000)
  over.abort()
  await Promise.all(working)
  await inTurns(users, SIGN_INS, (user) => user.signOut())

  const asked = users.flatMap((user) => user.asked)
  const failed = asked.filter(({ status }) => status < 200 || status > 299)
  expect(failed.filter((one) => !wasInFlight(one))).toEqual([])
  expect(asked.filter(({ status }) => status === 401)).toEqual([])
  expect(asked.length).toBeGreaterThan(USERS * 10)

  const all = lines()
  const wrong: string[] = []
  for (const { username, asked: own } of users) {
    const expectLines = (kind: AskKind, least: number): void => {
      const doubtful = own.filter((one) => one.kind === kind && wasInFlight(one)).length
      const count = told(all, username, kind)
      const [most, fewest] = [least + doubtful, Math.max(0, least - doubtful)]
      if (count < fewest || count > most) wrong.push(`${username}: ${count} lines of ${kind}, not ${least}`)
    }
    expectLines('login', 1)
    expectLines('logout', 1)
    expectLines('search', own.filter(({ kind }) => kind === 'search').length)
    expectLines('play', 1)
  }
  expect(wrong).toEqual([])
}, 180_000)

it('have whole audit logs, which are checked together from one of them', async () => {
  for (const { program } of hosts) {
    program.kill('SIGTERM')
    await once(program, 'close')
  }
  const { code, out, err } = await call(auditCommand, ['verify'], { env: hosts[0]?.env ?? {} })
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('All 3 logs hold.')
  expect(out.match(/Held against/g)).toHaveLength(3)
})
