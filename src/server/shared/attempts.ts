/**
 * The memory of tries that several hosts share. Each decision is one transaction, which holds the entries that it looks
 * at, so that tries at many hosts count like those at one.
 */
import { createHash } from 'node:crypto'
import { AttemptEntries, type AttemptKey } from '../auth/attempt-entries.ts'
import type { AttemptStore } from '../auth/attempt-memory.ts'
import { tooManyAttempts } from '../auth/refusals.ts'
import { kinds, type Kind, type LedgerEntry } from '../auth/ledger.ts'
import { inPooledTransaction } from '../sources/postgres/connecting.ts'
import { reachingShared } from '../sources/postgres/explain-database.ts'
import { ATTEMPT_LOCKS } from '../sources/postgres/names.ts'
import type { ArchiveServer, ServerPools } from '../sources/postgres/server.ts'
import type { ArchiveServers } from '../sources/postgres/servers.ts'
import { clause, query, type Queryable } from '../sources/postgres/statements.ts'

/** Strangers who may wait at one host for the database. */
const MAX_WAITING = 100
const RETRY_MS = 1000
/** How often the users who signed in before are read. */
const KNOWN_EVERY_MS = 60_000

export interface SharedAttemptsOptions {
  /** Free wrong passwords of one account. */
  readonly failures: number
  readonly nowMs: () => number
}

type Decision<T> =
  { readonly isRefused: false; readonly result: T } | { readonly isRefused: true; readonly error: unknown }

/** A refused try may have changed entries too, after the clock was set back. */
function decisionOf<T>(decide: () => T): Decision<T> {
  try {
    return { isRefused: false, result: decide() }
  } catch (error) {
    return { isRefused: true, error }
  }
}

function resultOf<T>(decision: Decision<T>): T {
  if (decision.isRefused) throw decision.error
  return decision.result
}

interface Change extends AttemptKey {
  readonly entry: LedgerEntry | null
}

interface Row extends LedgerEntry {
  readonly kind: Kind
  readonly key: string
}

/** The number of an entry's lock. Two entries of one number wait for each other, which does no harm. */
const lockOf = ({ kind, key }: AttemptKey): number =>
  createHash('sha256').update(`${kind} ${key}`).digest().readInt32BE()

/** All decisions take their locks in the same order. */
async function hold(client: Queryable, keys: readonly AttemptKey[]): Promise<void> {
  const locks = [...new Set(keys.map(lockOf))].toSorted((one, other) => one - other)
  const sql = `SELECT pg_advisory_xact_lock(${ATTEMPT_LOCKS}, number) FROM unnest(?::integer[]) AS locks (number)`
  await query(client, clause(sql, locks))
}

const namesOf = (keys: readonly AttemptKey[]) => [keys.map(({ kind }) => kind), keys.map(({ key }) => key)]

function read(client: Queryable, keys: readonly AttemptKey[]): Promise<readonly Row[]> {
  const sql = `SELECT kind, key, until_ms::float8 AS "untilMs", last_ms::float8 AS "lastMs" FROM attempts
    WHERE (kind, key) IN (SELECT kind, key FROM unnest(?::smallint[], ?::text[]) AS asked (kind, key))`
  return query<Row>(client, clause(sql, ...namesOf(keys)))
}

async function write(client: Queryable, changes: readonly Change[]): Promise<void> {
  const kept = changes.flatMap(({ kind, key, entry }) => (entry ? [{ kind, key, ...entry }] : []))
  const gone = changes.filter(({ entry }) => !entry)
  if (gone.length > 0) {
    const sql = `DELETE FROM attempts
      WHERE (kind, key) IN (SELECT kind, key FROM unnest(?::smallint[], ?::text[]) AS gone (kind, key))`
    await query(client, clause(sql, ...namesOf(gone)))
  }
  if (kept.length === 0) return
  const sql = `INSERT INTO attempts SELECT * FROM unnest(?::smallint[], ?::text[], ?::bigint[], ?::bigint[])
    ON CONFLICT (kind, key) DO UPDATE SET until_ms = excluded.until_ms, last_ms = excluded.last_ms`
  const untilMs = kept.map((entry) => Math.round(entry.untilMs))
  const lastMs = kept.map((entry) => Math.round(entry.lastMs))
  await query(client, clause(sql, ...namesOf(kept), untilMs, lastMs))
}

