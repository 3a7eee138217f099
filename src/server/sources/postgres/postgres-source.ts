/** An archive in PostgreSQL as a source of recordings. */
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
import { reaching } from './explain-database.ts'
import { DirectoryPeople, everybodySql } from './people.ts'
import { openServers, type ServersPlace } from './opening-servers.ts'
import { PostgresSearches } from './searches.ts'
import type { ArchiveServers } from './servers.ts'
import { clause, query } from './statements.ts'

export interface PostgresArchiveOptions {
  /** The folder of the audio. */
  readonly mediaFolder: string
  /** Derives passwords; by default threads of their own do. */
  readonly derive?: Derive | undefined
}

export interface PostgresSourceOptions extends PostgresArchiveOptions, ServersPlace {}

/** The archive's answers need no repair, because they follow the contract. It knows a user without a password. */
export interface PostgresSource extends Source {
  principal(username: string): Promise<Principal | null>
  list(search: Search, paging: Paging, viewer: Principal, signal: AbortSignal): Promise<WireList>
  listAll(search: Search, viewer: Principal, signal: AbortSignal): Promise<WholeList<WireRecording>>
  detail(id: string, viewer: Principal, signal: AbortSignal): Promise<WireDetail | null>
}

const RETRY_AFTER_MS = 5000

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

  readonly #close: () => Promise<void>

  constructor(
    servers: ArchiveServers,
    { mediaFolder, derive }: PostgresArchiveOptions,
    close: () => Promise<void>,
  ) {
    this.#servers = servers
    this.#close = close
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
    await Promise.all([this.#close(), this.#scrypt.close()])
  }
}

/** The archive at servers that others use too. The caller closes them after it. */
export const archiveAt = (servers: ArchiveServers, options: PostgresArchiveOptions): PostgresSource =>
  new PostgresArchive(servers, options, async () => undefined)

/**
 * Opens an archive and its servers. Makes or upgrades its schema.
 * @throws OperatorError saying what is wrong with DATABASE_URL, and what to do.
 */
export async function openPostgresSource(options: PostgresSourceOptions): Promise<PostgresSource> {
  const servers = await openServers(options)
  return new PostgresArchive(servers, options, () => servers.close())
}
