/** Clears away what no host needs any more. */
import { COPY_WINDOW_MS } from '../audit/copies.ts'
import { LISTENING_IDLE_MS } from '../audit/listenings.ts'
import { ABSOLUTE_MS, SESSION_IDLE_MS } from '../auth/sessions.ts'
import type { ArchiveServers } from '../sources/postgres/servers.ts'
import { clause, query, type SqlClause } from '../sources/postgres/statements.ts'

const EVERY_MS = 60_000
const MINUTE_MS = 60_000

/** The conditions of what has ended by then, by table. */
const ended = (nowMs: number): Readonly<Record<string, SqlClause>> => ({
  sessions: clause('expires_ms <= ? OR active_ms <= ?', nowMs, nowMs - SESSION_IDLE_MS),
  attempts: clause('until_ms <= ?', nowMs),
  audited_searches: clause('at_ms <= ?', nowMs - ABSOLUTE_MS),
  shown_rows: clause('minute <= ?', Math.floor((nowMs - COPY_WINDOW_MS) / MINUTE_MS)),
  listenings: clause('last_ms <= ?', nowMs - LISTENING_IDLE_MS),
})

/** Rows that somebody else changes stay until the next time, so that nobody waits for it. */
export async function sweepShared(servers: ArchiveServers, nowMs: number): Promise<void> {
  for (const [table, { sql: condition, params }] of Object.entries(ended(Math.floor(nowMs)))) {
    const sql = `DELETE FROM ${table} WHERE ctid IN (
      SELECT ctid FROM ${table} WHERE ${condition} FOR UPDATE SKIP LOCKED)`
    await servers.write(({ pools }) => query(pools.acts, clause(sql, ...params)))
  }
}

/** Sweeps each minute; what fails is left to the next time. @returns a function that ends it. */
export function keepSwept(servers: ArchiveServers, nowMs: () => number): () => void {
  const sweep = (): void => void sweepShared(servers, nowMs()).catch(() => undefined)
  const timer = setInterval(sweep, EVERY_MS).unref()
  return () => clearInterval(timer)
}
