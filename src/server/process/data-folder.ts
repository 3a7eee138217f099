/** The host's folder, DATA_DIR: made if missing, and locked against a second host while this one runs. */
import type { FastifyInstance } from 'fastify'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { inDataDir } from '../files/data-dir.ts'
import { takeLock } from '../files/lock.ts'
import type { Narrowed } from '../files/private-files.ts'
import { explained, prepareFolder } from '../sources/sqlite/database.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface DataFolder {
  /** Lets another host use the folder. */
  release(): void
}

/** The process that holds the lock, as it recorded itself. */
function readHolder(file: string): string {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return /^\d{1,10}$/.test(text) ? `process ${text}` : 'its process id is unknown'
  } catch {
    return 'its process id is unknown'
  }
}

/** The lock holds without this file, so a full disk does not keep the host from starting. */
function writeHolder(file: string): void {
  try {
    rmSync(file, { force: true })
    writeFileSync(file, `${process.pid}\n`, { mode: 0o600 })
  } catch {
    // A second host then reports that the process id is unknown.
  }
}

/** Whether a host runs in the folder. A folder that cannot be checked counts as free. */
export function isFolderHeld(dataDir: string): boolean {
  const lockFile = inDataDir(dataDir, 'host.lock')
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
 * @throws OperatorError if the folder cannot be used, or another host runs in it.
 */
export function openDataFolder(dataDir: string): DataFolder {
  prepareFolder(dataDir)
  const [lockFile, holderFile] = [inDataDir(dataDir, 'host.lock'), inDataDir(dataDir, 'host.pid')]
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

/** Logs a line for files that were closed to other users, and one for files that could not be. */
export function tellNarrowed(app: FastifyInstance, { closed, left }: Narrowed): void {
  if (closed)
    app.log.warn(closed, 'files in DATA_DIR could be reached by other users of this machine; now they cannot')
  if (left) {
    app.log.warn(
      left,
      'files in DATA_DIR can be reached by other users of this machine, and the host may not change them: set their owner or mode yourself',
    )
  }
}
