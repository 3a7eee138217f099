/**
 * What joins the requests of one act when they reach several hosts: the searches that have their lines, the rows that a
 * session was shown, and the listenings that go on. While the database cannot be written each host goes by what it did
 * itself: an act may then have a line too many, and none too few.
 */
import { createHash, hkdfSync, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Search } from '../../contract/search.ts'
import type { AuditMemory } from '../audit/audit.ts'
import {
  ownAuditedSearches,
  SEARCHES_KEPT,
  type AuditedSearches,
  type ToldSearch,
} from '../audit/audited-searches.ts'
import { COPY_WINDOW_MS, ownCopies, type Copies } from '../audit/copies.ts'
import { LISTENING_IDLE_MS, type SharedListenings } from '../audit/listenings.ts'
import { sealText, unsealText } from '../auth/seal.ts'
import { isStorageFailure } from '../files/storage-failure.ts'
import { inPooledTransaction } from '../sources/postgres/connecting.ts'
import { reachingShared } from '../sources/postgres/explain-database.ts'
import type { ArchiveServers } from '../sources/postgres/servers.ts'
import { clause, query, queryOne, type SqlClause } from '../sources/postgres/statements.ts'

export interface SharedActsOptions {
  readonly nowMs: () => number
  /** The filters of searches are sealed under a key that is made of it. */
  readonly hostKey: Buffer
  /** Rows to one session in an hour that look like copying. */
  readonly copyAlert: number
}

const MINUTE_MS = 60_000
/** How long a host may take to write the line of a listening. After that another one begins it. */
const BEGINNING_MS = 25_000
const LOOK_AGAIN_MS = 50

/** @returns null where the database cannot be asked now. */
async function ifReached<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await reachingShared(work)
  } catch (error) {
    if (isStorageFailure(error)) return null
    throw error
  }
}

const writing = (servers: ArchiveServers, asked: SqlClause) =>
  ifReached(servers.write(({ pools }) => query(pools.acts, asked)))

type Facts = Pick<ToldSearch, 'search' | 'count'>

interface SearchRow {
  readonly id: string
  readonly sealed: Buffer
  readonly atMs: number
}

function sharedSearches(servers: ArchiveServers, hostKey: Buffer): AuditedSearches {
  const own = ownAuditedSearches()
  const key = Buffer.from(hkdfSync('sha256', hostKey, '', 'audited searches', 32))
  const select = `SELECT id, sealed, at_ms::float8 AS "atMs" FROM audited_searches WHERE session = ?
    ORDER BY at_ms DESC LIMIT ?`

  const open = ({ id, sealed, atMs }: SearchRow): ToldSearch[] => {
    const text = unsealText(sealed, key, Buffer.from(id))
    if (text === null) return []
    const { search, count } = JSON.parse(text) as { search: Search; count: number }
    return [{ id, search, count, atMs }]
  }

  return {
    async of(session) {
      const asked = clause(select, session, SEARCHES_KEPT)
      const rows = await ifReached(servers.readNewest(({ pools }) => query<SearchRow>(pools.acts, asked)))
      const mine = await own.of(session)
      const known = new Set(mine.map(({ id }) => id))
      const others = (rows ?? []).filter(({ id }) => !known.has(id)).flatMap(open)
      return [...others, ...mine]
    },
    async add(session, told) {
      await own.add(session, told)
      const { id, search, count, atMs } = told
      const sealed = sealText(JSON.stringify({ search, count } satisfies Facts), key, Buffer.from(id))
      const sql = 'INSERT INTO audited_searches VALUES (?, ?, ?, ?)'
      await writing(servers, clause(sql, id, session, sealed, Math.round(atMs)))
    },
    async forget(session, told) {
      await own.forget(session, told)
      await writing(servers, clause('DELETE FROM audited_searches WHERE id = ?', told.id))
    },
  }
}

