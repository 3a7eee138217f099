/**
 * `npm run bench -- --relay` measures the time that the relay adds to a recorder's own under load, and whether the
 * host's memory stays flat. Recorder and host are separate processes. Requests leave by the clock, even if earlier ones
 * have no answer yet, and their time counts from when they were due. Some go directly to the recorder in the same
 * seconds, so that other load on the machine affects both figures.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RECORDINGS } from '../contract/endpoints.ts'
import { writeApiQuery } from '../contract/search.ts'
import {
  askHost,
  failuresOf,
  hangUp,
  HOST_PROGRAM,
  Measured,
  print,
  readMetric,
  cookieOf,
  start,
  STARTED,
} from './client.ts'
import { PERIOD, UPSTREAM_MS } from './recorder.ts'

export interface RelayBench {
  readonly users: number
  readonly perSecond: number
  readonly minutes: number
}

const MAX_ADDED_MS = 15
const MAX_GROWTH = 0.1
const PAGE_SIZE = 50
/** How many relayed requests there are for each direct one. */
const DIRECT_EVERY = 4
const MINUTE_MS = 60_000

interface Sample {
  readonly atMs: number
  readonly residentMb: number
}

function watchMemory(metrics: string): { readonly samples: Sample[]; stop(): void } {
  const samples: Sample[] = []
  const startedMs = performance.now()
  const sample = async (): Promise<void> => {
    const { body } = await askHost(metrics, {})
    const residentMb = readMetric(body, 'process_resident_memory_bytes') / 1e6
    samples.push({ atMs: performance.now() - startedMs, residentMb })
  }
  const timer = setInterval(() => void sample().catch(() => undefined), 1000)
  return { samples, stop: () => clearInterval(timer) }
}

function mean(samples: readonly Sample[], fromMs: number, toMs: number): number {
  const within = samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
  return within.reduce((sum, { residentMb }) => sum + residentMb, 0) / within.length
}

/** Sends requests at an even pace until the time is over, and then waits for their answers. */
async function load(
  plan: RelayBench,
  send: (index: number, dueMs: number) => Promise<void>[],
): Promise<void> {
  const startedMs = performance.now()
  const count = plan.minutes * 60 * plan.perSecond
  const running = new Set<Promise<void>>()
  let index = 0
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(count, Math.floor(((performance.now() - startedMs) / 1000) * plan.perSecond))
      for (; index < due; index += 1) {
        for (const one of send(index, startedMs + (index * 1000) / plan.perSecond)) {
          running.add(one)
          void one.then(() => running.delete(one))
        }
      }
      if (index < count) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await Promise.all(running)
}

const line = (name: string, measured: Measured): string =>
  `${name.padEnd(22)}${String(measured.times.length).padStart(9)}${measured.percentile(0.5).toFixed(1).padStart(9)}${measured.percentile(0.99).toFixed(1).padStart(9)}  ${failuresOf(measured)}`

function report(plan: RelayBench, relayed: Measured, direct: Measured, samples: readonly Sample[]): boolean {
  const added = relayed.percentile(0.99) - direct.percentile(0.99)
  const second = mean(samples, MINUTE_MS, 2 * MINUTE_MS)
  const last = mean(samples, (plan.minutes - 1) * MINUTE_MS, Number.POSITIVE_INFINITY)
  const growth = last / second - 1
  print(`${'ms'.padEnd(22)}${'answers'.padStart(9)}${'median'.padStart(9)}${'p99'.padStart(9)}  failures`)
  print(line('through the relay', relayed))
  print(line('recorder directly', direct))
  print(`The relay adds ${added.toFixed(1)} ms at p99 (at most ${MAX_ADDED_MS}).`)
  if (plan.minutes < 3) print('Memory is judged from 3 minutes on.')
  else
    print(
      `Memory: ${second.toFixed(0)} MB in the second minute, ${last.toFixed(0)} MB in the last: ${(growth * 100).toFixed(1)} % (at most ${MAX_GROWTH * 100} %).`,
    )
  return relayed.failures.size === 0 && added < MAX_ADDED_MS && (plan.minutes < 3 || growth <= MAX_GROWTH)
}

/** @returns whether there was no failure, and the added time and the memory stayed within their limits. */
export async function benchRelay(plan: RelayBench): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'recordings-bench-relay-'))
  const children: ChildProcess[] = []
  try {
    const [recorder, port] = await start('recorder.js', {}, /port (\d+)/)
    children.push(recorder)
    const upstream = `http://127.0.0.1:${port}`
    const metricsPort = 20_000 + Math.floor(Math.random() * 20_000)
    const settings = { RECORDER_URL: upstream, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' }
    const [host, url] = await start(HOST_PROGRAM, { ...settings, METRICS_PORT: String(metricsPort) }, STARTED)
    children.push(host)
    const cookies: string[] = []
    for (let user = 0; user < plan.users; user += 1) cookies.push(await cookieOf(url, `user${user}`))
    print(
      `${plan.users} users, ${plan.perSecond} searches a second for ${plan.minutes} min, the recorder takes ${UPSTREAM_MS} ms.`,
    )
    const [relayed, direct] = [new Measured(), new Measured()]
    const memory = watchMemory(`http://127.0.0.1:${metricsPort}/metrics`)
    const authorization = `Basic ${Buffer.from('user0:bench').toString('base64')}`
    await load(plan, (index, dueMs) => {
      // Each search differs, as people's searches do, so that no earlier answer can serve it.
      const from = PERIOD.from - index * 1000
      const search = { startTime: { op: 'between', from, to: PERIOD.to } } as const
      const query = writeApiQuery(search, { page: 0, pageSize: PAGE_SIZE })
      const headers = { cookie: cookies[index % cookies.length] ?? '', 'sec-fetch-site': 'same-origin' }
      const asked = [relayed.run(dueMs, askHost(`${url}${RECORDINGS}?${query}`, headers))]
      if (index % DIRECT_EVERY === 0) {
        asked.push(direct.run(dueMs, askHost(`${upstream}${RECORDINGS}?${query}`, { authorization })))
      }
      return asked
    })
    memory.stop()
    return report(plan, relayed, direct, memory.samples)
  } finally {
    for (const child of children) child.removeAllListeners('exit').kill('SIGTERM')
    hangUp()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
