/**
 * `npm run bench` prints how long the embedded store takes with a million rows, and the size of the page's script. This
 * is a table to look at and not a test. Each figure is for one page of 50 and the total, as the host reads them.
 * `npm run bench -- --relay` measures the host in front of a recorder instead. `npm run bench -- --pressure` measures
 * what one user notices of others who overload the host. `npm run bench -- --clean` removes the store, which otherwise
 * stays for the next run.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { brotliCompressSync } from 'node:zlib'
import type { Search } from '../contract/search.ts'
import type { Scope } from '../contract/session.ts'
import { businessMoments } from '../server/demo/hours.ts'
import { callers } from '../server/demo/numbers.ts'
import { demoPeople, ledGroups } from '../server/demo/people.ts'
import { seededRandom, type Random } from '../server/demo/random.ts'
import type { Principal, Source } from '../server/sources/source.ts'
import { openForWriting } from '../server/sources/sqlite/database.ts'
import { RecordingWriter } from '../server/sources/sqlite/recording-writer.ts'
import { dropSearchIndexes } from '../server/sources/sqlite/schema.ts'
import { openSqliteSource } from '../server/sources/sqlite/sqlite-source.ts'
import { keptStore, removeKept } from './kept-store.ts'

const ROWS = 1_000_000
const PAGE_SIZE = 50
const DAY_MS = 86_400_000
const FROM_MS = Date.UTC(2024, 0, 1)
const DAYS = 730

const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** Builds the store in the system's folder for temporary files, unless an earlier run has done so. */
function benchStore(): string {
  const dataDir = keptStore(tmpdir(), ROWS)
  if (existsSync(dataDir)) return dataDir
  print(`Building a store of ${ROWS.toLocaleString('en')} recordings in ${dataDir} …`)
  const unfinished = `${dataDir}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  const db = openForWriting(unfinished)
  db.transaction(() => {
    const indexes = dropSearchIndexes(db)
    write(new RecordingWriter(db))
    for (const build of indexes) build()
  })()
  db.close()
  renameSync(unfinished, dataDir)
  return dataDir
}

function write(writer: RecordingWriter): void {
  const random = seededRandom(ROWS)
  const nextCaller = callers(random)
  const people = demoPeople.map(({ username, group, phoneNumber }) => ({ username, group, phoneNumber }))
  for (const [index, startMs] of businessMoments(random, FROM_MS, FROM_MS + DAYS * DAY_MS, ROWS).entries()) {
    // Half of the calls are from numbers that call only once. A small call centre has fewer distinct numbers.
    const once = `+39${random.int(10_000_000, 99_999_999)}${random.int(0, 9)}`
    writer.put({
      id: random.guid(),
      referenceNumber: `2026${String(index).padStart(9, '0')}`,
      startMs,
      subMsTicks: 0,
      offsetMinutes: 60,
      durationMs: random.int(0, 40_000) * 10,
      direction: random.chance(0.6) ? 1 : 2,
      owner: random.chance(0.02) ? null : (people[random.int(0, people.length - 1)] ?? null),
      localNumber: String(201 + random.int(0, 59)),
      remoteNumber: random.chance(0.5) ? once : nextCaller(),
    })
  }
}

const viewer = (scope: Scope): Principal => ({
  username: 'bench',
  displayName: null,
  role: 'manager',
  scope,
  stamp: '',
})

interface Case {
  readonly name: string
  readonly runs: number
  readonly scope?: Scope
  readonly page?: (random: Random) => number
  readonly search: (random: Random) => Search
}

const all: Scope = { kind: 'all' }

function period(random: Random, days: number): Search {
  const from = FROM_MS + random.int(0, DAYS - days) * DAY_MS
  return { startTime: { op: 'between', from, to: from + days * DAY_MS } }
}

function endedIn(random: Random): Search {
  const { startTime } = period(random, 30)
  return startTime ? { endTime: startTime } : {}
}

const digits = (random: Random, count: number): string =>
  String(random.int(0, 10 ** count - 1)).padStart(count, '0')

const contains =
  (count: number) =>
  (random: Random): Search => ({
    remotePartyNumber: { op: 'contains', text: digits(random, count) },
  })

const owner = (random: Random): Search => ({
  ownerUsername: { op: 'equals', text: demoPeople[random.int(0, demoPeople.length - 1)]?.username ?? '' },
})

const cases: readonly Case[] = [
  { name: 'first page', runs: 300, search: () => ({}) },
  {
    name: 'first page, two groups',
    runs: 100,
    scope: { kind: 'groups', groups: ledGroups },
    search: () => ({}),
  },
  { name: 'day', runs: 300, search: (random) => period(random, 1) },
  { name: 'month', runs: 300, search: (random) => period(random, 30) },
  { name: 'owner and month', runs: 300, search: (random) => ({ ...owner(random), ...period(random, 30) }) },
  { name: 'end in a month', runs: 300, search: endedIn },
  { name: 'contains 3', runs: 40, search: contains(3) },
  { name: 'contains 6', runs: 40, search: contains(6) },
  { name: 'direction', runs: 100, search: (random) => ({ direction: random.chance(0.5) ? 1 : 2 }) },
  {
    name: 'deep page',
    runs: 100,
    page: (random) => random.int(0, ROWS / PAGE_SIZE - 1),
    search: () => ({}),
  },
]

/** @returns the times of all runs, ms, ascending. */
async function measure(source: Source, { runs, scope = all, page, search }: Case): Promise<number[]> {
  const random = seededRandom(runs)
  const { signal } = new AbortController()
  const times: number[] = []
  // The first three runs fill the caches and do not count.
  for (let run = -3; run < runs; run += 1) {
    const asked = search(random)
    const paging = { page: page?.(random) ?? 0, pageSize: PAGE_SIZE }
    const startedMs = performance.now()
    await source.list(asked, paging, viewer(scope), signal)
    if (run >= 0) times.push(performance.now() - startedMs)
  }
  return times.toSorted((a, b) => a - b)
}

const percentile = (ascending: readonly number[], share: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0

const row = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(24) : cell.padStart(10))).join('')

const sizeOf = (file: string): number =>
  existsSync(`${file}.br`) ? readFileSync(`${file}.br`).length : brotliCompressSync(readFileSync(file)).length

/** The bytes of all scripts of the page as they are sent, or null if the page was not built. */
function scriptBytes(): number | null {
  const folder = join(import.meta.dirname, '..', '..', 'page')
  if (!existsSync(folder)) return null
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const scripts = files.filter((file) => file.endsWith('.js')).map((file) => join(folder, file))
  return scripts.reduce((sum, file) => sum + sizeOf(file), 0)
}

async function benchStoreAndPage(): Promise<void> {
  const source = await openSqliteSource({ dataDir: benchStore() })
  print(`${ROWS.toLocaleString('en')} recordings, a page of ${PAGE_SIZE} and the total, ms`)
  print(row(['search', 'median', 'p99', 'runs']))
  for (const one of cases) {
    const times = await measure(source, one)
    const [median, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
    print(row([one.name, median.toFixed(1), p99.toFixed(1), String(one.runs)]))
  }
  await source.close()
  const bytes = scriptBytes()
  print(
    bytes === null
      ? 'The page was not built: npm run build'
      : `The page’s JavaScript, all chunks: ${(bytes / 1000).toFixed(1)} KB (brotli)`,
  )
}

/** Reports that the store stays, because it is large and lies where people seldom look. */
function tellKept(): void {
  print(
    `The store stays in ${keptStore(tmpdir(), ROWS)} for the next run: npm run bench -- --clean removes it.`,
  )
}

function clean(): void {
  const removed = removeKept(tmpdir())
  for (const folder of removed) print(`Removed ${folder}`)
  if (removed.length === 0) print(`No bench has left anything in ${tmpdir()}.`)
}

const { values } = parseArgs({
  options: {
    clean: { type: 'boolean', default: false },
    relay: { type: 'boolean', default: false },
    pressure: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '5' },
    users: { type: 'string', default: '200' },
    rate: { type: 'string', default: '200' },
  },
})
if (values.clean) clean()
else if (values.relay) {
  const plan = {
    users: Number(values.users),
    perSecond: Number(values.rate),
    minutes: Number(values.minutes),
  }
  const { benchRelay } = await import('./relay.ts')
  if (!(await benchRelay(plan))) process.exitCode = 1
} else if (values.pressure) {
  const { benchPressure } = await import('./pressure.ts')
  if (!(await benchPressure(benchStore(), Number(values.seconds)))) process.exitCode = 1
  tellKept()
} else {
  await benchStoreAndPage()
  tellKept()
}
