/** Reads the recordings of a file, whatever its format, into an archive. */
import { OperatorError } from '../../platform/operator-error.ts'
import { emptyFile, FileFault } from './file-fault.ts'
import { detectFormat, readEntries, type ImportFormat } from './import-formats.ts'
import type { ImportCounts, ImportLoader, LoaderOptions } from './import-loader.ts'
import { decoded } from './import-text.ts'

export interface ImportOptions extends LoaderOptions {
  /** The file's bytes. */
  readonly input: AsyncIterable<Uint8Array>
  /** The file's name, for its extension and for messages. */
  readonly name: string
  readonly format?: ImportFormat | undefined
  /** Drops the demo data. Without it, a demo store refuses the import. */
  readonly replaceDemo?: boolean | undefined
  /** Aborting rejects with its reason and leaves the store as it was. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

export interface ImportProgress {
  readonly bytesRead: number
  readonly rows: number
}

export interface ImportResult extends ImportCounts {
  readonly format: ImportFormat
  /** How many accounts there are. Without one, nobody can see the recordings. */
  readonly accounts: number
  /** The file that lists what was left out, has no audio, or was not used; null if the list is empty. */
  readonly reportFile: string | null
}

/** Characters that suffice to recognise a format. A pipe may deliver fewer at first. */
const ENOUGH_TO_TELL = 4096

async function readAll(
  loader: ImportLoader,
  { input, name, format, signal, onProgress }: ImportOptions,
): Promise<ImportFormat> {
  let bytesRead = 0
  const pieces = decoded(input, (bytes) => (bytesRead += bytes))
  let beginning = ''
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    beginning += next.value
    if (beginning.length >= ENOUGH_TO_TELL) break
  }
  if (beginning.trim() === '') throw emptyFile()
  const known = format ?? detectFormat(name, beginning)
  for await (const entries of readEntries(known, beginning, pieces)) {
    signal?.throwIfAborted()
    for (const entry of entries) loader.take(entry)
    await loader.settle(false)
    onProgress?.({ bytesRead, rows: loader.rows })
  }
  signal?.throwIfAborted()
  await loader.settle(true)
  return known
}

/**
 * Takes all recordings of the file.
 * @returns the format that it has.
 * @throws OperatorError naming the file, and what is wrong with it.
 */
export async function readFileInto(loader: ImportLoader, options: ImportOptions): Promise<ImportFormat> {
  try {
    return await readAll(loader, options)
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    throw new OperatorError(`${options.name}: ${error.message}. ${error.remedy} Nothing was imported.`, {
      cause: error,
    })
  }
}
