/** Connections to one PostgreSQL server. */
import { setTimeout } from 'node:timers/promises'
import { Client, Pool, type ClientBase, type PoolClient } from 'pg'
import { onAbort, orAborted } from '../../platform/aborting.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { CommitLost, isServerAnswer } from './commit-lost.ts'
import { explainDatabase, unreachableNow } from './explain-database.ts'
import { SCHEMA } from './names.ts'
import { clause, exactTypes, queryOne } from './statements.ts'

/** The oldest release that this program runs on, as the server counts: 15.0. */
const OLDEST_VERSION = 150_000
/** How long a connection may take to be made, ms. */
const CONNECT_MS = 4000
/** How often the server looks whether a client that waits for a long statement is still there, ms. */
const LOOK_MS = 2000
const IDLE_MS = 60_000
/** After so long, the server is asked again to stop a statement, ms. */
const CANCEL_AGAIN_MS = 50

/**
 * The settings of each connection. Every name is looked up in this program's own schema first, and every text is
 * compared by its bytes.
 */
const settings = (url: string, own: readonly string[] = []) => ({
  connectionString: url,
  options: [`search_path=${SCHEMA},public`, 'jit=off', 'timezone=UTC', ...own]
    .map((setting) => `-c ${setting}`)
    .join(' '),
  application_name: 'recordings-dashboard',
  connectionTimeoutMillis: CONNECT_MS,
  keepAlive: true,
  types: exactTypes,
})

/**
 * Opens connections when they are needed. A connection that breaks while nobody uses it is dropped.
 * @param own settings of these connections alone, as `name=value`.
 * @param answerMs how long a statement is waited for; by default for ever.
 */
export function openPool(url: string, max: number, own: readonly string[] = [], answerMs?: number): Pool {
  const pool = new Pool({
    ...settings(url, own),
    ...(answerMs === undefined ? {} : { query_timeout: answerMs }),
    max,
    idleTimeoutMillis: IDLE_MS,
    async onConnect(client) {
      // Not every system of a server can do this.
      await client.query(`SET client_connection_check_interval = ${LOOK_MS}`).catch(() => undefined)
    },
  })
  // Whoever uses a connection hears of its end by the statement that fails.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', () => undefined)
  return pool
}

/**
 * Opens one connection for a command or an import.
 * @throws OperatorError saying what is wrong with DATABASE_URL, and what to do.
 */
export async function connect(url: string): Promise<Client> {
  let client: Client | null = null
  try {
    // It reads the files of certificates.
    client = new Client(settings(url))
    client.on('error', () => undefined)
    await client.connect()
    await checkVersion(client)
    return client
  } catch (error) {
    await client?.end().catch(() => undefined)
    throw explainDatabase(error, url)
  }
}

async function checkVersion(client: ClientBase): Promise<void> {
  const row = await queryOne<{ version: number; told: string }>(
    client,
    clause(
      "SELECT current_setting('server_version_num')::integer AS version, current_setting('server_version') AS told",
    ),
  )
  if (row && row.version >= OLDEST_VERSION) return
  throw new OperatorError(
    `DATABASE_URL is a server of PostgreSQL ${row?.told ?? 'without a version'}, and this program needs 15 or later. ` +
      'Upgrade the server, or set DATABASE_URL to a newer one.',
  )
}

interface Cancelling {
  /** Resolves once the server was asked for the first time. */
  readonly begun: Promise<unknown>
  /** Asks no more. Resolves once no request is on its way. */
  end(): Promise<void>
}

/**
 * Asks the server to stop what the connection does. The connection stays. It asks again and again until `end` is called,
 * because a request that comes between two statements stops nothing.
 */
function keepCancelling(control: Pool, processId: number): Cancelling {
  const enough = new AbortController()
  const cancel = () => control.query('SELECT pg_cancel_backend($1)', [processId]).catch(() => undefined)
  const begun = cancel()
  const again = async (): Promise<void> => {
    await begun
    while (!enough.signal.aborted) {
      await setTimeout(CANCEL_AGAIN_MS, undefined, { signal: enough.signal }).catch(() => undefined)
      if (!enough.signal.aborted) await cancel()
    }
  }
  const asking = again()
  return {
    begun,
    end() {
      enough.abort()
      return asking
    },
  }
}

/** The driver keeps the number of the server's process, but does not declare it. */
const processIdOf = (client: ClientBase): number => (client as unknown as { processID: number }).processID

/** Two pools, so that a statement can be stopped while all connections for searches are in use. */
export interface Pools {
  readonly work: Pool
  readonly control: Pool
}

/** Does the work over a connection of the pool, in one transaction. @throws as `inTransaction` does. */
export async function inPooledTransaction<T>(
  pool: Pool,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: unknown
  try {
    return await inTransaction(client, () => work(client))
  } catch (error) {
    // The pool drops a connection that is not to be used again.
    broken = isServerAnswer(error) ? undefined : error
    throw error
  } finally {
    client.release(broken instanceof Error && unreachableNow(broken) !== null ? broken : false)
  }
}

/** Takes a connection. If the signal aborts first, the connection goes back as soon as it comes. */
async function take(pool: Pool, signal: AbortSignal): Promise<PoolClient> {
  signal.throwIfAborted()
  const taken = pool.connect()
  try {
    return await orAborted(taken, signal)
  } catch (error) {
    taken.then(
      (client) => client.release(),
      () => undefined,
    )
    throw error
  }
}

/** A transaction that reads one snapshot. */
export interface Snapshot {
  readonly client: ClientBase
  /** Ends the transaction and gives the connection back. Further calls do nothing. */
  close(): Promise<void>
}

/** Keeps every month until the end of the transaction: where one is dropped, no snapshot would show its recordings. */
const BEGIN_SNAPSHOT =
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE ONLY recordings IN ACCESS SHARE MODE'

/**
 * Begins a transaction that reads one snapshot. Once the signal aborts, the server stops the statement that runs.
 * @throws the signal's reason, or the server's error.
 */
export async function openSnapshot({ work, control }: Pools, signal: AbortSignal): Promise<Snapshot> {
  const client = await take(work, signal)
  let cancelling: Cancelling | null = null
  const endWait = onAbort(signal, () => {
    cancelling = keepCancelling(control, processIdOf(client))
  })
  let isOpen = true
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    endWait()
    await cancelling?.begun
    // A walk may be reading meanwhile, so this may have to wait until its statement is cancelled.
    const failure = await client.query('ROLLBACK').then(
      () => false,
      (error: unknown) => (error instanceof Error ? error : true),
    )
    // A late cancellation must not meet the next user of the connection.
    await cancelling?.end()
    client.release(failure)
  }
  try {
    await client.query(BEGIN_SNAPSHOT)
    return { client, close }
  } catch (error) {
    await close()
    signal.throwIfAborted()
    throw error
  }
}

/** Reads one snapshot. @throws the signal's reason once it aborts, or the server's error. */
export async function inSnapshot<T>(
  pools: Pools,
  signal: AbortSignal,
  read: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const { client, close } = await openSnapshot(pools, signal)
  try {
    return await read(client)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    await close()
  }
}

/**
 * Does all of the work in one transaction, or nothing of it.
 * @throws what `work` throws, the server's error, or CommitLost.
 */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  let result: T
  try {
    result = await work()
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
  try {
    await client.query('COMMIT')
  } catch (error) {
    if (isServerAnswer(error)) throw error
    throw new CommitLost('The connection was lost while a change was being stored.', { cause: error })
  }
  return result
}
