/**
 * `npm run bench` prints how long the embedded store takes with a million rows, and the size of the page's script. This
 * is a table to look at and not a test. Each figure is for one page of 50 and the total, as the host reads them.
 * `npm run bench -- --postgres` puts the same rows into a PostgreSQL of its own, and prints both side by side.
 * `npm run bench -- --relay` measures the host in front of a recorder instead. `npm run bench -- --pressure` measures
 * what one user notices of others who overload the host. `npm run bench -- --clean` removes the store, which otherwise
 * stays for the next run.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { brotliCompressSync } from 'node:zlib'
import { businessMoments } from '../server/demo/hours.ts'
import { callers } from '../server/demo/numbers.ts'
import { demoPeople } from '../server/demo/people.ts'
import { seededRandom } from '../server/demo/random.ts'
import { openForWriting } from '../server/sources/sqlite/database.ts'
import { RecordingWriter } from '../server/sources/sqlite/recording-writer.ts'
import { dropSearchIndexes } from '../server/sources/sqlite/schema.ts'
import { openSqliteSource } from '../server/sources/sqlite/sqlite-source.ts'
import {
  BENCH_DAYS,
  BENCH_FROM_MS,
  BENCH_PAGE_SIZE,
  BENCH_ROWS,
  benchCases,
  DAY_MS,
  measureCase,
  percentile,
  tableRow,
} from './cases.ts'
import { keptStore, removeKept } from './kept-store.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** Builds the store in the system's folder for temporary files, unless an earlier run has done so. */
function benchStore(): string {
  const dataDir = keptStore(tmpdir(), BENCH_ROWS)
  if (existsSync(dataDir)) return dataDir
  print(`Building a store of ${BENCH_ROWS.toLocaleString('en')} recordings in ${dataDir} …`)
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
  const random = seededRandom(BENCH_ROWS)
  const nextCaller = callers(random)
  const people = demoPeople.map(({ username, group, phoneNumber }) => ({ username, group, phoneNumber }))
  for (const [index, startMs] of businessMoments(
    random,
    BENCH_FROM_MS,
    BENCH_FROM_MS + BENCH_DAYS * DAY_MS,
    BENCH_ROWS,
  ).entries()) {
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
  print(`${BENCH_ROWS.toLocaleString('en')} recordings, a page of ${BENCH_PAGE_SIZE} and the total, ms`)
  print(tableRow(['search', 'median', 'p99', 'runs']))
  for (const one of benchCases) {
    const times = await measureCase(source, one)
    const [median, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
    print(tableRow([one.name, median.toFixed(1), p99.toFixed(1), String(one.runs)]))
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
    `The store stays in ${keptStore(tmpdir(), BENCH_ROWS)} for the next run: npm run bench -- --clean removes it.`,
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
    postgres: { type: 'boolean', default: false },
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
} else if (values.postgres) {
  const { benchPostgres } = await import('./postgres.ts')
  await benchPostgres(benchStore())
  tellKept()
} else if (values.pressure) {
  const { benchPressure } = await import('./pressure.ts')
  if (!(await benchPressure(benchStore(), Number(values.seconds)))) process.exitCode = 1
  tellKept()
} else {
  await benchStoreAndPage()
  tellKept()
}
