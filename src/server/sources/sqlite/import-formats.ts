/** The formats of an import: which one a file is in, and its recordings one after another. */
import { extname } from 'node:path'
import { pipeline } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { AnswerSplitter } from './import-json.ts'
import { OperatorError } from '../../platform/operator-error.ts'

export const importFormats = ['json', 'ndjson', 'csv'] as const
/** The API's own answer, one recording a line, or comma-separated values under the fields' names. */
export type ImportFormat = (typeof importFormats)[number]

/** One recording of the file, not yet understood. */
export interface ImportEntry {
  /** Where it stands, for messages: `line 7`. */
  readonly place: string
  readonly value?: unknown
  /** Why it is not even JSON or a row. */
  readonly problem?: string
}

const MAX_LINE_CHARACTERS = 4_000_000
const BATCH_ROWS = 1000

const byExtension: Readonly<Record<string, ImportFormat>> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.csv': 'csv',
}

/** By the file's name, else by how it begins: `.json` is used for both of the JSON formats. */
export function detectFormat(name: string, beginning: string): ImportFormat {
  const named = byExtension[extname(name).toLowerCase()]
  if (named) return named
  if (!/^\s*\{/.test(beginning)) return 'csv'
  const [line = ''] = beginning.trimStart().split('\n', 1)
  const wholeLine = /\}\s*$/.test(line)
  return /^\{\s*"(totalCount|recordings)"/.test(line) || !wholeLine ? 'json' : 'ndjson'
}

/**
 * All entries, in batches as they arrive.
 * @param beginning what was read of the file already; `rest` goes on from there.
 * @throws OperatorError where the file as a whole is not of that format.
 */
export function readEntries(
  format: ImportFormat,
  beginning: string,
  rest: AsyncIterable<string>,
): AsyncIterable<ImportEntry[]> {
  const pieces = resumed(beginning, rest)
  switch (format) {
    case 'json':
      return readAnswer(pieces)
    case 'ndjson':
      return readLines(pieces)
    case 'csv':
      return readCsv(pieces, delimiterOf(beginning))
  }
}

async function* resumed(beginning: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield beginning
  yield* rest
}

function parsed(place: string, text: string): ImportEntry {
  try {
    return { place, value: JSON.parse(text) as unknown }
  } catch (error) {
    return { place, problem: `is not JSON (${error instanceof Error ? error.message : String(error)})` }
  }
}

async function* readAnswer(pieces: AsyncIterable<string>): AsyncGenerator<ImportEntry[]> {
  const splitter = new AnswerSplitter()
  let count = 0
  for await (const piece of pieces) {
    const elements = splitter.push(piece)
    const first = count + 1
    count += elements.length
    yield elements.map((text, index) => parsed(`recording ${first + index}`, text))
  }
  splitter.end()
}

async function* readLines(pieces: AsyncIterable<string>): AsyncGenerator<ImportEntry[]> {
  let rest = ''
  let number = 0
  const entries = (lines: readonly string[]): ImportEntry[] =>
    lines.flatMap((line) => {
      number += 1
      return line.trim() === '' ? [] : [parsed(`line ${number}`, line)]
    })
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE_CHARACTERS) {
      throw new OperatorError(`line ${number + lines.length + 1} is too long to be a recording`)
    }
    yield entries(lines)
  }
  yield entries([rest])
}

const required = ['id', 'referenceNumber', 'startTime', 'duration', 'direction']
const columnNames = [
  ...required,
  'ownerUsername',
  'localPartyNumber',
  'remotePartyNumber',
  'pbxCallId',
  'note',
  'preservingUser',
]

/** The fields' names in the header's order; what we do not know keeps its name and is ignored later. */
function readHeader(cells: readonly string[]): string[] {
  const header = cells.map((cell) => {
    const name = cell.trim().toLowerCase()
    return columnNames.find((known) => known.toLowerCase() === name) ?? cell
  })
  const missing = required.filter((name) => !header.includes(name))
  if (missing.length === 0) return header
  throw new OperatorError(
    `this is neither the API’s answer, nor one JSON object a line, nor CSV under the fields’ names: its first line lacks ${missing.join(', ')}`,
  )
}

/** Commas, or what the spreadsheets of other countries write instead. */
function delimiterOf(beginning: string): string {
  const [line = ''] = beginning.split('\n', 1)
  return [',', ';', '\t'].find((delimiter) => line.split(delimiter).length >= required.length) ?? ','
}

async function* readCsv(pieces: AsyncIterable<string>, delimiter: string): AsyncGenerator<ImportEntry[]> {
  const parser = parse({ delimiter, record_delimiter: ['\r\n', '\n'], relax_column_count: true })
  const rows = pipeline(pieces, parser, () => {})
  let header: string[] | undefined
  let batch: ImportEntry[] = []
  let line = 0
  for await (const row of rows) {
    const cells = row as string[]
    // Counted here: the parser's own count costs as much as its parsing.
    line += 1
    if (header && !isBlank(cells)) batch.push(rowEntry(header, cells, `line ${line}`))
    header ??= readHeader(cells)
    line += breaksWithin(cells)
    if (batch.length < BATCH_ROWS) continue
    yield batch
    batch = []
  }
  if (!header) throw new OperatorError('the file is empty')
  yield batch
}

/** Of the file as a whole. A misplaced quote is one: it may have swallowed any number of lines. */
export const isFormatError = (error: unknown): error is Error =>
  error instanceof OperatorError || error instanceof CsvError

const isBlank = (cells: readonly string[]): boolean => cells.length === 1 && cells[0]?.trim() === ''

/** A quoted cell may hold line breaks. */
function breaksWithin(cells: readonly string[]): number {
  let breaks = 0
  for (const cell of cells) if (cell.includes('\n')) breaks += cell.split('\n').length - 1
  return breaks
}

function rowEntry(header: readonly string[], cells: readonly string[], place: string): ImportEntry {
  if (cells.length !== header.length) {
    return { place, problem: `has ${cells.length} cells where the header has ${header.length}` }
  }
  return { place, value: Object.fromEntries(header.map((name, index) => [name, cells[index]])) }
}
