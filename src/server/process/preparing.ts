/** What the host needs before it can open anything: its folder, its key, its clock, and its figures. */
import { resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { narrowFiles, type Narrowed } from '../files/private-files.ts'
import { hostClock, type NowMs } from './clock.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { readHostKey } from './host-key.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { watchRecorder, type HostRecorderWatch } from './recorder-watch.ts'

export interface PreparedHost {
  readonly dataDir: string
  readonly folder: DataFolder
  readonly hostKey: Buffer
  /** Files in the folder that other users of the machine could get at. */
  readonly narrowed: Narrowed
  readonly nowMs: NowMs
  /** Null where the configuration asks for none. */
  readonly metrics: Metrics | null
  readonly watch: HostRecorderWatch
}

/** @throws OperatorError where the folder or the key cannot be used. */
export function prepareHost(config: Config): PreparedHost {
  const dataDir = resolve(config.dataDir)
  const folder = openDataFolder(dataDir)
  // Before the files are narrowed: that would hide that others may have read the key.
  const hostKey = config.hostKey ?? readHostKey(dataDir)
  const narrowed = narrowFiles(dataDir)
  const metrics = config.metrics ? createMetrics() : null
  const watch = watchRecorder(metrics)
  return { dataDir, folder, hostKey, narrowed, nowMs: hostClock(config.demoNowMs), metrics, watch }
}
