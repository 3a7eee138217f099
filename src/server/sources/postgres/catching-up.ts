/** Waits until replicas have what was written. After that, every server finds it. */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBase } from 'pg'
import { connect } from './connecting.ts'
import { clause, queryRow } from './statements.ts'

const ASK_AGAIN_MS = 50

/** Where the primary's write-ahead log stands, in bytes. */
async function positionOf(primary: ClientBase): Promise<bigint> {
  const sql = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS position"
  return (await queryRow<{ position: bigint }>(primary, clause(sql))).position
}

/** Waits until a replica has applied the log up to there. A server that cannot be asked is not waited for. */
async function waitFor(url: string, position: bigint, untilMs: number): Promise<void> {
  const client = await connect(url)
  const sql = "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint AS position"
  try {
    for (;;) {
      const { position: applied } = await queryRow<{ position: bigint | null }>(client, clause(sql))
      // A primary applies no log.
      if (applied === null || applied >= position || performance.now() > untilMs) return
      await sleep(ASK_AGAIN_MS)
    }
  } finally {
    await client.end().catch(() => undefined)
  }
}

/**
 * Waits until the replicas have what the primary has written by now.
 * @param atMostMs hosts do not read from a replica that lags for longer, so neither does this wait.
 */
export async function catchUp(
  primary: ClientBase,
  replicas: readonly string[],
  atMostMs: number,
): Promise<void> {
  if (replicas.length === 0) return
  const position = await positionOf(primary)
  const untilMs = performance.now() + atMostMs
  await Promise.allSettled(replicas.map((url) => waitFor(url, position, untilMs)))
}
