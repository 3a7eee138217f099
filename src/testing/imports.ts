/** Helpers for tests of the import: recordings in the API's form, and loading a text into a store. */
import { Readable } from 'node:stream'
import type { WireRecording } from '../contract/recording.ts'
import type { ImportOptions, ImportResult } from '../server/sources/archive/import-reading.ts'
import { importRecordings } from '../server/sources/sqlite/import-file.ts'
import { testGuid } from './store.ts'

/** The n-th recording of a test, in November 2026. */
export const wireRecording = (n: number, changes: Partial<WireRecording> = {}): WireRecording => ({
  id: testGuid(n),
  referenceNumber: `2026${String(n).padStart(9, '0')}`,
  startTime: `2026-11-${String((n % 28) + 1).padStart(2, '0')}T10:20:59.0000000+01:00`,
  duration: 'PT2M20.65S',
  direction: 1,
  ownerUsername: 'user2',
  localPartyNumber: '132',
  remotePartyNumber: '+390244548866',
  ...changes,
})

export type TestImport = Partial<ImportOptions> & {
  /** How many bytes of the text arrive at once; by default all of them. */
  readonly pieceBytes?: number
}

/** The text as if it came from standard input. */
export function importInput(text: string | Buffer, options: TestImport = {}): ImportOptions {
  const bytes = Buffer.from(text)
  const { pieceBytes = bytes.length || 1 } = options
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
  return { input: Readable.from(pieces), name: 'standard input', ...options }
}

/** Imports the text into a store. */
export const importText = (
  dataDir: string,
  text: string | Buffer,
  options: TestImport = {},
): Promise<ImportResult> => importRecordings({ dataDir, ...importInput(text, options) })
