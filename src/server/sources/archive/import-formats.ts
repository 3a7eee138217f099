/** Recognises the format of an imported file, and reads its recordings one after another. */
import { extname } from 'node:path'
import { readCsv } from './import-csv.ts'
import type { ImportEntry } from './import-entry.ts'
import { AnswerSplitter } from './import-json.ts'
import { FileFault } from './file-fault.ts'

export const importFormats = ['json', 'ndjson', 'csv'] as const
/** The API's answer or just its list, one JSON recording per line, or comma-separated values with field names. */
export type ImportFormat = (typeof importFormats)[number]

const MAX_LINE_CHARACTERS = 4_000_000

const byExtension: Readonly<Record<string, ImportFormat>> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.csv': 'csv',
}

/** A final CR may be half of a CRLF whose LF has not arrived yet. */
const lineEnd = /\r\n|\n|\r(?!$)/

/** Goes by the file's name, else by its beginning, because both JSON formats use `.json`. */
export function detectFormat(name: string, beginning: string): ImportFormat {
  const named = byExtension[extname(name).toLowerCase()]
  if (named) return named
  const text = beginning.trimStart()
  if (text.startsWith('[')) return 'json'
  if (!text.startsWith('{')) return 'csv'
  const [line = ''] = text.split(lineEnd, 1)
  const wholeLine = /\}\s*$/.test(line)
  return /^\{\s*"(totalCount|recordings)"/.test(line) || !wholeLine ? 'json' : 'ndjson'
}

/**
 * All entries, in batches as they arrive.
 * @param beginning the text that was already read; `rest` continues it.
 * @throws FileFault if the file as a whole does not have that format.
 */
export function readEntries(
  format: ImportFormat,
  beginning: string,
  rest: AsyncIterable<string>,
): AsyncIterable<ImportEntry[]> {
  switch (format) {
    case 'json':
      return readAnswer(resumed(beginning, rest))
    case 'ndjson':
      return readLines(resumed(beginning, rest))
    case 'csv':
      return readCsv(beginning, rest)
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
    const lines = (rest + piece).split(lineEnd)
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE_CHARACTERS) {
      throw new FileFault(
        `line ${number + lines.length + 1} is too long to be a recording`,
        'Write each recording on a line of its own.',
      )
    }
    yield entries(lines)
  }
  yield entries([rest])
}
