/**
 * The primary of the archive and its replicas. Which one is the primary is asked of them, and not configured, so a
 * replica that is promoted takes over without a restart of the host.
 */
import { codeOf } from '../../platform/code-of.ts'
import { unreachableNow } from './explain-database.ts'
import { PrimaryPositions } from './positions.ts'
import { ArchiveServer, type ServerFacts } from './server.ts'

export interface ServersOptions {
  /** `postgres://…` of the primary, or what it was. */
  readonly url: string
  readonly replicas: readonly string[]
  /** How long a replica may lag behind the primary, ms. Beyond that it is not read from. */
  readonly maxLagMs: number
  /** The archive's own id. Servers of other archives are not used. */
  readonly archiveId: string
  /** A clock that is never set, ms. */
  readonly steadyMs: () => number
  /** Called when a server comes, goes or changes its part. */
  readonly watch?: ((news: ServerNews) => void) | undefined
}

/** What a server is to the host. */
export type ServerPart = 'primary' | 'replica' | 'lagging' | 'foreign' | 'superseded' | 'unreachable'

export interface ServerNews {
  /** Without a password. */
  readonly server: string
  readonly part: ServerPart
  /** Why it cannot be reached: the server's code, or the network's; else empty. */
  readonly why: string
}

const CHECK_MS = 1000

/** A replica stopped a statement, because it had to apply what the primary removed: another server can answer it. */
const isConflict = (error: unknown): boolean => codeOf(error) === '40001'
/** A primary that has become a replica takes no changes. */
const isReadOnly = (error: unknown): boolean => codeOf(error) === '25006'

const nameOf = (url: string): string => new URL(url).host

export class ArchiveServers {
  readonly #options: ServersOptions
  readonly #servers: readonly ArchiveServer[]
  readonly #parts = new Map<ArchiveServer, ServerPart>()
  readonly #positions: PrimaryPositions
  #timeline = 0
  #turn = 0
  #timer: NodeJS.Timeout | undefined
  /** Questions to servers whose connections were lost. */
  readonly #looking = new Set<Promise<void>>()
  #isClosed = false

  constructor(options: ServersOptions) {
    this.#options = options
    this.#positions = new PrimaryPositions(options.maxLagMs / CHECK_MS)
    const urls = [...new Set([options.url, ...options.replicas])]
    this.#servers = urls.map((url) => new ArchiveServer(url))
  }

  /** Asks all servers, and goes on asking them. */
  async start(): Promise<void> {
    await this.#check()
    this.#later()
  }

  /** Whether a server answers that can be read from. */
  get isReadable(): boolean {
    return (['primary', 'replica', 'lagging'] as const).some((part) => this.#ofPart(part).length > 0)
  }

  #later(): void {
    this.#timer = setTimeout(
      () => void this.#check().finally(() => this.#isClosed || this.#later()),
      CHECK_MS,
    ).unref()
  }

  async #check(): Promise<void> {
    const asked = this.#options.steadyMs()
    await Promise.all(this.#servers.map((server) => server.ask()))
    const own = this.#servers.filter(({ facts }) => facts?.archiveId === this.#options.archiveId)
    const primaries = own.flatMap(({ facts }) => (facts && !facts.isReplica ? [facts] : []))
    this.#timeline = Math.max(this.#timeline, ...primaries.map(({ timeline }) => timeline))
    const primary = primaries.find(({ timeline }) => timeline === this.#timeline)
    if (primary) this.#positions.add(asked, primary.position)
    for (const server of this.#servers) this.#tell(server, this.#partOf(server.facts))
  }

  #partOf(facts: ServerFacts | null): ServerPart {
    if (!facts) return 'unreachable'
    if (facts.archiveId !== this.#options.archiveId) return 'foreign'
    if (!facts.isReplica) return facts.timeline < this.#timeline ? 'superseded' : 'primary'
    const { steadyMs, maxLagMs } = this.#options
    return this.#positions.lagMs(steadyMs(), facts.position) > maxLagMs ? 'lagging' : 'replica'
  }

  #tell(server: ArchiveServer, part: ServerPart): void {
    if (this.#parts.get(server) === part) return
    this.#parts.set(server, part)
    this.#options.watch?.({ server: nameOf(server.url), part, why: part === 'unreachable' ? server.why : '' })
  }

  #ofPart(part: ServerPart): ArchiveServer[] {
    return this.#servers.filter((server) => this.#parts.get(server) === part)
  }

  /** The replicas in turn, then the primary, then those that lag, because old answers are better than none. */
  #readable(): ArchiveServer[] {
    const replicas = this.#ofPart('replica')
    this.#turn += 1
    const first = replicas.length === 0 ? 0 : this.#turn % replicas.length
    const inTurn = [...replicas.slice(first), ...replicas.slice(0, first)]
    const others = (['primary', 'lagging'] as const).flatMap((part) => this.#ofPart(part))
    return [...inTurn, ...others]
  }

  /**
   * Asks one server after the other until one answers.
   * @throws the last server's error, or any other error at once.
   */
  async #ask<T>(servers: readonly ArchiveServer[], work: (server: ArchiveServer) => Promise<T>): Promise<T> {
    let last: unknown = new Error('Connection terminated: no server of the archive answers')
    for (const server of servers) {
      try {
        return await work(server)
      } catch (error) {
        const isLost = unreachableNow(error) !== null
        if (!isLost && !isConflict(error) && !isReadOnly(error)) throw error
        last = error
        // Perhaps only this connection broke, so the server itself is asked.
        if (isLost) this.#lookAt(server)
      }
    }
    throw last
  }

  /** A second time, because a server that only lost a connection, or was started again, answers over a new one. */
  async #askTwice<T>(
    servers: () => readonly ArchiveServer[],
    work: (server: ArchiveServer) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#ask(servers(), work)
    } catch (error) {
      if (unreachableNow(error) === null && !isConflict(error)) throw error
      await Promise.all(this.#looking)
      return this.#ask(servers(), work)
    }
  }

  /** Asks a server now, and not only with the next check. */
  #lookAt(server: ArchiveServer): void {
    const looking = (async () => {
      await server.ask()
      this.#tell(server, this.#partOf(server.facts))
    })().finally(() => this.#looking.delete(looking))
    this.#looking.add(looking)
  }

  /** Reads recordings from a replica, or from the primary. @throws as `work` does, once no server is left. */
  read<T>(work: (server: ArchiveServer) => Promise<T>): Promise<T> {
    return this.#askTwice(() => this.#readable(), work)
  }

  /** Reads what was written last from the primary, or where there is none from a replica. */
  readNewest<T>(work: (server: ArchiveServer) => Promise<T>): Promise<T> {
    return this.#askTwice(() => [...new Set([...this.#ofPart('primary'), ...this.#readable()])], work)
  }

  /** Writes to the primary. @throws as `work` does, or if there is none. */
  write<T>(work: (server: ArchiveServer) => Promise<T>): Promise<T> {
    return this.#ask(this.#ofPart('primary'), work)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await Promise.all(this.#servers.map((server) => server.close()))
  }
}
