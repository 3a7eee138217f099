/** The embedded store for an operator's commands. */
import { operator } from '../archive/matching.ts'
import type { OperatedArchive } from '../archive/operated.ts'
import { BUSY_TIMEOUT_MS, openForReading, openForWriting, type Database } from './database.ts'
import { isDemoAccount } from './demo-mark.ts'
import { Directory } from './directory.ts'
import { explain } from './explain.ts'
import { importRecordings } from './import-file.ts'
import { countMatches, removeMatches } from './removal.ts'
import { Searcher } from './searching.ts'

/** How a command opens the store: to read it, to change one that exists, or to make it too. */
export type StoreUse = 'read' | 'change' | 'make'

function open(dataDir: string, use: StoreUse): Database {
  // Opening an older store for writing brings it up to date.
  const db = openForWriting(dataDir)
  if (use !== 'read') return db
  db.close()
  return openForReading(dataDir, BUSY_TIMEOUT_MS)
}

/** Makes a missing store, so see `storeExists` first. @throws OperatorError as `openForWriting` does. */
export function operateStore(dataDir: string, use: StoreUse): OperatedArchive {
  const db = open(dataDir, use)
  const directory = new Directory(db)
  const explained = async <T>(work: () => T): Promise<T> => {
    try {
      return work()
    } catch (error) {
      throw explain(error, db.name)
    }
  }
  return {
    account: (username) => explained(() => directory.account(username)),
    accounts: () => explained(() => directory.accounts()),
    isDemoAccount: (username) => explained(() => isDemoAccount(db, username)),
    saveAccount: (account, password) =>
      explained(() => db.transaction(() => directory.saveAccount(account, password)).immediate()),
    changeAccount: (username, decide) =>
      explained(() =>
        db
          .transaction(() => {
            const before = directory.account(username)
            if (!before) return null
            const after = decide(before, directory.groups())
            directory.changeAccount(username, after)
            return { before, after }
          })
          .immediate(),
      ),
    savePassword: (username, password) => explained(() => directory.savePassword(username, password)),
    removeAccount: (username) => explained(() => directory.removeAccount(username)),
    count: (search) => explained(() => countMatches(db, search)),
    list: (search, paging) =>
      explained(() => new Searcher(db).list(search, paging, operator)?.recordings ?? []),
    remove: (search, expected) => explained(() => removeMatches(db, dataDir, search, expected)),
    load: (options) => importRecordings({ ...options, dataDir }),
    async close() {
      db.close()
    },
  }
}
