/** The archive in PostgreSQL for an operator's commands. */
import { operator } from '../archive/matching.ts'
import type { OperatedArchive } from '../archive/operated.ts'
import { connect, inTransaction } from './connecting.ts'
import {
  changeAccount,
  findAccount,
  holdAccount,
  listAccounts,
  listGroups,
  removeAccount,
  saveAccount,
  savePassword,
} from './directory.ts'
import { explainDatabase } from './explain-database.ts'
import { importIntoPostgres } from './import-file.ts'
import { preparePrimary } from './primary.ts'
import { countForRemoval, removeFromArchive } from './removal.ts'
import { findPage } from './searching.ts'

/** Where the archive lies, and where an import leaves its report. */
export interface ArchivePlace {
  /** `postgres://…` of the primary, or what it was. */
  readonly url: string
  /** Its streaming replicas. One of them may have become the primary. */
  readonly replicas?: readonly string[] | undefined
  /** How long an import waits at most until the replicas have it, ms. */
  readonly maxLagMs?: number | undefined
  /** The folder of the audio. */
  readonly mediaFolder: string
  /** The folder of the report. */
  readonly dataDir: string
}

/** Makes or upgrades the schema. @throws OperatorError saying what is wrong with DATABASE_URL. */
export async function operatePostgres(place: ArchivePlace): Promise<OperatedArchive> {
  const { mediaFolder, replicas = [] } = place
  const urls = [place.url, ...replicas]
  const { url } = await preparePrimary(urls)
  const client = await connect(url)
  const explained = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw explainDatabase(error, url)
    }
  }
  const atOnce = <T>(work: () => Promise<T>): Promise<T> => explained(inTransaction(client, work))
  return {
    account: (username) => explained(findAccount(client, username)),
    accounts: () => explained(listAccounts(client)),
    isDemoAccount: async () => false,
    saveAccount: (account, password) => atOnce(() => saveAccount(client, account, password)),
    changeAccount: (username, decide) =>
      atOnce(async () => {
        await holdAccount(client, username)
        const before = await findAccount(client, username)
        if (!before) return null
        const after = decide(before, await listGroups(client))
        await changeAccount(client, username, after)
        return { before, after }
      }),
    savePassword: (username, password) => explained(savePassword(client, username, password)),
    removeAccount: (username) => explained(removeAccount(client, username)),
    count: (search) => explained(countForRemoval(client, search)),
    list: (search, paging) =>
      explained(findPage(client, { search, viewer: operator }, paging).then(({ recordings }) => recordings)),
    remove: (search, expected) => explained(removeFromArchive(client, mediaFolder, search, expected)),
    load: (options) =>
      importIntoPostgres({ ...options, ...place, url, replicas: urls.filter((other) => other !== url) }),
    close: () => client.end(),
  }
}
