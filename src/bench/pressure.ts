/**
 * `npm run bench -- --pressure` measures what one user notices of others who overload the host. A signed-in user
 * requests the first page ten times a second, and another user signs in once a second: first without an attack, then
 * during each attack, and at the end without one again. The host and each attack are separate processes. The host runs
 * on a copy of the store of a million rows, and then in front of a recorder.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RECORDINGS } from '../contract/endpoints.ts'
import { attacks, CROWD, relayAttacks } from './attacks.ts'
import {
  askHost,
  BENCH_PASSWORD,
  failuresOf,
  hangUp,
  HOST_PROGRAM,
  logIn,
  Measured,
  print,
  readMetric,
  cookieOf,
  start,
  STARTED,
} from './client.ts'
import { databaseFile, openForWriting } from '../server/sources/sqlite/database.ts'
import { Directory } from '../server/sources/sqlite/directory.ts'
import { hashPassword } from '../server/sources/archive/passwords.ts'

const FIRST_PAGE_MS = 500
const LOGIN_MS = 1000
const STOP_MS = 25_000
const PAGES_A_SECOND = 10
/** How long an attack runs before the measurement, and how long the host recovers after it. */
const WARM_UP_MS = 2000
const METRICS_PORT = 20_000 + Math.floor(Math.random() * 20_000)

const users = ['viewer', 'officer', 'target', ...Array.from({ length: CROWD }, (_, index) => `crowd${index}`)]

/** Copies the store, and adds an account for each user. */
async function copyStore(store: string): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'recordings-bench-pressure-'))
  copyFileSync(databaseFile(store), databaseFile(dataDir))
  const db = openForWriting(dataDir)
  const directory = new Directory(db)
  const password = await hashPassword(BENCH_PASSWORD)
  for (const username of users)
    directory.saveAccount({ user: { username }, role: 'manager', leads: [] }, password)
  db.close()
  return dataDir
}

interface Noticed {
  readonly name: string
  readonly pages: Measured
  readonly logins: Measured
  readonly residentMb: number
}

async function residentMb(): Promise<number> {
  const { body } = await askHost(`http://127.0.0.1:${METRICS_PORT}/metrics`, {})
  return readMetric(body, 'process_resident_memory_bytes') / 1e6
}

/** Measures what the two users notice for this many seconds. */
async function notice(name: string, url: string, cookie: string, seconds: number): Promise<Noticed> {
  const [pages, logins] = [new Measured(), new Measured()]
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  const running: Promise<void>[] = []
  const startedMs = performance.now()
  for (let tick = 0; tick < seconds * PAGES_A_SECOND; tick += 1) {
    const dueMs = startedMs + (tick * 1000) / PAGES_A_SECOND
    await sleep(Math.max(0, dueMs - performance.now()))
    running.push(pages.run(dueMs, askHost(`${url}${RECORDINGS}?page=0&pageSize=50`, headers)))
    if (tick % PAGES_A_SECOND === 0) running.push(logins.run(dueMs, logIn(url, 'officer', BENCH_PASSWORD)))
  }
  await Promise.all(running)
  return { name, pages, logins, residentMb: await residentMb() }
}

async function press(name: string, url: string, cookie: string, seconds: number): Promise<Noticed> {
  const [attacker] = await start('attacks.js', {}, /(pressing)/, [name, url])
  try {
    await sleep(WARM_UP_MS)
    return await notice(name, url, cookie, seconds)
  } finally {
    attacker.removeAllListeners('exit').kill('SIGKILL')
    await sleep(WARM_UP_MS)
  }
}

const COLUMNS = ['median', 'p95', 'max'] as const
const shares = { median: 0.5, p95: 0.95, max: 1 }
const figures = (measured: Measured): string =>
  COLUMNS.map((column) => measured.percentile(shares[column]).toFixed(0).padStart(8)).join('')

function line({ name, pages, logins, residentMb: mb }: Noticed): string {
  return `${name.padEnd(32)}${figures(pages)}  ${figures(logins)}${mb.toFixed(0).padStart(8)}  ${failuresOf(pages)}; ${failuresOf(logins)}`
}

const isGood = ({ pages, logins }: Noticed): boolean =>
  pages.failures.size === 0 &&
  logins.failures.size === 0 &&
  pages.percentile(0.95) < FIRST_PAGE_MS &&
  logins.percentile(0.95) < LOGIN_MS

/** @returns whether both users were served in time, without an attack and during each attack. */
async function pressHost(
  env: Record<string, string>,
  names: readonly string[],
  quiet: string,
  seconds: number,
): Promise<boolean> {
  const settings = { PORT: '0', LOG_LEVEL: 'error', METRICS_PORT: String(METRICS_PORT), ...env }
  const [host, url] = await start(HOST_PROGRAM, settings, STARTED)
  const all: Noticed[] = []
  try {
    const cookie = await cookieOf(url, 'viewer')
    await cookieOf(url, 'officer')
    const add = (noticed: Noticed): void => {
      all.push(noticed)
      print(line(noticed))
    }
    add(await notice(quiet, url, cookie, seconds))
    for (const name of names) add(await press(name, url, cookie, seconds))
    add(await notice(`${quiet} again`, url, cookie, seconds))
  } finally {
    print(`Stopped after ${(await stop(host)).toFixed(0)} ms (at most ${STOP_MS}).`)
  }
  return all.every(isGood)
}

/** @returns how long the stop took, ms. */
async function stop(host: ChildProcess): Promise<number> {
  const startedMs = performance.now()
  const ended = once(host.removeAllListeners('exit'), 'exit')
  host.kill('SIGTERM')
  await ended
  return performance.now() - startedMs
}

/** @param store the folder of the store. @returns whether both users were always served in time. */
export async function benchPressure(store: string, seconds: number): Promise<boolean> {
  const dataDir = await copyStore(store)
  const relayDir = mkdtempSync(join(tmpdir(), 'recordings-bench-pressure-'))
  const [recorder, port] = await start('recorder.js', {}, /port (\d+)/)
  print(`First page every ${1000 / PAGES_A_SECOND} ms and a login every second, ${seconds} s each, ms`)
  print(`${''.padEnd(32)}${'first page'.padStart(24)}  ${'login'.padStart(24)}${'MB'.padStart(8)}  failures`)
  print(`${''.padEnd(32)}${`${COLUMNS.map((name) => name.padStart(8)).join('')}  `.repeat(2)}`)
  try {
    const embedded = await pressHost(
      { DATA_DIR: dataDir, DEMO: 'off' },
      Object.keys(attacks),
      'quiet',
      seconds,
    )
    const relay = { RECORDER_URL: `http://127.0.0.1:${port}`, DATA_DIR: relayDir }
    const relayed = await pressHost(relay, Object.keys(relayAttacks), 'relay: quiet', seconds)
    print(
      `Goal: first page under ${FIRST_PAGE_MS} ms and login under ${LOGIN_MS} ms at p95, and none refused.`,
    )
    return embedded && relayed
  } finally {
    recorder.removeAllListeners('exit').kill('SIGTERM')
    hangUp()
    for (const folder of [dataDir, relayDir]) rmSync(folder, { recursive: true, force: true })
  }
}
