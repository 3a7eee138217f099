/** Opens the host's archive for a command: the database of DATABASE_URL, or the embedded store in DATA_DIR. */
import { resolve } from 'node:path'
import type { DatabaseConfig } from '../config/config.ts'
import { ValueFault } from '../config/readers.ts'
import { variables } from '../config/variables.ts'
import { inDataDir } from '../files/data-dir.ts'
import { OperatorError } from '../platform/operator-error.ts'
import type { OperatedArchive } from '../sources/archive/operated.ts'
import { prepareFolder, storeExists } from '../sources/sqlite/database.ts'
import { operateStore, type StoreUse } from '../sources/sqlite/operated-store.ts'
import type { HostPlace } from './audit-place.ts'

type DatabaseVariable = 'DATABASE_URL' | 'DATABASE_URL_FILE' | 'DATABASE_REPLICAS' | 'DATABASE_MAX_LAG'

/** @throws OperatorError naming the variable, if its value is wrong. */
function readVariable<Name extends DatabaseVariable>(
  { env }: HostPlace,
  name: Name,
): ReturnType<(typeof variables)[Name]['read']> {
  const { read, standard } = variables[name]
  try {
    return read(env[name] || standard) as ReturnType<(typeof variables)[Name]['read']>
  } catch (error) {
    if (error instanceof ValueFault) throw new OperatorError(`${name} ${error.message}`, { cause: error })
    throw error
  }
}

/** How the command reaches the host's database, or null without one. @throws OperatorError if that is wrong. */
export function databaseOf(host: HostPlace): DatabaseConfig | null {
  const url = readVariable(host, 'DATABASE_URL') ?? readVariable(host, 'DATABASE_URL_FILE')
  if (url === null) return null
  const maxLagMs = readVariable(host, 'DATABASE_MAX_LAG') * 1000
  return { url, replicas: readVariable(host, 'DATABASE_REPLICAS'), maxLagMs }
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
