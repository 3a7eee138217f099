/** Opens the configured source. Only its own code is loaded, because loading takes most of the host's start. */
import { resolve } from 'node:path'
import { inDataDir } from '../files/data-dir.ts'
import type { Person } from '../../contract/people.ts'
import type { DemoAccount } from '../../contract/session.ts'
import type { NowMs } from './clock.ts'
import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/addresses.ts'
import type { RecorderWatch } from '../sources/recorder/reaching.ts'
import type { Source } from '../sources/source.ts'
import type { ArchiveServers } from '../sources/postgres/servers.ts'
import { storeExists } from '../sources/sqlite/database.ts'
import type { Tries } from '../sources/tries.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface OpenedSource {
  readonly source: Source
  readonly demoAccounts: readonly DemoAccount[]
}

interface Prepare {
  readonly nowMs: NowMs
  /** Counts passwords sent to a recorder. */
  readonly tries: Tries
  /** Gets news about the recorder. */
  readonly watch: RecorderWatch
  /** The servers of the database that holds the recordings. The source uses them, and does not close them. */
  readonly servers: ArchiveServers | null
  /** Informs the operator of work that takes a moment. */
  readonly say: (line: string) => void
}

/** @returns the accounts whose password everyone knows, if the store holds demo data. */
async function prepareStore(
  config: Config,
  dataDir: string,
  { nowMs, say }: Prepare,
): Promise<readonly DemoAccount[]> {
  const { demoAccounts, isDemoStore, prepareDemo } = await import('../demo/demo.ts')
  const isPrivate = isLoopback(config.host)
  if (config.demo && isPrivate) await prepareDemo({ dataDir, nowMs: nowMs(), log: say })
  const holdsDemo = isDemoStore(dataDir)
  if (isPrivate || !(holdsDemo || (config.demo && !storeExists(dataDir))))
    return holdsDemo ? demoAccounts : []
  throw new OperatorError(
    `Demo accounts, whose password everyone knows, may not be reached from other machines (HOST=${config.host}). ` +
      'Set HOST=127.0.0.1; or for real use set DEMO=off and DATA_DIR to a folder without demo data.',
  )
}

async function readPeople(path: string): Promise<readonly Person[]> {
  const { readPeopleFile } = await import('../sources/recorder/people-file.ts')
  return readPeopleFile(path)
}

/**
 * Opens the recorder if one is configured, or the archive at the servers, otherwise the embedded store, with demo data
 * if wanted.
 * @param dataDir the host's folder, which must exist.
 * @throws OperatorError if the store or PEOPLE_FILE cannot be read, or the store would expose demo accounts.
 */
export async function openSource(config: Config, dataDir: string, prepare: Prepare): Promise<OpenedSource> {
  const { recorder } = config
  if (recorder) {
    const { url, ca, remoteParameter, timeoutMs, peopleFile } = recorder
    const limits = { answerMs: timeoutMs, firstByteMs: Math.min(timeoutMs, 20_000) }
    const spoolFolder = inDataDir(dataDir, 'spool')
    const { tries, watch } = prepare
    const { openRecorderSource } = await import('../sources/recorder/recorder-source.ts')
    const people = peopleFile === null ? [] : await readPeople(peopleFile)
    return {
      source: openRecorderSource({ url, ca, remoteParameter, limits, tries, spoolFolder, watch, people }),
      demoAccounts: [],
    }
  }
  if (prepare.servers !== null) {
    const { archiveAt } = await import('../sources/postgres/postgres-source.ts')
    const source = archiveAt(prepare.servers, { mediaFolder: resolve(config.mediaDir) })
    return { source, demoAccounts: [] }
  }
  const demoAccounts = await prepareStore(config, dataDir, prepare)
  const { openSqliteSource } = await import('../sources/sqlite/sqlite-source.ts')
  return { source: await openSqliteSource({ dataDir }), demoAccounts }
}
