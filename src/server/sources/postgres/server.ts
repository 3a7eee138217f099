/** One PostgreSQL server of the archive: its connections, and what it was when it was last asked. */
import type { Pool, PoolClient } from 'pg'
import { codeOf } from '../../platform/code-of.ts'
import { openPool } from './connecting.ts'
import { SEARCH_CONNECTIONS } from './search-connections.ts'
import { clause, queryRow } from './statements.ts'

/** What a server answers about itself. */
export interface ServerFacts {
  readonly isReplica: boolean
  /** Bytes of the write-ahead log that it has written, or applied as a replica. */
  readonly position: bigint
  /** Of a primary: counts promotions of the cluster, so of two primaries the one with the larger is right. */
  readonly timeline: number
  /** The archive's own id, which its replicas share; null where there is no archive. */
  readonly archiveId: string | null
}

/** How long a server may take to answer, ms. */
const ANSWER_MS = 3000
/** One slow answer may be that of a busy server. */
const FAILURES = 2

const factsSql = `SELECT pg_is_in_recovery() AS "isReplica",
  pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
    '0/0'::pg_lsn)::bigint AS position,
  CASE WHEN pg_is_in_recovery() THEN 0
    ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer END AS timeline,
  (SELECT value FROM meta WHERE name = 'archive_id') AS "archiveId"`

/** The connections of one server. What many wait for never takes those that everything else needs. */
const places = {
  /** Searches, and four for accounts, details and people. */
  work: SEARCH_CONNECTIONS + 4,
  /** They stop statements, and ask whether the server answers. */
  control: 2,
  /** Reads sessions, which every request needs. */
  sessions: 4,
  /** Opens and ends sessions. A server may hold a change back for as long as a replica is missing. */
  changes: 2,
  /** Tries of passwords of users who signed in from there before. */
  known: 2,
  /** Those of all others, who may be many. */
  attempts: 3,
  /** What joins requests to acts. Losing the last moment of it at a crash of the server does no harm. */
  acts: 3,
} as const

/** The connections that a host needs at most. */
export const CONNECTIONS = Object.values(places).reduce((sum, count) => sum + count, 0)

/** A host that is stopped in the middle of a decision must not keep the others from deciding. */
const soon = ['lock_timeout=3s', 'idle_in_transaction_session_timeout=3s']

export type ServerPools = Readonly<Record<keyof typeof places, Pool>>

/** How long a request waits for what it needs of the other hosts, ms; and for what it can do without. */
const NEEDED_MS = 4000
const WANTED_MS = 1500

const openPools = (url: string): ServerPools => ({
  work: openPool(url, places.work),
  control: openPool(url, places.control),
  sessions: openPool(url, places.sessions, soon, NEEDED_MS),
  changes: openPool(url, places.changes, soon, NEEDED_MS),
  known: openPool(url, places.known, soon, NEEDED_MS),
  attempts: openPool(url, places.attempts, soon, NEEDED_MS),
  acts: openPool(url, places.acts, [...soon, 'synchronous_commit=off'], WANTED_MS),
})

/** The socket of a connection, which the driver does not declare. */
const cut = (client: PoolClient): void =>
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout exceeded when trying to connect')), ANSWER_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export class ArchiveServer {
  readonly url: string
  readonly pools: ServerPools
  readonly #clients = new Set<PoolClient>()
  /** Null while it does not answer. */
  facts: ServerFacts | null = null
  /** Why it does not, as the server's or the network's code. */
  why = ''
  #failures = 0
  #asking: Promise<void> | null = null

  constructor(url: string) {
    this.url = url
    this.pools = openPools(url)
    for (const pool of Object.values(this.pools)) this.#track(pool)
  }

  #track(pool: Pool): void {
    pool.on('connect', (client) => this.#clients.add(client))
    pool.on('remove', (client) => this.#clients.delete(client))
  }

  /**
   * Asks the server what it is. One that fails twice in a row hangs: statements that wait for it fail now, and can be
   * asked of another server. Many may want to know at once, after a connection was lost, and they share one question.
   */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    try {
      this.facts = await inTime(queryRow<ServerFacts>(this.pools.control, clause(factsSql)))
      this.#failures = 0
    } catch (error) {
      this.facts = null
      this.why = codeOf(error) || (error instanceof Error ? error.message : '')
      this.#failures += 1
      if (this.#failures >= FAILURES) this.cut()
    }
  }

  /** Breaks all connections. The server ends what they asked of it. */
  cut(): void {
    for (const client of this.#clients) cut(client)
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    this.cut()
    await Promise.all(Object.values(this.pools).map((pool) => pool.end()))
  }
}
