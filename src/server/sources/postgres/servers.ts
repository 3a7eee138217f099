/**
 * The primary of the archive and its replicas. Which one is the primary is asked of them, and not configured, so a
 * replica that is promoted takes over without a restart of the host.
 */
import { codeOf } from '../../platform/code-of.ts'
import { unreachableNow } from './explain-database.ts'
import { ArchiveServer, type ServerFacts, type ServerPlaces } from './server.ts'

export interface ServersOptions {
  /** `postgres://…` of the primary, or what it was. */
  readonly url: string
  readonly replicas: readonly string[]
  /** How long a replica may lag behind the primary, ms. Beyond that it is not read from. */
  readonly maxLagMs: number
  readonly places: ServerPlaces
  /** A clock that is never set, ms. */
  readonly steadyMs: () => number
  /** Is told of servers that come, go or change their part. */
  readonly watch?: ((news: ServerNews) => void) | undefined
}

/** What a server is to the host. */
export type ServerPart = 'primary' | 'replica' | 'lagging' | 'foreign' | 'superseded' | 'unreachable'

export interface ServerNews {
  /** Without a password. */
  readonly server: string
  readonly part: ServerPart
}

const CHECK_MS = 1000
/** How far back the primary's positions are known, in checks. */
const POSITIONS_KEPT = 300

/** A replica stopped a statement, because it had to apply what the primary removed: another server can answer it. */
const isConflict = (error: unknown): boolean => codeOf(error) === '40001'
/** A primary that has become a replica takes no changes. */
const isReadOnly = (error: unknown): boolean => codeOf(error) === '25006'

const nameOf = (url: string): string => new URL(url).host

export class ArchiveServers {
  readonly #options: ServersOptions
  readonly #servers: readonly ArchiveServer[]
  readonly #parts = new Map<ArchiveServer, ServerPart>()
  /** Where the primary stood, and when, oldest first. */
  readonly #positions: { readonly atMs: number; readonly position: bigint }[] = []
  #archiveId: string | null = null
  #timeline = 0
  #turn = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: ServersOptions) {
    this.#options = options
    const urls = [...new Set([options.url, ...options.replicas])]
    this.#servers = urls.map((url) => new ArchiveServer(url, options.places))
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
    await Promise.all(this.#servers.map((server) => server.ask().catch(() => undefined)))
    const primaries = this.#servers.flatMap(({ facts }) => (facts && !facts.isReplica ? [facts] : []))
    this.#timeline = Math.max(this.#timeline, ...primaries.map(({ timeline }) => timeline))
    for (const server of this.#servers) this.#tell(server, this.#partOf(server.facts))
    const primary = this.#primary()
    if (!primary?.facts) return
    this.#archiveId ??= primary.facts.archiveId
    this.#positions.push({ atMs: asked, position: primary.facts.position })
    if (this.#positions.length > POSITIONS_KEPT) this.#positions.shift()
    // The replicas' lag is known only now.
    for (const server of this.#servers) this.#tell(server, this.#partOf(server.facts))
  }

  #partOf(facts: ServerFacts | null): ServerPart {
    if (!facts) return 'unreachable'
    if (this.#archiveId !== null && facts.archiveId !== this.#archiveId) return 'foreign'
    if (!facts.isReplica) return facts.timeline < this.#timeline ? 'superseded' : 'primary'
    return this.#lagMs(facts.position) > this.#options.maxLagMs ? 'lagging' : 'replica'
  }

  /** How long ago the primary stood where the replica stands now, ms. */
  #lagMs(position: bigint): number {
    const next = this.#positions.find((known) => known.position > position)
    // Without a newer position of the primary there is nothing that the replica lacks.
    return next ? this.#options.steadyMs() - next.atMs : 0
  }

  #tell(server: ArchiveServer, part: ServerPart): void {
    if (this.#parts.get(server) === part) return
    this.#parts.set(server, part)
    this.#options.watch?.({ server: nameOf(server.url), part })
  }

  #ofPart(part: ServerPart): ArchiveServer[] {
    return this.#servers.filter((server) => this.#parts.get(server) === part)
  }

  #primary(): ArchiveServer | null {
    return this.#ofPart('primary')[0] ?? null
  }

  /**
   * The replicas in turn, then the primary. Those that lag come after these, because old answers are better than none,
   * and those that did not answer a moment ago come last.
   */
  #readable(): ArchiveServer[] {
    const replicas = this.#ofPart('replica')
    this.#turn += 1
    const first = replicas.length === 0 ? 0 : this.#turn % replicas.length
    const inTurn = [...replicas.slice(first), ...replicas.slice(0, first)]
    const others = (['primary', 'lagging', 'unreachable'] as const).flatMap((part) => this.#ofPart(part))
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
        if (isLost) void this.#look(server)
      }
    }
    throw last
  }

  async #look(server: ArchiveServer): Promise<void> {
    await server.ask().catch(() => undefined)
    this.#tell(server, this.#partOf(server.facts))
  }

  /** Reads recordings from a replica, or from the primary. @throws as `work` does, once no server is left. */
  read<T>(work: (server: ArchiveServer) => Promise<T>): Promise<T> {
    const servers = this.#readable()
    // A second time, because a server that was started again answers over new connections.
    return this.#ask([...servers, ...servers], work)
  }

  /** Reads what was written last from the primary, or where there is none from a replica. */
  readNewest<T>(work: (server: ArchiveServer) => Promise<T>): Promise<T> {
    const servers = [...this.#ofPart('primary'), ...this.#readable()]
    return this.#ask([...servers, ...servers], work)
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
