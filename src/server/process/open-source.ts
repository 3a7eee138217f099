/** Which source answers, by the configuration. */
import { join } from 'node:path'
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
  /** Passwords that a recorder gets. */
  readonly tries: Tries
  /** Hears how a recorder is doing. */
  readonly watch: RecorderWatch
  /** Says to the operator what takes a moment. */
  readonly say: (line: string) => void
}

/** @returns whether the store holds demo data, and with it accounts whose password everyone knows. */
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
 * Opens the source in the host's folder, which is there already: the recorder where one is configured, else the embedded store, with demo data where that is wanted.
 * @throws OperatorError.
 */
export async function openSource(config: Config, dataDir: string, prepare: Prepare): Promise<OpenedSource> {
  const { recorder } = config
  if (recorder) {
    const { url, ca, remoteParameter, timeoutMs } = recorder
    const limits = { answerMs: timeoutMs, firstByteMs: Math.min(timeoutMs, 20_000) }
    const spoolFolder = join(dataDir, 'spool')
    const { tries, watch } = prepare
    return {
      source: openRecorderSource({ url, ca, remoteParameter, limits, tries, spoolFolder, watch }),
      demoAccounts: [],
    }
  }
  const isDemo = await prepareStore(config, dataDir, prepare)
  return { source: await openSqliteSource({ dataDir }), demoAccounts: isDemo ? demoAccounts : [] }
}