/** Keeps the tries of users who signed in somewhere before apart from a flood of strangers. */
class AttemptLanes {
  readonly #servers: ArchiveServers
  readonly #known = new Set<string>()

  constructor(servers: ArchiveServers) {
    this.#servers = servers
  }

  /** Without an answer, those that were known stay so until the next time. */
  async readKnown(): Promise<void> {
    const asked = clause('SELECT key FROM attempts WHERE kind = ?', kinds.known)
    const reading = this.#servers.readNewest(({ pools }) => query<{ key: string }>(pools.known, asked))
    const rows = await reading.catch(() => null)
    if (!rows) return
    this.#known.clear()
    for (const { key } of rows) this.#known.add(key)
  }

  note(changes: readonly Change[]): void {
    for (const { kind, key, entry } of changes) if (kind === kinds.known && entry) this.#known.add(key)
  }

  /** @throws Problem 429 for a stranger behind too many others. */
  poolFor(keys: readonly AttemptKey[], { pools }: ArchiveServer): ServerPools['known'] {
    // What goes to a recorder has passed the throttle, as the tries of known users do.
    const isFew = keys.some(
      ({ kind, key }) => kind === kinds.try || (kind === kinds.known && this.#known.has(key)),
    )
    if (isFew) return pools.known
    if (pools.attempts.waitingCount >= MAX_WAITING) throw tooManyAttempts(RETRY_MS)
    return pools.attempts
  }
}

export function sharedAttempts(
  servers: ArchiveServers,
  { failures, nowMs }: SharedAttemptsOptions,
): AttemptStore {
  async function decideBy<T>(
    client: Queryable,
    keys: readonly AttemptKey[],
    decide: (entries: AttemptEntries) => T,
  ): Promise<{ readonly decision: Decision<T>; readonly changes: readonly Change[] }> {
    const changes = new Map<string, Change>()
    const keeper = {
      save: (kind: Kind, key: string, entry: LedgerEntry | null) =>
        void changes.set(`${kind} ${key}`, { kind, key, entry }),
    }
    const entries = new AttemptEntries({ failures, nowMs, keeper })
    for (const { kind, key, ...entry } of await read(client, keys)) entries.restore(kind, key, entry)
    return { decision: decisionOf(() => decide(entries)), changes: [...changes.values()] }
  }

  async function decideAlone<T>(
    client: Queryable,
    keys: readonly AttemptKey[],
    decide: (entries: AttemptEntries) => T,
  ) {
    await hold(client, keys)
    const decided = await decideBy(client, keys, decide)
    await write(client, decided.changes)
    return decided
  }

  const lanes = new AttemptLanes(servers)

  let timer: NodeJS.Timeout | undefined
  const store: AttemptStore = {
    async peek(keys, decide) {
      const peeked = servers.write(async (server) => decideBy(lanes.poolFor(keys, server), keys, decide))
      const { decision, changes } = await reachingShared(peeked)
      // After the clock was set back, entries are changed even by those who look at them.
      return changes.length > 0 ? store.change(keys, decide) : resultOf(decision)
    },
    async change(keys, decide) {
      const changing = servers.write(async (server) =>
        inPooledTransaction(lanes.poolFor(keys, server), (client) => decideAlone(client, keys, decide)),
      )
      const { decision, changes } = await reachingShared(changing)
      lanes.note(changes)
      return resultOf(decision)
    },
    open() {
      void lanes.readKnown()
      timer = setInterval(() => void lanes.readKnown(), KNOWN_EVERY_MS).unref()
    },
    get isKept() {
      return servers.isReadable
    },
    close: () => clearInterval(timer),
  }
  return store
}
