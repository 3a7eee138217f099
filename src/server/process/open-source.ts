/** Opens the configured source. */
import { inDataDir } from '../files/data-dir.ts'
import type { DemoAccount } from '../../contract/session.ts'
import type { NowMs } from './clock.ts'
import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/addresses.ts'
import { demoAccounts, isDemoStore, prepareDemo } from '../demo/demo.ts'
import { openRecorderSource } from '../sources/recorder/recorder-source.ts'
import type { RecorderWatch } from '../sources/recorder/reaching.ts'
import type { Source } from '../sources/source.ts'
import { storeExists } from '../sources/sqlite/database.ts'
import { openSqliteSource } from '../sources/sqlite/sqlite-source.ts'
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
  /** Gets news about the recorder's state. */
  readonly watch: RecorderWatch
  /** Informs the operator of work that takes a moment. */
  readonly say: (line: string) => void
}

/** @returns whether the store holds demo data, with accounts whose password everyone knows. */
async function prepareStore(config: Config, dataDir: string, { nowMs, say }: Prepare): Promise<boolean> {
  const isPrivate = isLoopback(config.host)
  if (config.demo && isPrivate) await prepareDemo({ dataDir, nowMs: nowMs(), log: say })
  const holdsDemo = isDemoStore(dataDir)
  if (isPrivate || !(holdsDemo || (config.demo && !storeExists(dataDir)))) return holdsDemo
  throw new OperatorError(
    `Demo accounts, whose password everyone knows, may not be reached from other machines (HOST=${config.host}). ` +
      'Set HOST=127.0.0.1; or for real use set DEMO=off and DATA_DIR to a folder without demo data.',
  )
}

/**
 * Opens the recorder if one is configured, otherwise the embedded store, with demo data if wanted.
 * @param dataDir the host's folder, which must exist.
 * @throws OperatorError if the store cannot be opened, or would expose demo accounts.
 */
export async function openSource(config: Config, dataDir: string, prepare: Prepare): Promise<OpenedSource> {
  const { recorder } = config
  if (recorder) {
    const { url, ca, remoteParameter, timeoutMs } = recorder
    const limits = { answerMs: timeoutMs, firstByteMs: Math.min(timeoutMs, 20_000) }
    const spoolFolder = inDataDir(dataDir, 'spool')
    const { tries, watch } = prepare
    return {
      source: openRecorderSource({ url, ca, remoteParameter, limits, tries, spoolFolder, watch }),
      demoAccounts: [],
    }
  }
  const isDemo = await prepareStore(config, dataDir, prepare)
  return { source: await openSqliteSource({ dataDir }), demoAccounts: isDemo ? demoAccounts : [] }
}
