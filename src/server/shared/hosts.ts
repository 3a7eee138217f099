/**
 * The hosts that share one database. Each says who it is before it answers, and every second that it still runs. One
 * that would not fit the others is refused: with another key, another source, or a name that is taken.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeHead, type Head } from '../audit/head.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { inPooledTransaction } from '../sources/postgres/connecting.ts'
import { ADVISORY_LOCKS } from '../sources/postgres/names.ts'
import { POSTGRES_SCHEMA_VERSION } from '../sources/postgres/schema.ts'
import type { ArchiveServers } from '../sources/postgres/servers.ts'
import { clause, query, queryOne, type Queryable } from '../sources/postgres/statements.ts'
import { BEAT_MS, MISSED_BEATS, requireFit, runningHosts, type HostFacts } from './fitting.ts'

/** Until a host of the newer release answers, the older ones do: it changes the database before it is ready. */
const GRACE_BEATS = 15

export interface HostEntry {
  /** Keeps the newest head of the host's audit log. A head that cannot be stored is followed by the next one. */
  keepHead(head: Head): void
  /** False once it may not use the database any more. */
  readonly fits: boolean
  /** The others need not wait for another sign of life. */
  leave(): Promise<void>
}

/**
 * Why a host that runs does not fit the others any more. `outgrown`: a newer release has changed the schema, and this
 * host must be upgraded too. `replaced`: another one runs under its name.
 */
export type Misfit = 'outgrown' | 'replaced'

/** What a database knows of a host. */
export interface KnownHost {
  readonly name: string
  readonly auditLog: string
  /** The newest head of its log, as `writeHead` wrote it, or null. */
  readonly auditHead: string | null
}

/** Says that the host runs. @returns nothing where another one has its name. */
const sign = (client: Queryable, facts: HostFacts, instance: string, head: string | null, isNew: boolean) =>
  queryOne<{ schema: string }>(
    client,
    clause(
      `INSERT INTO hosts AS known VALUES (?, ?, ?, ?, ?, ?, clock_timestamp()) ON CONFLICT (name) DO UPDATE
        SET instance = excluded.instance, source = excluded.source, version = excluded.version,
          audit_log = excluded.audit_log, audit_head = coalesce(excluded.audit_head, known.audit_head),
          seen_at = excluded.seen_at
        WHERE ? OR known.instance = excluded.instance
        RETURNING (SELECT value FROM meta WHERE name = 'schema_version') AS schema`,
      facts.name,
      instance,
      facts.source,
      facts.version,
      facts.auditLog,
      head,
      isNew,
    ),
  )

/** @returns whether the name was free. @throws OperatorError for a host that does not fit the others. */
async function tryJoin(client: Queryable, facts: HostFacts, instance: string): Promise<boolean> {
  await query(client, clause(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.hosts})`))
  const running = await runningHosts(client, facts.beatMs)
  const others = running.filter(({ name }) => name !== facts.name)
  await requireFit(client, facts, others)
  if (running.length > others.length) return false
  await sign(client, facts, instance, null, true)
  return true
}

/** Waits as long as a killed host of this name may seem to run. */
async function join(servers: ArchiveServers, facts: HostFacts, instance: string): Promise<void> {
  const { beatMs = BEAT_MS } = facts
  for (let waited = 0; waited < MISSED_BEATS + 1; waited += 0.5) {
    const isIn = await servers.write(({ pools }) =>
      inPooledTransaction(pools.changes, (client) => tryJoin(client, facts, instance)),
    )
    if (isIn) return
    await sleep(beatMs / 2)
  }
  throw new OperatorError(
    `Another host named ${facts.name} shares DATABASE_URL and runs. Give each a HOST_NAME of its own.`,
  )
}

class Entry implements HostEntry {
  readonly #servers: ArchiveServers
  readonly #facts: HostFacts
  readonly #instance: string
  readonly #unfit: (why: Misfit) => void
  readonly #timer: NodeJS.Timeout
  #head: string | null = null
  #beating: Promise<void> | null = null
  #misfit: Misfit | null = null
  #outgrownBeats = 0

  constructor(servers: ArchiveServers, facts: HostFacts, instance: string, unfit: (why: Misfit) => void) {
    this.#servers = servers
    this.#facts = facts
    this.#instance = instance
    this.#unfit = unfit
    this.#timer = setInterval(() => void this.#beatOnce(), facts.beatMs ?? BEAT_MS).unref()
  }

  /** A slow database is not asked again before it has answered. */
  #beatOnce(): Promise<void> {
    this.#beating ??= this.#beat()
      .catch(() => undefined)
      .finally(() => {
        this.#beating = null
      })
    return this.#beating
  }

  get fits(): boolean {
    return this.#misfit === null
  }

  keepHead(head: Head): void {
    this.#head = writeHead(head)
  }

  async leave(): Promise<void> {
    clearInterval(this.#timer)
    await this.#beating
    await this.#beatOnce()
    const sql = 'UPDATE hosts SET seen_at = NULL WHERE name = ? AND instance = ?::uuid'
    const asked = clause(sql, this.#facts.name, this.#instance)
    await this.#servers.write(({ pools }) => query(pools.acts, asked)).catch(() => undefined)
  }

  /** A new primary may not know this host yet, which then is added once more. */
  async #beat(): Promise<void> {
    const row = await this.#servers.write(({ pools }) =>
      sign(pools.acts, this.#facts, this.#instance, this.#head, false),
    )
    const isOutgrown = Number(row?.schema) > POSTGRES_SCHEMA_VERSION
    this.#outgrownBeats = isOutgrown ? this.#outgrownBeats + 1 : 0
    const before = this.#misfit
    if (!row) this.#misfit = 'replaced'
    else this.#misfit = this.#outgrownBeats > GRACE_BEATS ? 'outgrown' : null
    if (this.#misfit !== null && this.#misfit !== before) this.#unfit(this.#misfit)
  }
}

/**
 * Joins the hosts that share the database.
 * @param unfit is called once this host may not use the database any more.
 * @throws OperatorError where this host does not fit the others.
 */
export async function joinHosts(
  servers: ArchiveServers,
  facts: HostFacts,
  unfit: (why: Misfit) => void,
): Promise<HostEntry> {
  const instance = randomUUID()
  await join(servers, facts, instance)
  return new Entry(servers, facts, instance, unfit)
}

/** The hosts that ever shared the database, by name. */
export const knownSharers = (client: Queryable): Promise<readonly KnownHost[]> =>
  query<KnownHost>(
    client,
    clause('SELECT name, audit_log AS "auditLog", audit_head AS "auditHead" FROM hosts ORDER BY name'),
  )
