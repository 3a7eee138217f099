/** What a host must have in common with the others that share its database: the key, the source and the clock. */
import { createHmac } from 'node:crypto'
import { OperatorError } from '../platform/operator-error.ts'
import { inTransaction } from '../sources/postgres/connecting.ts'
import { ADVISORY_LOCKS } from '../sources/postgres/names.ts'
import {
  clause,
  query,
  queryOne,
  queryRow,
  type DatabaseConnection,
  type Queryable,
} from '../sources/postgres/statements.ts'

/** Ms between two signs of life. */
export const BEAT_MS = 1000
/** A host that gave no sign for so many times that has ended. */
export const MISSED_BEATS = 3.5
/** How far clocks may differ. */
const MAX_SKEW_MS = 30_000

export interface HostFacts {
  /** HOST_NAME. */
  readonly name: string
  readonly hostKey: Buffer
  /** Where its recordings come from: `archive`, or the recorder's root. */
  readonly source: string
  readonly version: string
  /** The absolute path of its audit log. */
  readonly auditLog: string
  readonly nowMs: () => number
  /** How far the host's clock may be off, ms; has a default. */
  readonly maxSkewMs?: number | undefined
  /** Ms between two signs of life; has a default, and is the same for all hosts. */
  readonly beatMs?: number | undefined
}

const KEY_CHECK = 'host_key'

/** Tells keys apart and opens nothing. */
const checkOf = (hostKey: Buffer): string =>
  createHmac('sha256', hostKey).update('host key of several hosts').digest('base64url')

export interface RunningHost {
  readonly name: string
  readonly source: string
}

/** The hosts that gave a sign of life of late. One of them may have been killed just now. */
export function runningHosts(client: Queryable, beatMs = BEAT_MS): Promise<readonly RunningHost[]> {
  const sql = `SELECT name, source FROM hosts
    WHERE seen_at > clock_timestamp() - ?::float8 * interval '1 millisecond' ORDER BY name`
  return query<RunningHost>(client, clause(sql, beatMs * MISSED_BEATS))
}

const namesOf = (hosts: readonly RunningHost[]): string =>
  hosts.length === 0
    ? 'none of which runs now'
    : `of which ${hosts.map(({ name }) => name).join(', ')} runs now`

function otherKey({ name }: HostFacts, others: readonly RunningHost[]): OperatorError {
  return new OperatorError(
    `The host ${name} has another key than the hosts that share DATABASE_URL, ${namesOf(others)}. Set HOST_KEY_FILE to ` +
      'their key. To give all of them a new one, stop them, run npm run user -- sign-out --all --new-key, and start them with it.',
  )
}

async function requireKey(
  client: Queryable,
  facts: HostFacts,
  others: readonly RunningHost[],
): Promise<void> {
  const own = checkOf(facts.hostKey)
  await query(client, clause('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING', KEY_CHECK, own))
  const known = await queryOne<{ value: string }>(
    client,
    clause('SELECT value FROM meta WHERE name = ?', KEY_CHECK),
  )
  if (known?.value !== own) throw otherKey(facts, others)
}

const told = (source: string): string => (source === 'archive' ? 'the recordings in the database' : source)

function requireSource(facts: HostFacts, others: readonly RunningHost[]): void {
  const other = others.find(({ source }) => source !== facts.source)
  if (!other) return
  throw new OperatorError(
    `The host ${facts.name} would serve ${told(facts.source)}, and ${other.name}, which shares DATABASE_URL, serves ` +
      `${told(other.source)}. Give one of them another database.`,
  )
}

/** Sessions of all hosts end by the clock of each. */
async function requireClock(
  client: Queryable,
  { name, nowMs, maxSkewMs = MAX_SKEW_MS }: HostFacts,
): Promise<void> {
  const sql = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"'
  const { nowMs: serverMs } = await queryRow<{ nowMs: number }>(client, clause(sql))
  const offMs = nowMs() - serverMs
  if (Math.abs(offMs) <= maxSkewMs) return
  const seconds = Math.round(Math.abs(offMs) / 1000)
  throw new OperatorError(
    `The clock of the host ${name} is ${seconds} seconds ${offMs > 0 ? 'ahead of' : 'behind'} that of DATABASE_URL. ` +
      'Sessions would end too early or too late: let both follow the same time, such as by NTP.',
  )
}

/** @param others those that run now. @throws OperatorError for a host that does not fit them. */
export async function requireFit(
  client: Queryable,
  facts: HostFacts,
  others: readonly RunningHost[],
): Promise<void> {
  await requireClock(client, facts)
  await requireKey(client, facts, others)
  requireSource(facts, others)
}

/**
 * Lets the hosts have another key. All sessions end, because none opens under another one.
 * @throws OperatorError while a host runs.
 */
export function forgetHostKey(client: DatabaseConnection): Promise<void> {
  return inTransaction(client, async () => {
    await query(client, clause(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.hosts})`))
    const running = await runningHosts(client)
    if (running.length > 0) {
      throw new OperatorError(
        `Stop the hosts first: ${running.map(({ name }) => name).join(', ')}. Nothing was changed.`,
      )
    }
    await query(client, clause('DELETE FROM sessions'))
    await query(client, clause('DELETE FROM attempts'))
    await query(client, clause('DELETE FROM meta WHERE name = ?', KEY_CHECK))
  })
}
