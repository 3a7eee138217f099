/** An archive in PostgreSQL as a source of recordings. */
import { performance } from 'node:perf_hooks'
import { Problem } from '../../../contract/problems.ts'
import type { WireDetail, WireList, WireRecording } from '../../../contract/recording.ts'
import type { Paging, Search } from '../../../contract/search.ts'
import { hasAudio, openAudio } from '../archive/audio-files.ts'
import { namesOfOwners, type PersonRow } from '../archive/directory-people.ts'
import { fold } from '../archive/fold.ts'
import { hashPassword, verifyPassword } from '../archive/passwords.ts'
import { scryptInPlace, scryptInWorkers, type ScryptRunner } from '../archive/scrypt-runner.ts'
import type { Derive } from '../archive/scrypt.ts'
import { ownersOf } from '../people.ts'
import type { Principal, Source, WholeList } from '../source.ts'
import { inSnapshot } from './connecting.ts'
import { findAudio, findDetail } from './details.ts'
import { credentialsOf, savePassword } from './directory.ts'
import { unreachableNow } from './explain-database.ts'
import { DirectoryPeople, everybodySql } from './people.ts'
import { preparePrimary } from './primary.ts'
import { PostgresSearches, SEARCH_CONNECTIONS } from './searches.ts'
import { ArchiveServers, type ServerNews } from './servers.ts'
import { clause, query } from './statements.ts'

export interface PostgresSourceOptions {
  /** `postgres://user:password@host:port/database` of the primary. */
  readonly url: string
  /** Its streaming replicas, which answer searches too. */
  readonly replicas?: readonly string[] | undefined
  /** How long a replica may lag behind, ms. Beyond that it is not read from while another server answers. */
  readonly maxLagMs?: number | undefined
  /** Called when a server comes, goes or changes its part. */
  readonly watch?: ((news: ServerNews) => void) | undefined
  /** The folder of the audio. */
  readonly mediaFolder: string
  /** Derives passwords; by default threads of their own do. */
  readonly derive?: Derive | undefined
}

/** The archive's answers need no repair, because they follow the contract. It knows a user without a password. */
export interface PostgresSource extends Source {
  principal(username: string): Promise<Principal | null>
  list(search: Search, paging: Paging, viewer: Principal, signal: AbortSignal): Promise<WireList>
  listAll(search: Search, viewer: Principal, signal: AbortSignal): Promise<WholeList<WireRecording>>
  detail(id: string, viewer: Principal, signal: AbortSignal): Promise<WireDetail | null>
}

/** Connections for what is not a search: accounts, details, people. */
const OTHERS = 4
/** Connections that stop statements, and ask whether the server answers. */
const CONTROL = 2
const RETRY_AFTER_MS = 5000
const MAX_LAG_MS = 10_000

/** For callers that do not say who waits. */
const nobodyElse = { from: '', isKnown: false, isScript: false }

function notStored(cause: unknown): Problem {
  return new Problem(
    {
      code: 'storage_failed',
      message: 'The password was not changed, because it cannot be stored now. Try again in a moment.',
      retryAfterMs: RETRY_AFTER_MS,
    },
    { cause },
  )
}

/** Says what a user can do where the server cannot be reached. */
async function reaching<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw unreachableNow(error) ?? error
  }
}

const ownerNamesSql = `SELECT username, folded, first_name AS "firstName", last_name AS "lastName",
    NULL AS "group", NULL AS "foldedGroup"
  FROM people WHERE folded = ANY(?::text[])`

class PostgresArchive implements PostgresSource {
  readonly #servers: ArchiveServers
  readonly #searches: PostgresSearches
  readonly #people: DirectoryPeople
  readonly #scrypt: ScryptRunner
  readonly #mediaFolder: string
  /** The names of the owners of a page that was just read. */
  readonly #names = new WeakMap<readonly unknown[], Readonly<Record<string, string>>>()

