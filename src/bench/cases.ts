/** The searches that the bench measures over any source that holds its million rows. */
import type { Search } from '../contract/search.ts'
import type { Scope } from '../contract/session.ts'
import { demoPeople, ledGroups } from '../server/demo/people.ts'
import { seededRandom, type Random } from '../server/demo/random.ts'
import type { Principal, Source } from '../server/sources/source.ts'

/** How many recordings the bench's archives hold, from `BENCH_FROM_MS` on, over `BENCH_DAYS` days. */
export const BENCH_ROWS = 1_000_000
export const BENCH_PAGE_SIZE = 50
export const BENCH_DAYS = 730
/** ms since the Unix epoch. */
export const BENCH_FROM_MS = Date.UTC(2024, 0, 1)
export const DAY_MS = 86_400_000

/** A user who may find what the scope says. */
export const benchViewer = (scope: Scope): Principal => ({
  username: 'bench',
  displayName: null,
  role: 'manager',
  scope,
  stamp: '',
})

export interface BenchCase {
  readonly name: string
  readonly runs: number
  readonly scope?: Scope
  readonly page?: (random: Random) => number
  readonly search: (random: Random) => Search
}

const all: Scope = { kind: 'all' }

function period(random: Random, days: number): Search {
  const from = BENCH_FROM_MS + random.int(0, BENCH_DAYS - days) * DAY_MS
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

/** Each is for one page of 50 and its total. */
export const benchCases: readonly BenchCase[] = [
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
    page: (random) => random.int(0, BENCH_ROWS / BENCH_PAGE_SIZE - 1),
    search: () => ({}),
  },
]

/** @returns the times of all runs, ms, ascending. */
export async function measureCase(
  source: Source,
  { runs, scope = all, page, search }: BenchCase,
): Promise<number[]> {
  const random = seededRandom(runs)
  const { signal } = new AbortController()
  const times: number[] = []
  // The first three runs fill the caches and do not count.
  for (let run = -3; run < runs; run += 1) {
    const asked = search(random)
    const paging = { page: page?.(random) ?? 0, pageSize: BENCH_PAGE_SIZE }
    const startedMs = performance.now()
    await source.list(asked, paging, benchViewer(scope), signal)
    if (run >= 0) times.push(performance.now() - startedMs)
  }
  return times.toSorted((a, b) => a - b)
}

/** The time that this share of the runs needed at most, ms. */
export const percentile = (ascending: readonly number[], share: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0

/** A line of a table. */
export const tableRow = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(24) : cell.padStart(10))).join('')
