/** The host's folder, DATA_DIR: made, and held against a second host for as long as this one lives. */
import type { FastifyInstance } from 'fastify'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { takeLock } from '../files/lock.ts'
import type { Narrowed } from '../files/private-files.ts'
import { explained, prepareFolder } from '../sources/sqlite/database.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface DataFolder {
  /** Lets another host have it. */
  release(): void
}

/** Who holds the lock, as they wrote it. */
function readHolder(file: string): string {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return /^\d{1,10}$/.test(text) ? `process ${text}` : 'its process id is unknown'
  } catch {
    return 'its process id is unknown'
  }
}

/** Without it the lock holds all the same: a full disk keeps no host from starting. */
function writeHolder(file: string): void {
  try {
    rmSync(file, { force: true })
    writeFileSync(file, `${process.pid}\n`, { mode: 0o600 })
  } catch {
    // The next host says that it does not know the process.
  }
}

const lockFileIn = (dataDir: string): string => join(dataDir, 'host.lock')

/** Whether a host runs in the folder; one that cannot be looked into counts as left alone. */
export function isFolderHeld(dataDir: string): boolean {
  const lockFile = lockFileIn(dataDir)
  if (!existsSync(lockFile)) return false
  try {
    const lock = takeLock(lockFile)
    lock?.release()
    return lock === null
  } catch {
    return false
  }
}

/**
 * Two hosts in one folder would end each other's sessions and break each other's audit log.
 * @throws OperatorError where the folder cannot be used, or another host runs in it.
 */
export function openDataFolder(dataDir: string): DataFolder {
  prepareFolder(dataDir)
  const [lockFile, holderFile] = [lockFileIn(dataDir), join(dataDir, 'host.pid')]
  const lock = explained(lockFile, () => takeLock(lockFile))
  if (!lock) {
    throw new OperatorError(
      `Another host (${readHolder(holderFile)}) runs in DATA_DIR ${dataDir}: stop it first, also for an upgrade, ` +
        'or give this one a DATA_DIR of its own.',
    )
  }
  writeHolder(holderFile)
  return {
    release() {
      rmSync(holderFile, { force: true })
      lock.release()
    },
  }
}

/** One line in the log for what was narrowed, and one for what could not be. */
export function tellNarrowed(app: FastifyInstance, { closed, left }: Narrowed): void {
  if (closed)
    app.log.warn(closed, 'files in DATA_DIR could be reached by other users of this machine; now they cannot')
  if (left) {
    app.log.warn(
      left,
      'files in DATA_DIR can be reached by other users of this machine, and are not the host’s to change',
    )
  }
}
