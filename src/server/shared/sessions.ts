/** The sessions of several hosts, in their database. */
import { accountName } from '../sources/account-name.ts'
import {
  foldUsername,
  MAX_SESSIONS,
  type NewSession,
  type SessionKey,
  type SessionRow,
  type SessionRows,
} from '../auth/session-rows.ts'
import { inPooledTransaction } from '../sources/postgres/connecting.ts'
import { reachingShared } from '../sources/postgres/explain-database.ts'
import { SESSION_LOCKS } from '../sources/postgres/names.ts'
import type { ArchiveServers } from '../sources/postgres/servers.ts'
import {
  clause,
  query,
  queryOne,
  queryRow,
  type Queryable,
  type SqlClause,
} from '../sources/postgres/statements.ts'

const find = `SELECT verifier, username, stamp, active_ms::float8 AS "activeMs", expires_ms::float8 AS "expiresMs", sealed
  FROM sessions WHERE id_hash = ?`

/** Two sign-ins that find the same rows do not wait for each other. */
const removeSurplus = `DELETE FROM sessions WHERE id_hash IN (
  SELECT id_hash FROM sessions WHERE id_hash IN (
    SELECT id_hash FROM sessions WHERE coalesce(account, folded) = ?
    ORDER BY count(*) OVER (PARTITION BY folded), folded = ?, expires_ms DESC OFFSET ${MAX_SESSIONS - 1})
  FOR UPDATE SKIP LOCKED)`

const removeThese = `DELETE FROM sessions WHERE (id_hash, verifier) IN (
  SELECT id_hash, verifier FROM unnest(?::bytea[], ?::bytea[]) AS ended (id_hash, verifier))`

class SharedSessions implements SessionRows {
  readonly #servers: ArchiveServers
  readonly #fits: () => boolean

  constructor(servers: ArchiveServers, fits: () => boolean) {
    this.#servers = servers
    this.#fits = fits
  }

  /** While there is no primary a replica is asked, which may not know yet that a session has ended elsewhere. */
  find(idHash: Buffer): Promise<SessionRow | undefined> {
    const asked = clause(find, idHash)
    return reachingShared(
      this.#servers.readNewest(({ pools }) => queryOne<SessionRow>(pools.sessions, asked)),
    )
  }

  /** The sessions that have ended are cleared away by `sweep`. */
  add({ idHash, verifier }: SessionKey, row: NewSession): Promise<void> {
    const { username, stamp, activeMs, expiresMs, sealed } = row
    const folded = foldUsername(username)
    const { account } = row
    const whose = account ?? folded
    return this.#write(async (client) => {
      // Of many sign-ins at once each counts the others.
      await query(client, clause(`SELECT pg_advisory_xact_lock(${SESSION_LOCKS}, hashtext(?))`, whose))
      await query(client, clause(removeSurplus, whose, folded))
      const values = [idHash, verifier, username, folded, account, stamp, activeMs, expiresMs, sealed]
      await query(client, clause('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', ...values))
    })
  }

  /** Input of the last moment may be lost with the server, so nobody waits for its replicas. */
  async activate(idHash: Buffer, atMs: number): Promise<void> {
    const asked = clause('UPDATE sessions SET active_ms = ? WHERE id_hash = ?', atMs, idHash)
    await reachingShared(this.#servers.write(({ pools }) => query(pools.acts, asked)))
  }

  remove(sessions: readonly SessionKey[]): Promise<void> {
    const keys = [sessions.map(({ idHash }) => idHash), sessions.map(({ verifier }) => verifier)]
    return this.#change(clause(removeThese, ...keys))
  }

  removeUpTo(username: string, expiresMs: number): Promise<void> {
    const sql = 'DELETE FROM sessions WHERE folded = ? AND expires_ms <= ?'
    return this.#change(clause(sql, foldUsername(username), expiresMs))
  }

  async count(nowMs: number, endedMs: number): Promise<number> {
    const sql = 'SELECT count(*)::integer AS sessions FROM sessions WHERE expires_ms > ? AND active_ms > ?'
    const asked = clause(sql, nowMs, endedMs)
    const read = this.#servers.readNewest(({ pools }) =>
      queryRow<{ sessions: number }>(pools.sessions, asked),
    )
    return (await reachingShared(read)).sessions
  }

  async isReadable(): Promise<boolean> {
    return this.#servers.isReadable && this.#fits()
  }

  /** Leaves the servers open, because the other shared parts use them too. */
  close(): void {}

  async #write(work: (client: Queryable) => Promise<unknown>): Promise<void> {
    await reachingShared(
      this.#servers.write(({ pools }) => inPooledTransaction(pools.changes, (client) => work(client))),
    )
  }

  async #change(asked: SqlClause): Promise<void> {
    await reachingShared(this.#servers.write(({ pools }) => query(pools.changes, asked)))
  }
}

/** @param fits whether this host may use the database as it is now. */
export const sharedSessions = (servers: ArchiveServers, fits: () => boolean): SessionRows =>
  new SharedSessions(servers, fits)

/**
 * Ends sessions beside running hosts, which notice with each session's next request.
 * @param username as `endSessionsIn` takes it; null for all users.
 * @returns the username of each session that ended.
 */
export async function endSharedSessions(client: Queryable, username: string | null): Promise<string[]> {
  const asked =
    username === null
      ? clause('DELETE FROM sessions RETURNING username')
      : clause(
          'DELETE FROM sessions WHERE folded = ? OR account = ? RETURNING username',
          foldUsername(username),
          accountName(username),
        )
  return (await query<{ username: string }>(client, asked)).map((row) => row.username)
}