  constructor(servers: ArchiveServers, { mediaFolder, derive }: PostgresSourceOptions) {
    this.#servers = servers
    this.#searches = new PostgresSearches(servers)
    this.#people = new DirectoryPeople(() =>
      servers.readNewest(({ pools }) => query<PersonRow>(pools.work, clause(everybodySql))),
    )
    this.#scrypt = derive ? scryptInPlace(undefined, derive) : scryptInWorkers()
    this.#mediaFolder = mediaFolder
  }

  async authenticate(
    username: string,
    password: string,
    signal = new AbortController().signal,
    asker = nobodyElse,
  ): Promise<Principal | null> {
    const known = await this.#credentials(username)
    const derive: Derive = (work) => this.#scrypt.derive(work, { signal, ...asker })
    const right = await verifyPassword(password, known?.password ?? null, derive)
    return right && known ? known.principal : null
  }

  async changePassword(username: string, password: string, signal: AbortSignal): Promise<Principal | null> {
    const asker = { signal, from: username, isKnown: true, isScript: false }
    const stored = await hashPassword(password, { derive: (work) => this.#scrypt.derive(work, asker) })
    try {
      await this.#servers.write(({ pools }) => savePassword(pools.work, username, stored))
    } catch (error) {
      throw notStored(error)
    }
    return this.principal(username)
  }

  async principal(username: string): Promise<Principal | null> {
    return (await this.#credentials(username))?.principal ?? null
  }

  /** As they were written last, because a password may just have been changed. */
  #credentials(username: string) {
    return reaching(this.#servers.readNewest(({ pools }) => credentialsOf(pools.work, username)))
  }

  async list(search: Search, paging: Paging, viewer: Principal, signal: AbortSignal): Promise<WireList> {
    const page = await reaching(this.#searches.list(search, paging, viewer, signal))
    const owners = ownersOf(page.recordings)
    if (owners.length > 0) {
      const asked = clause(ownerNamesSql, owners.map(fold))
      const people = await reaching(this.#servers.read(({ pools }) => query<PersonRow>(pools.work, asked)))
      this.#names.set(page.recordings, namesOfOwners(owners, people))
    }
    return page
  }

  listAll(search: Search, viewer: Principal, signal: AbortSignal): Promise<WholeList<WireRecording>> {
    return reaching(this.#searches.listAll(search, viewer, signal))
  }

  people(q: string, limit: number, viewer: Principal) {
    return reaching(this.#people.find(q, limit, viewer))
  }

  ownerNames(rows: readonly unknown[]): Readonly<Record<string, string>> {
    return this.#names.get(rows) ?? {}
  }

  detail(id: string, viewer: Principal, signal: AbortSignal): Promise<WireDetail | null> {
    return reaching(
      this.#servers.read(({ pools }) =>
        inSnapshot(pools, signal, (client) => findDetail(client, id, viewer)),
      ),
    )
  }

  async media(id: string, viewer: Principal, signal: AbortSignal) {
    const audio = await reaching(
      this.#servers.read(({ pools }) => inSnapshot(pools, signal, (client) => findAudio(client, id, viewer))),
    )
    // Somebody may have deleted or cut the file.
    if (!audio || !hasAudio(this.#mediaFolder, audio)) return null
    const { sha256, size, referenceNumber } = audio
    return {
      size,
      etag: sha256,
      fileName: `${referenceNumber}.mp3`,
      open: (start: number, end: number) => openAudio(this.#mediaFolder, audio, start, end),
    }
  }

  async ready(): Promise<boolean> {
    return this.#servers.isReadable
  }

  gauges() {
    const { running, waiting } = this.#scrypt.counts()
    return { password_checks_running: running, password_checks_waiting: waiting }
  }

  async close(): Promise<void> {
    await Promise.all([this.#servers.close(), this.#scrypt.close()])
  }
}

/**
 * Opens the archive. Makes or upgrades its schema.
 * @throws OperatorError saying what is wrong with DATABASE_URL, and what to do.
 */
export async function openPostgresSource(options: PostgresSourceOptions): Promise<PostgresSource> {
  const { url, replicas = [], maxLagMs = MAX_LAG_MS, watch } = options
  const { archiveId } = await preparePrimary([url, ...replicas])
  const places = { work: SEARCH_CONNECTIONS + OTHERS, control: CONTROL }
  const servers = new ArchiveServers({
    url,
    replicas,
    maxLagMs,
    archiveId,
    places,
    watch,
    steadyMs: () => performance.now(),
  })
  await servers.start()
  return new PostgresArchive(servers, options)
}
