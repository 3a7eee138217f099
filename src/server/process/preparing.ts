/** Prepares the parts that the host needs first: folder, key, clock and metrics. */
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
  /** Files in the folder that other users of the machine could access. */
  readonly narrowed: Narrowed
  readonly nowMs: NowMs
  /** Null if not configured. */
  readonly metrics: Metrics | null
  readonly watch: HostRecorderWatch
}

/** @throws OperatorError if the folder or the key cannot be used. */
export function prepareHost(config: Config): PreparedHost {
  const dataDir = resolve(config.dataDir)
  const folder = openDataFolder(dataDir)
  // The key comes before `narrowFiles`, which would hide that others may have read it.
  const hostKey = config.hostKey ?? readHostKey(dataDir)
  const narrowed = narrowFiles(dataDir)
  const metrics = config.metrics ? createMetrics() : null
  const watch = watchRecorder(metrics)
  return { dataDir, folder, hostKey, narrowed, nowMs: hostClock(config.demoNowMs), metrics, watch }
}
