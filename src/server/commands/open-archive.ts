/** Opens the host's archive for a command: the database of DATABASE_URL, or the embedded store in DATA_DIR. */
import { resolve } from 'node:path'
import { databaseUrl, databaseUrlFile } from '../config/databases.ts'
import { ValueFault } from '../config/readers.ts'
import { inDataDir } from '../files/data-dir.ts'
import { OperatorError } from '../platform/operator-error.ts'
import type { OperatedArchive } from '../sources/archive/operated.ts'
import { prepareFolder, storeExists } from '../sources/sqlite/database.ts'
import { operateStore, type StoreUse } from '../sources/sqlite/operated-store.ts'
import type { HostPlace } from './audit-place.ts'

/** The address of the host's database, or null. @throws OperatorError if it is no address. */
export function databaseOf({ env }: HostPlace): string | null {
  const name = env.DATABASE_URL ? 'DATABASE_URL' : 'DATABASE_URL_FILE'
  const given = env[name]
  if (!given) return null
  try {
    return name === 'DATABASE_URL' ? databaseUrl(given) : databaseUrlFile(given)
  } catch (error) {
    if (error instanceof ValueFault) throw new OperatorError(`${name} ${error.message}`, { cause: error })
    throw error
  }
}

/**
 * @param missing what to do where there is no store yet, as a sentence.
 * @throws OperatorError if the archive cannot be opened, or there is no store and `use` does not make one.
 */
export async function openArchive(host: HostPlace, use: StoreUse, missing: string): Promise<OperatedArchive> {
  const { env, dataDir } = host
  const url = databaseOf(host)
  if (url === null) {
    if (use !== 'make' && !storeExists(dataDir)) {
      throw new OperatorError(`There is no store in ${dataDir}. ${missing}`)
    }
    return operateStore(dataDir, use)
  }
  // The audit log and the report of an import lie there by default.
  prepareFolder(dataDir)
  const { operatePostgres } = await import('../sources/postgres/operated-archive.ts')
  const mediaFolder = resolve(env.MEDIA_DIR || inDataDir(dataDir, 'media'))
  return operatePostgres({ url, mediaFolder, dataDir })
}
