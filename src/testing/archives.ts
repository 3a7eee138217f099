/** Both archives, for tests of what they have in common: real databases, a folder or a server's own database each. */
import type { WireDetail, WireList, WireRecording } from '../contract/recording.ts'
import type { Paging, Search } from '../contract/search.ts'
import { audioFolder, AudioShelf } from '../server/sources/archive/audio-files.ts'
import type { ImportResult } from '../server/sources/archive/import-reading.ts'
import { connect, inTransaction } from '../server/sources/postgres/connecting.ts'
import { saveAccount } from '../server/sources/postgres/directory.ts'
import { importIntoPostgres } from '../server/sources/postgres/import-file.ts'
import { openPostgresSource } from '../server/sources/postgres/postgres-source.ts'
import { BatchWriter } from '../server/sources/postgres/recording-writer.ts'
import { migratePostgres } from '../server/sources/postgres/schema.ts'
import { holdWriting } from '../server/sources/postgres/writing.ts'
import type { Principal, Source, WholeList } from '../server/sources/source.ts'
import { importRecordings } from '../server/sources/sqlite/import-file.ts'
import { openSqliteSource } from '../server/sources/sqlite/sqlite-source.ts'
import { importInput, type TestImport } from './imports.ts'
import { startCluster, type Cluster } from './postgres-cluster.ts'
import {
  cheapHash,
  deriveCheaply,
  newRecording,
  temporaryFolder,
  testStore,
  writeStore,
  type TestRecording,
  type TestUser,
} from './store.ts'

/** A source whose answers follow the contract. */
export interface ArchiveSource extends Source {
  principal(username: string): Promise<Principal | null>
  list(search: Search, paging: Paging, viewer: Principal, signal: AbortSignal): Promise<WireList>
  listAll(search: Search, viewer: Principal, signal: AbortSignal): Promise<WholeList<WireRecording>>
  detail(id: string, viewer: Principal, signal: AbortSignal): Promise<WireDetail | null>
}

export interface TestArchive {
  readonly source: ArchiveSource
  /** The folder of DATA_DIR. */
  readonly dataDir: string
  /** Stores more recordings, as another process does. */
  write(recordings: readonly TestRecording[]): Promise<void>
  /** Imports a text as a file. */
  load(text: string | Buffer, options?: TestImport): Promise<ImportResult>
  /** Closes the source, and deletes what it read. */
  remove(): Promise<void>
}

export type OpenArchive = (
  recordings?: readonly TestRecording[],
  users?: readonly TestUser[],
  options?: { readonly pieceRows?: number },
) => Promise<TestArchive>

const openStore: OpenArchive = async (recordings, users, options = {}) => {
  const folder = await testStore(recordings, users)
  const { dataDir } = folder
  const source = await openSqliteSource({ dataDir, workers: 0, derive: deriveCheaply, ...options })
  return {
    source,
    dataDir,
    write: (more) => writeStore(dataDir, more),
    load: (text, given) => importRecordings({ dataDir, ...importInput(text, given) }),
    async remove() {
      await source.close()
      folder.remove()
    },
  }
}

let shared: Promise<Cluster> | undefined
let databases = 0

/** A new, empty database of the server that the tests of this process share. @returns its address. */
export async function testDatabase(): Promise<string> {
  shared ??= startCluster()
  databases += 1
  return (await shared).createDatabase(`test_${databases}`)
}

/** Stores recordings and users in one transaction, as an import does. */
export async function writePostgres(
  url: string,
  mediaFolder: string,
  recordings: readonly TestRecording[],
  users: readonly TestUser[] = [],
): Promise<void> {
  const client = await connect(url)
  try {
    await migratePostgres(client)
    await inTransaction(client, async () => {
      await holdWriting(client)
      for (const { role, password, leads = [], ...user } of users)
        await saveAccount(client, { user, role, leads }, await cheapHash(password))
      const writer = new BatchWriter(client)
      const shelf = new AudioShelf(mediaFolder)
      for (const [index, given] of recordings.entries())
        writer.put(newRecording(given, index, shelf), `row ${index}`)
      for (const { place, why } of await writer.settle(true)) throw new Error(`${place}: ${why.message}`)
    })
  } finally {
    await client.end()
  }
}

const openPostgres: OpenArchive = async (recordings = [], users = []) => {
  const folder = temporaryFolder()
  const { dataDir } = folder
  const url = await testDatabase()
  const mediaFolder = audioFolder(dataDir)
  await writePostgres(url, mediaFolder, recordings, users)
  const source = await openPostgresSource({ url, mediaFolder, derive: deriveCheaply })
  return {
    source,
    dataDir,
    write: (more) => writePostgres(url, mediaFolder, more),
    load: (text, given) => importIntoPostgres({ url, mediaFolder, dataDir, ...importInput(text, given) }),
    async remove() {
      await source.close()
      folder.remove()
    },
  }
}

/** Each archive by its name. */
export const testArchives: readonly (readonly [name: string, open: OpenArchive])[] = [
  ['the embedded store', openStore],
  ['PostgreSQL', openPostgres],
]
