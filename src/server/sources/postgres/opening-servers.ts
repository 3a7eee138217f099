/** Opens the servers of a database, for the archive in it and for what hosts share. */
import { performance } from 'node:perf_hooks'
import { preparePrimary } from './primary.ts'
import { ArchiveServers, type ServerNews } from './servers.ts'

export interface ServersPlace {
  /** `postgres://user:password@host:port/database` of the primary, or what it was. */
  readonly url: string
  /** Its streaming replicas, which answer searches too. */
  readonly replicas?: readonly string[] | undefined
  /** How long a replica may lag behind, ms. Beyond that it is not read from while another server answers. */
  readonly maxLagMs?: number | undefined
  /** Called when a server comes, goes or changes its part. */
  readonly watch?: ((news: ServerNews) => void) | undefined
}

const MAX_LAG_MS = 10_000

/**
 * Makes or upgrades the schema, and opens connections when they are needed.
 * @throws OperatorError saying what is wrong with DATABASE_URL, and what to do.
 */
export async function openServers(place: ServersPlace): Promise<ArchiveServers> {
  const { url, replicas = [], maxLagMs = MAX_LAG_MS, watch } = place
  const { archiveId } = await preparePrimary([url, ...replicas])
  const servers = new ArchiveServers({
    url,
    replicas,
    maxLagMs,
    archiveId,
    watch,
    steadyMs: () => performance.now(),
  })
  await servers.start()
  return servers
}
