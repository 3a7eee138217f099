/** Runs the searches of many users so that nobody waits long for others. */
import type { WireList, WireRecording } from '../../../contract/recording.ts'
import type { Paging, Search } from '../../../contract/search.ts'
import { onAbort } from '../../platform/aborting.ts'
import { accountName } from '../account-name.ts'
import type { Asked } from '../archive/plan.ts'
import { searchKind, type ScopedUser } from '../archive/search-kind.ts'
import type { WholeList } from '../source.ts'
import { busy, createTurns, type Turns } from '../turns.ts'
import { inSnapshot, openSnapshot } from './connecting.ts'
import { SEARCH_PLACES } from './search-connections.ts'
import { findPage, walkMatches } from './searching.ts'
import type { ArchiveServer } from './server.ts'
import type { ArchiveServers } from './servers.ts'
import { countMatching } from './totals.ts'
import { resolve } from './where.ts'

/** Rows per statement of a walk: enough to keep statements cheap, few enough to bound the memory for a slow reader. */
const CHUNK_ROWS = 1000

const turns = (running: number): Turns =>
  createTurns({ running, full: () => busy('Too many searches wait. Try again in a moment.') })

/** The rows of a walk. The walk ends at its end, and when the reader leaves, even before the first row. */
function rowsOf(
  walk: AsyncIterable<readonly WireRecording[]>,
  signal: AbortSignal,
  end: () => Promise<void>,
): AsyncIterable<WireRecording> {
  const endWait = onAbort(signal, () => void end())
  return (async function* rows() {
    try {
      for await (const chunk of walk) {
        signal.throwIfAborted()
        yield* chunk
      }
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      endWait()
      await end()
    }
  })()
}

/** Users take turns for the places of each kind of search, so that scans do not delay quick searches. */
export class PostgresSearches {
  readonly #servers: ArchiveServers
  readonly #turns = {
    quick: turns(SEARCH_PLACES.quick),
    scan: turns(SEARCH_PLACES.scan),
    walk: turns(SEARCH_PLACES.walk),
  }

  constructor(servers: ArchiveServers) {
    this.#servers = servers
  }

  async list(search: Search, paging: Paging, viewer: ScopedUser, signal: AbortSignal): Promise<WireList> {
    const kind = searchKind(search, viewer, Date.now())
    const release = await this.#turns[kind].enter(accountName(viewer.username), signal)
    try {
      return await this.#servers.read(({ pools }) =>
        inSnapshot(pools, signal, (client) => findPage(client, { search, viewer }, paging)),
      )
    } finally {
      release()
    }
  }

  async listAll(search: Search, viewer: ScopedUser, signal: AbortSignal): Promise<WholeList<WireRecording>> {
    const release = await this.#turns.walk.enter(accountName(viewer.username), signal)
    try {
      return await this.#servers.read((server) => this.#walk(server, { search, viewer }, signal, release))
    } catch (error) {
      release()
      signal.throwIfAborted()
      throw error
    }
  }

  async #walk(
    { pools }: ArchiveServer,
    { search, viewer }: Asked,
    signal: AbortSignal,
    release: () => void,
  ): Promise<WholeList<WireRecording>> {
    const { client, close } = await openSnapshot(pools, signal)
    const end = (): Promise<void> => close().finally(release)
    try {
      const asked = await resolve(client, { search, viewer })
      const totalCount = await countMatching(client, asked)
      const walk = walkMatches(client, asked, totalCount, CHUNK_ROWS)
      return { totalCount, recordings: rowsOf(walk, signal, end) }
    } catch (error) {
      // Another server may be asked for the same walk.
      await close()
      throw error
    }
  }
}
