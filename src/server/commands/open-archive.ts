/** Opens the host's archive for a command: the database of DATABASE_URL, or the embedded store in DATA_DIR. */
import { resolve } from 'node:path'
import type { DatabaseConfig } from '../config/config.ts'
import { readSecret, readVariable } from '../config/read-alone.ts'
import { inDataDir } from '../files/data-dir.ts'
import { OperatorError } from '../platform/operator-error.ts'
import type { OperatedArchive } from '../sources/archive/operated.ts'
import { prepareFolder, storeExists } from '../sources/sqlite/database.ts'
import { operateStore, type StoreUse } from '../sources/sqlite/operated-store.ts'
import type { HostPlace } from './audit-place.ts'

/** How the command reaches the host's database, or null without one. @throws OperatorError if that is wrong. */
export function databaseOf({ env }: HostPlace): DatabaseConfig | null {
  const url = readSecret(env, 'DATABASE_URL')
  if (url === null) return null
  const maxLagMs = readVariable(env, 'DATABASE_MAX_LAG') * 1000
  return { url, replicas: readSecret(env, 'DATABASE_REPLICAS'), maxLagMs }
}

/**
 * @param missing what to do where there is no store yet, as a sentence.
 * @throws OperatorError if the archive cannot be opened, or there is no store and `use` does not make one.
 */
export async function openArchive(host: HostPlace, use: StoreUse, missing: string): Promise<OperatedArchive> {
  const { env, dataDir } = host
  const database = databaseOf(host)
  if (database === null) {
    if (use !== 'make' && !storeExists(dataDir)) {
      throw new OperatorError(`There is no store in ${dataDir}. ${missing}`)
    }
    return operateStore(dataDir, use)
  }
  // The audit log and the report of an import lie there by default.
  prepareFolder(dataDir)
  const { operatePostgres } = await import('../sources/postgres/operated-archive.ts')
  const mediaFolder = resolve(env.MEDIA_DIR || inDataDir(dataDir, 'media'))
  return operatePostgres({ ...database, mediaFolder, dataDir })
}
