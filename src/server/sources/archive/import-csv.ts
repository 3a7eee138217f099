/** CSV as spreadsheets write it: with the country's delimiter, any line end, and empty rows. */
import { pipeline } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { ImportEntry } from './import-entry.ts'
import { emptyFile, FileFault } from './file-fault.ts'

const BATCH_ROWS = 1000
/** The longest comes first, because the parser takes the first match. */
const LINE_ENDS = ['\r\n', '\n', '\r']
const lineEnd = /\r\n|\n|\r/

const required = ['id', 'referenceNumber', 'startTime', 'duration', 'direction']
const columnNames = [
  ...required,
  'ownerUsername',
  'ownerFirstName',
  'ownerLastName',
  'ownerPhoneNumber',
  'ownerGroup',
  'ownerDepartment',
  'localPartyNumber',
  'remotePartyNumber',
  'pbxCallId',
  'note',
  'preservingUser',
]

/** The field names in the header's order. An unknown column keeps its name and is ignored later. */
function readHeader(cells: readonly string[]): string[] {
  const header = cells.map((cell) => {
    const name = cell.trim().toLowerCase()
    return columnNames.find((known) => known.toLowerCase() === name) ?? cell
  })
  const missing = required.filter((name) => !header.includes(name))
  if (missing.length === 0) return header
  throw new FileFault(
    'this is neither the API’s answer, nor a list of recordings in JSON, nor one JSON object a line, nor CSV under ' +
      `the fields’ names: its first line lacks ${missing.join(', ')}`,
    'Export the recordings in one of these forms, or add the missing columns.',
  )
}

/** A file may begin with a line that tells Excel its delimiter. */
const delimiterLine = /^"?sep=(.)"?(?:\r\n|\n|\r)/i

/** A comma, or the delimiter that spreadsheets use in other countries. */
function delimiterOf(beginning: string): string {
  const line = beginning.split(lineEnd).find((text) => text.trim() !== '') ?? ''
  return [',', ';', '\t'].find((delimiter) => line.split(delimiter).length >= required.length) ?? ','
}

async function* joined(beginning: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield beginning
  yield* rest
}

async function* readTable(beginning: string, rest: AsyncIterable<string>): AsyncGenerator<ImportEntry[]> {
  const [firstLine = '', named] = delimiterLine.exec(beginning) ?? []
  const table = beginning.slice(firstLine.length)
  const delimiter = named ?? delimiterOf(table)
  const parser = parse({ delimiter, record_delimiter: LINE_ENDS, relax_column_count: true })
  const rows = pipeline(joined(table, rest), parser, () => {})
  let header: string[] | undefined
  let batch: ImportEntry[] = []
  let line = firstLine === '' ? 0 : 1
  for await (const row of rows) {
    const cells = row as string[]
    // The parser's own line count costs as much as its parsing.
    line += 1
    if (!isBlank(cells)) {
      if (header) batch.push(rowEntry(header, cells, `line ${line}`))
      header ??= readHeader(cells)
    }
    line += breaksWithin(cells)
    if (batch.length < BATCH_ROWS) continue
    yield batch
    batch = []
  }
  if (!header) throw emptyFile()
  yield batch
}

/**
 * All rows below the header, in batches as they arrive. Empty rows are skipped.
 * @param beginning the text that was already read; `rest` continues it.
 * @throws FileFault if the file as a whole is not such a table.
 */
export async function* readCsv(
  beginning: string,
  rest: AsyncIterable<string>,
): AsyncGenerator<ImportEntry[]> {
  try {
    yield* readTable(beginning, rest)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    // A misplaced quote may swallow any number of lines, so it is an error of the whole file.
    throw new FileFault(
      error.message,
      'Correct it: quotes enclose a whole cell, and a quote within it is written twice.',
      { cause: error },
    )
  }
}

/** Spreadsheets write `;;;;` for an empty row. */
const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '')

/** A quoted cell may hold line breaks. */
function breaksWithin(cells: readonly string[]): number {
  let breaks = 0
  for (const cell of cells) if (/[\r\n]/.test(cell)) breaks += cell.split(lineEnd).length - 1
  return breaks
}

function rowEntry(header: readonly string[], cells: readonly string[], place: string): ImportEntry {
  if (cells.length !== header.length) {
    return { place, problem: `has ${cells.length} cells where the header has ${header.length}` }
  }
  return { place, value: Object.fromEntries(header.map((name, index) => [name, cells[index]])) }
}
