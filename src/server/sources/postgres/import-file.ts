/**
 * Imports all recordings of a file in one transaction, so that a bad line, Ctrl-C, a crash or a lost connection leaves
 * the archive as it was. Running hosts keep reading the old state, and see the recordings once all of them are stored.
 */
import type { ClientBase } from 'pg'
import { onAbort } from '../../platform/aborting.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { AudioShelf } from '../archive/audio-files.ts'
import { ImportLoader } from '../archive/import-loader.ts'
import { readFileInto, type ImportOptions, type ImportResult } from '../archive/import-reading.ts'
import { ImportReport } from '../archive/import-report.ts'
import { catchUp } from './catching-up.ts'
import { CommitLost } from './commit-lost.ts'
import { connect, inTransaction } from './connecting.ts'
import { explainDatabase } from './explain-database.ts'
import { withBatchWriter } from './recording-writer.ts'
import { migratePostgres } from './schema.ts'
import { clause, query, queryOne } from './statements.ts'
import { tidyMonths } from './tidying.ts'
import { holdWriting } from './writing.ts'

export interface ArchiveImportOptions extends ImportOptions {
  /** `postgres://…` of the primary. */
  readonly url: string
  /** Servers that are waited for, so that a search finds what was imported whichever of them answers. */
  readonly replicas?: readonly string[] | undefined
  /** How long they are waited for at most, ms. */
  readonly maxLagMs?: number | undefined
  /** The folder of the audio. */
  readonly mediaFolder: string
  /** The folder of the report. */
  readonly dataDir: string
}

/** How often the server looks whether the import is still there, ms. Not every system of a server can. */
const CHECK_MS = 500
/** How long a replica is waited for, where nothing else is said. */
const MAX_LAG_MS = 10_000

const perhapsImported = (cause: CommitLost): OperatorError =>
  new OperatorError(
    'The connection to the database was lost at the very end, so the recordings may have been stored or not. ' +
      'Run the import again: it changes nothing where they were.',
    { cause },
  )

/**
 * @throws OperatorError saying what is wrong and what to do. Nothing was imported then, or the message says that this is
 * not known.
 */
export async function importIntoPostgres(options: ArchiveImportOptions): Promise<ImportResult> {
  const { url, mediaFolder, dataDir, signal, replicas = [], maxLagMs = MAX_LAG_MS } = options
  const shelf = new AudioShelf(mediaFolder)
  const report = new ImportReport(dataDir)
  const client = await connect(url)
  // The server rolls back what a closed connection has not committed, and should not go on with a long statement first.
  await client.query(`SET client_connection_check_interval = ${CHECK_MS}`).catch(() => undefined)
  const endWait = signal ? onAbort(signal, () => void client.end().catch(() => undefined)) : () => undefined
  try {
    await migratePostgres(client)
    const { months, ...result } = await inTransaction(client, async () => {
      await holdWriting(client)
      const loaded = await withBatchWriter(client, async (writer) => {
        const loader = new ImportLoader({ writer, shelf, report }, options)
        const format = await readFileInto(loader, options)
        return { ...loader.counts(), format, months: writer.months }
      })
      report.finish()
      return { ...loaded, accounts: await countAccounts(client) }
    })
    shelf.keep()
    await tidyMonths(client, url, months)
    await catchUp(client, replicas, maxLagMs).catch(() => undefined)
    return { ...result, reportFile: report.keep() }
  } catch (error) {
    // The recordings may have been stored, and their audio must be there then.
    if (error instanceof CommitLost) {
      shelf.keep()
      report.keep()
      throw perhapsImported(error)
    }
    report.undo()
    await undoAudio(url, shelf)
    signal?.throwIfAborted()
    throw explainDatabase(error, url)
  } finally {
    endWait()
    await client.end().catch(() => undefined)
  }
}

/**
 * Deletes the audio that a failed import has added. Another import may have come to use some of it since the transaction
 * ended, so the archive is asked. Where it cannot be asked, the audio stays: a file too many harms nobody.
 */
async function undoAudio(url: string, shelf: AudioShelf): Promise<void> {
  if (shelf.added.length === 0) return
  try {
    const client = await connect(url)
    try {
      await inTransaction(client, async () => {
        await holdWriting(client)
        const asked = clause('SELECT sha256 FROM media WHERE sha256 = ANY(?::text[])', shelf.added)
        const used = await query<{ sha256: string }>(client, asked)
        shelf.undo(new Set(used.map(({ sha256 }) => sha256)))
      })
    } finally {
      await client.end().catch(() => undefined)
    }
  } catch {
    shelf.keep()
  }
}

async function countAccounts(client: ClientBase): Promise<number> {
  const row = await queryOne<{ count: number }>(client, clause('SELECT count(*)::integer FROM accounts'))
  return row?.count ?? 0
}
