/** Both archives, for tests of what they have in common: real databases, a folder or a server's own database each. */
import type { WireDetail, WireList, WireRecording } from '../contract/recording.ts'
import type { Paging, Search } from '../contract/search.ts'
import { audioFolder, AudioShelf } from '../server/sources/archive/audio-files.ts'
import type { ImportResult } from '../server/sources/archive/import-reading.ts'
import type { MatchCounts, RemovedCounts } from '../server/sources/archive/matching.ts'
import { RowError, type NewRecording } from '../server/sources/archive/new-recording.ts'
import type { OperatedArchive } from '../server/sources/archive/operated.ts'
import { connect, inTransaction } from '../server/sources/postgres/connecting.ts'
import { importIntoPostgres } from '../server/sources/postgres/import-file.ts'
import { SCHEMA } from '../server/sources/postgres/names.ts'
import { operatePostgres } from '../server/sources/postgres/operated-archive.ts'
import { openPostgresSource } from '../server/sources/postgres/postgres-source.ts'
import { withBatchWriter } from '../server/sources/postgres/recording-writer.ts'
import { migratePostgres } from '../server/sources/postgres/schema.ts'
import { holdWriting } from '../server/sources/postgres/writing.ts'
import type { Principal, Source, WholeList } from '../server/sources/source.ts'
import { openForWriting } from '../server/sources/sqlite/database.ts'
import { operateStore } from '../server/sources/sqlite/operated-store.ts'
import { RecordingWriter } from '../server/sources/sqlite/recording-writer.ts'
import { openSqliteSource } from '../server/sources/sqlite/sqlite-source.ts'
import { importInput, type TestImport } from './imports.ts'
import { startCluster, type Cluster } from './postgres-cluster.ts'
import {
  cheapHash,
  deriveCheaply,
  newRecording,
  temporaryFolder,
  testStore,
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

/** What came of recordings that an archive was to store. */
export interface StoredCounts {
  readonly added: number
  /** Why some could not be stored. */
  readonly refused: readonly string[]
}

export interface TestArchive {
  readonly source: ArchiveSource
  /** The folder of DATA_DIR. */
  readonly dataDir: string
  /** Stores more recordings in one transaction, as another process does. */
  write(recordings: readonly TestRecording[]): Promise<void>
  /** Stores recordings in one transaction, as they are. */
  store(recordings: readonly NewRecording[]): Promise<StoredCounts>
  /** Does what an operator's command does, as another process. */
  operate<T>(work: (operated: OperatedArchive) => Promise<T>): Promise<T>
  /** Imports a text as a file. */
  load(text: string | Buffer, options?: TestImport): Promise<ImportResult>
  countForRemoval(search: Search): Promise<MatchCounts>
  /** @param expected by default, any counts will do. */
  removeMatching(search: Search, expected?: MatchCounts): Promise<RemovedCounts>
  saveAccount(user: TestUser): Promise<void>
  /** Closes the source, and deletes what it read. */
  remove(): Promise<void>
}

export type OpenArchive = (
  recordings?: readonly TestRecording[],
  users?: readonly TestUser[],
  options?: { readonly pieceRows?: number },
) => Promise<TestArchive>

/** Sees everything. */
export const testManager: Principal = {
  username: 'm',
  displayName: null,
  role: 'manager',
  scope: { kind: 'all' },
  stamp: '',
}

/** Stores each, and keeps the reasons of those that cannot be stored. */
function storeEach(recordings: readonly NewRecording[], put: (recording: NewRecording) => void): string[] {
  const refused: string[] = []
  for (const recording of recordings) {
    try {
      put(recording)
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      refused.push(error.message)
    }
  }
  return refused
}

type Store = TestArchive['store']

/** Stores recordings through another function, and fails if one of them cannot be stored. */
const writeThrough =
  (store: Store, dataDir: string): TestArchive['write'] =>
  async (recordings) => {
    const shelf = new AudioShelf(audioFolder(dataDir))
    const { refused } = await store(recordings.map((given, index) => newRecording(given, index, shelf)))
    if (refused[0] !== undefined) throw new Error(refused[0])
  }

/** What an operator does with an archive. @param open opens it for one command. */
function operatedBy(open: () => Promise<OperatedArchive>) {
  const operate: TestArchive['operate'] = async (work) => {
    const operated = await open()
    try {
      return await work(operated)
    } finally {
      await operated.close()
    }
  }
  return {
    operate,
    load: (text: string | Buffer, given?: TestImport) =>
      operate((operated) => operated.load(importInput(text, given))),
    countForRemoval: (search: Search) => operate((operated) => operated.count(search)),
    removeMatching: (search: Search, expected?: MatchCounts) =>
      operate((operated) => operated.remove(search, expected ?? null)),
    async saveAccount({ role, leads = [], password, ...user }: TestUser) {
      const stored = await cheapHash(password)
      await operate((operated) => operated.saveAccount({ user, role, leads }, stored))
    },
  }
}

const openStore: OpenArchive = async (recordings, users, options = {}) => {
  const folder = await testStore(recordings, users)
  const { dataDir } = folder
  const source = await openSqliteSource({ dataDir, workers: 0, derive: deriveCheaply, ...options })
  const store: Store = async (given) => {
    const db = openForWriting(dataDir)
    const writer = new RecordingWriter(db)
    let added = 0
    const put = (one: NewRecording) => (added += writer.put(one) === 'added' ? 1 : 0)
    const refused = db.transaction(() => storeEach(given, put))()
    db.close()
    return { added, refused }
  }
  return {
    source,
    dataDir,
    write: writeThrough(store, dataDir),
    store,
    ...operatedBy(async () => operateStore(dataDir, 'change')),
    async remove() {
      await source.close()
      folder.remove()
    },
  }
}

let shared: Promise<Cluster> | undefined
let databases = 0
/** Databases that tests have left. Making one takes longer than emptying it. */
const left: string[] = []

/** The server that the tests of this process share. */
export const testCluster = (): Promise<Cluster> => (shared ??= startCluster())

/** A new, empty database of the server that the tests of this process share. @returns its address. */
export async function testDatabase(): Promise<string> {
  databases += 1
  return (await testCluster()).createDatabase(`test_${databases}`)
}

/** A connection to PostgreSQL. */
export type TestConnection = Awaited<ReturnType<typeof connect>>

/** Does the work over a connection of its own. */
export async function withConnection<T>(
  url: string,
  work: (client: TestConnection) => Promise<T>,
): Promise<T> {
  const client = await connect(url)
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Stores recordings in one transaction, as an import does. */
export const storeInPostgres = (url: string, recordings: readonly NewRecording[]): Promise<StoredCounts> =>
  withConnection(url, (client) =>
    inTransaction(client, async () => {
      await holdWriting(client)
      return withBatchWriter(client, async (writer) => {
        const refused = storeEach(recordings, (one) => writer.put(one, ''))
        for (const { why } of await writer.settle(true)) refused.push(why.message)
        return { added: writer.added, refused }
      })
    }),
  )

/** An archive in PostgreSQL without anything in it. @param known a database to empty. @returns its address. */
export async function emptyPostgres(known?: string): Promise<string> {
  const url = known ?? left.pop() ?? (await testDatabase())
  await withConnection(url, async (client) => {
    await client.query(`SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`)
    await migratePostgres(client)
  })
  return url
}

const openPostgres: OpenArchive = async (recordings = [], users = []) => {
  const folder = temporaryFolder()
  const { dataDir } = folder
  const mediaFolder = audioFolder(dataDir)
  const url = await emptyPostgres()
  const operated = operatedBy(() => operatePostgres({ url, mediaFolder, dataDir }))
  for (const user of users) await operated.saveAccount(user)
  const store: Store = (given) => storeInPostgres(url, given)
  const write = writeThrough(store, dataDir)
  if (recordings.length > 0) await write(recordings)
  const source = await openPostgresSource({ url, mediaFolder, derive: deriveCheaply })
  return {
    source,
    dataDir,
    write,
    store,
    ...operated,
    // Commands look for the primary first, which takes longer than a small import.
    load: (text, given) => importIntoPostgres({ url, mediaFolder, dataDir, ...importInput(text, given) }),
    async remove() {
      await source.close()
      folder.remove()
      left.push(url)
    },
  }
}

/** Each archive by its name. */
export const testArchives: readonly (readonly [name: string, open: OpenArchive])[] = [
  ['the embedded store', openStore],
  ['PostgreSQL', openPostgres],
]
