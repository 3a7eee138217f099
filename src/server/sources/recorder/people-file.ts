/** Reads the administrator's list of people, a CSV file in UTF-8 under the header `username,firstName,lastName,group`. */
import { readFile } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse/sync'
import { personName, type Person } from '../../../contract/people.ts'
import { codeOf } from '../../platform/code-of.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { MAX_NAME_LENGTH } from './shown-people.ts'

const columns = ['username', 'firstName', 'lastName', 'group'] as const
type Column = (typeof columns)[number]

const inWords = columns.join(', ')
/** Every person is looked at for each search. */
const MAX_BYTES = 8 * 1024 * 1024

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
}

/** A fault of the file without its name: what is wrong, and what to do. */
class PeopleFault extends Error {}

const atLine = (line: number, problem: string): PeopleFault => new PeopleFault(`line ${line} ${problem}`)

function readUtf8(bytes: Buffer): string {
  if (bytes.length > MAX_BYTES)
    throw new PeopleFault('it is larger than 8 MB. Keep only the people to be found.')
  try {
    // Also leaves out a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new PeopleFault('it is not in UTF-8. Save it again as “CSV UTF-8”.')
  }
}

/** A comma, or the delimiter that spreadsheets use in other countries. */
function delimiterOf(text: string): string {
  const [firstLine = ''] = text.split(/[\r\n]/, 1)
  return [',', ';', '\t'].find((delimiter) => firstLine.includes(delimiter)) ?? ','
}

interface Line {
  readonly record: readonly string[]
  /** The number of its last line in the file, from 1. */
  readonly info: { readonly lines: number }
}

function parseLines(text: string): readonly Line[] {
  try {
    return parse(text, {
      delimiter: delimiterOf(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      info: true,
    }) as unknown as Line[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = typeof error.lines === 'number' ? error.lines : 1
    throw atLine(
      line,
      'has a quote in the wrong place. Quotes enclose a whole cell; write one within it twice.',
    )
  }
}

function readHeader({ record, info }: Line): Column[] {
  const header = record.map((cell) => {
    const known = columns.find((name) => name.toLowerCase() === cell.trim().toLowerCase())
    if (!known) throw atLine(info.lines, `names an unknown column. The columns are ${inWords}.`)
    return known
  })
  if (new Set(header).size < header.length)
    throw atLine(info.lines, 'names a column twice. Remove one of them.')
  if (header.includes('username')) return header
  throw atLine(info.lines, `does not name the column username. The columns are ${inWords}.`)
}

function readPerson(header: readonly Column[], { record, info: { lines } }: Line): Person {
  if (record.length !== header.length)
    throw atLine(lines, `has ${record.length} cells where the header has ${header.length}. Correct it.`)
  const cell = (name: Column): string | null =>
    record[header.indexOf(name)]?.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() || null
  const username = cell('username')
  if (username === null) throw atLine(lines, 'has no username. Add it, or remove the line.')
  const name = personName({ firstName: cell('firstName'), lastName: cell('lastName') })
  const person = { username, name, group: cell('group') }
  if ([username, name, person.group].some((text) => (text?.length ?? 0) > MAX_NAME_LENGTH))
    throw atLine(lines, `has a text of more than ${MAX_NAME_LENGTH} characters. Shorten it.`)
  return person
}

function readLines(text: string): Person[] {
  const [first, ...lines] = parseLines(text)
  if (!first) throw new PeopleFault(`it is empty. Its first line names the columns ${inWords}.`)
  const header = readHeader(first)
  const seen = new Map<string, number>()
  return lines.map((line) => {
    const person = readPerson(header, line)
    const key = person.username.toLowerCase()
    const before = seen.get(key)
    if (before !== undefined)
      throw atLine(line.info.lines, `has the same username as line ${before}. Keep one of them.`)
    seen.set(key, line.info.lines)
    return person
  })
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = codeOf(error) || 'unknown'
    throw new PeopleFault(`${reasons[code] ?? code}. Name a file that the host’s user may read.`)
  }
}

/** @throws OperatorError naming the file, the line and what to do. */
export async function readPeopleFile(path: string): Promise<Person[]> {
  try {
    return readLines(readUtf8(await readBytes(path)))
  } catch (error) {
    if (!(error instanceof PeopleFault)) throw error
    throw new OperatorError(`PEOPLE_FILE names ${path}, which cannot be used: ${error.message}`)
  }
}