function sharedCopies(servers: ArchiveServers, { nowMs, copyAlert }: SharedActsOptions): Copies {
  const own = ownCopies(copyAlert, nowMs)
  const add = `INSERT INTO shown_rows AS known VALUES (?, ?, ?)
    ON CONFLICT (session, minute) DO UPDATE SET recordings = known.recordings + excluded.recordings`
  const recent = 'session = ? AND minute > ?'
  const sum = `SELECT coalesce(sum(recordings), 0)::float8 AS shown FROM shown_rows WHERE ${recent}`
  // Of two hosts that pass the limit at once, one finds the rows.
  const take = `WITH taken AS (DELETE FROM shown_rows WHERE session = ? RETURNING recordings)
    SELECT sum(recordings)::float8 AS shown FROM taken`
  return {
    async add(session, rows) {
      const alone = await own.add(session, rows)
      const minute = Math.floor(nowMs() / MINUTE_MS)
      const since = minute - COPY_WINDOW_MS / MINUTE_MS
      const shown = await ifReached(
        servers.write(({ pools }) =>
          inPooledTransaction(pools.acts, async (client) => {
            await query(client, clause(add, session, minute, rows))
            const known = await queryOne<{ shown: number }>(client, clause(sum, session, since))
            if (!known || known.shown <= copyAlert) return 0
            const taken = await queryOne<{ shown: number | null }>(client, clause(take, session))
            return taken?.shown ?? 0
          }),
        ),
      )
      if (shown === null) return alone
      return shown > 0 ? shown : null
    },
  }
}

/** The key of a listening names a user, a recording and an address. */
const masked = (key: string): string => createHash('sha256').update(key).digest('base64url')

function sharedListenings(servers: ArchiveServers, { nowMs }: SharedActsOptions): SharedListenings {
  /** This host among those that begin listenings. */
  const owner = randomUUID()
  const beginning = `INSERT INTO listenings AS known VALUES (?, ?, false, ?) ON CONFLICT (key) DO UPDATE
    SET owner = excluded.owner, has_line = false, last_ms = excluded.last_ms
    WHERE (? AND known.has_line) OR known.last_ms <= CASE WHEN known.has_line THEN ?::bigint ELSE ?::bigint END
    RETURNING true AS mine`
  const going = 'UPDATE listenings SET last_ms = ? WHERE key = ? AND has_line RETURNING true AS going'

  /** @returns null while another host writes its line. */
  const claim = (key: string, isNew: boolean): Promise<boolean | null> => {
    const atMs = Math.round(nowMs())
    const ends = [atMs - LISTENING_IDLE_MS - 1, atMs - BEGINNING_MS]
    return servers.write(async ({ pools }) => {
      const mine = await queryOne(pools.acts, clause(beginning, key, owner, atMs, isNew, ...ends))
      if (mine) return true
      return (await queryOne(pools.acts, clause(going, atMs, key))) ? false : null
    })
  }

  const change = async (sql: string, ...values: (string | number)[]): Promise<void> => {
    await writing(servers, clause(sql, ...values))
  }

  return {
    async begins(key, isNew) {
      for (let waitedMs = 0; waitedMs < BEGINNING_MS; waitedMs += LOOK_AGAIN_MS) {
        const reached = await ifReached(claim(masked(key), isNew).then((mine) => ({ mine })))
        if (!reached) return true
        if (reached.mine !== null) return reached.mine
        await sleep(LOOK_AGAIN_MS)
      }
      // The other host's clock may be wrong.
      return true
    },
    begun: (key) =>
      change('UPDATE listenings SET has_line = true WHERE key = ? AND owner = ?::uuid', masked(key), owner),
    failed: (key) =>
      change('DELETE FROM listenings WHERE key = ? AND owner = ?::uuid AND NOT has_line', masked(key), owner),
    goesOn: (key) =>
      change(
        'UPDATE listenings SET last_ms = ? WHERE key = ? AND has_line',
        Math.round(nowMs()),
        masked(key),
      ),
  }
}

export const sharedActs = (servers: ArchiveServers, options: SharedActsOptions): AuditMemory => ({
  searches: sharedSearches(servers, options.hostKey),
  copies: sharedCopies(servers, options),
  listenings: sharedListenings(servers, options),
})
