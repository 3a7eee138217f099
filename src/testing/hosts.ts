/** Several hosts over one PostgreSQL database, for tests of what they share. */
import type { FastifyInstance } from 'fastify'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openSharedState, type SharedState, type SharedStateOptions } from '../server/shared/shared-state.ts'
import { archiveAt } from '../server/sources/postgres/postgres-source.ts'
import type { Source } from '../server/sources/source.ts'
import type { Tries } from '../server/sources/tries.ts'
import { linesOf } from './audit.ts'
import type { TestClock } from './clock.ts'
import { composeHost, testHostKey } from './compose.ts'
import { writeTestPage } from './host.ts'
import { deriveCheaply } from './store.ts'

export interface SharingHost {
  readonly app: FastifyInstance
  readonly shared: SharedState
  /** The lines of its audit log. */
  lines(): ReturnType<typeof linesOf>
  stop(): Promise<void>
}

export interface SharingOptions extends Partial<SharedStateOptions> {
  readonly url: string
  /** Holds the audio, and a folder for each host. */
  readonly folder: string
  readonly clock: TestClock
  /** By default, the archive in the database. */
  readonly openSource?: (tries: Tries) => Source
}

/** What a host of this name says of itself. */
export const sharingFacts = (
  name: string,
  { clock, folder, ...own }: SharingOptions,
): SharedStateOptions => ({
  name,
  hostKey: testHostKey,
  source: 'archive',
  version: '1.0.0',
  auditLog: join(folder, name, 'audit.log'),
  beatMs: 100,
  maxSkewMs: Number.POSITIVE_INFINITY,
  nowMs: () => clock.nowMs,
  failures: 4,
  copyAlert: 1000,
  unfit() {},
  ...own,
})

export async function sharingHost(name: string, options: SharingOptions): Promise<SharingHost> {
  const { folder, clock } = options
  const own = join(folder, name)
  mkdirSync(own, { recursive: true })
  writeTestPage(join(own, 'page'))
  const shared = await openSharedState(sharingFacts(name, options))
  const archive = () => archiveAt(shared.servers, { mediaFolder: folder, derive: deriveCheaply })
  const open = options.openSource ?? archive
  const host = await composeHost(own, open, { clock, hostKey: testHostKey, shared })
  return {
    app: host.app,
    shared,
    lines: () => linesOf(join(own, 'audit.log')),
    async stop() {
      await host.stop()
      await shared.close()
    },
  }
}
