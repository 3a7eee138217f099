/** The audit log as CSV (RFC 4180), for people with spreadsheets. */
import { isTorn, readLine, type AuditLine } from './event.ts'
import { readLines } from './read-lines.ts'

const columns = [
  'n',
  'at',
  'user',
  'address',
  'session',
  'via',
  'action',
  'attempt',
  'purpose',
  'filters',
  'page',
  'pageSize',
  'count',
  'recording',
  'requestId',
  'outcome',
  'lost',
  'account',
  'format',
  'added',
  'updated',
  'skipped',
  'host',
] as const

export interface Wanted {
  /** Inclusive, ms since the Unix epoch. */
  readonly fromMs?: number | undefined
  /** Exclusive, ms since the Unix epoch. */
  readonly toMs?: number | undefined
  /** Compared without regard to case. */
  readonly user?: string | undefined
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, digest]) => `${name}=${String(digest)}`)
    .join(' ')
}

/** A spreadsheet would compute a text that starts like a formula. A plain number is not one. */
function cell(value: unknown): string {
  const text = plain(value)
  const guarded = /^[=+\-@\t\r]/.test(text) && !/^\+?[0-9]+$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

function isWanted(line: AuditLine, { fromMs, toMs, user }: Wanted): boolean {
  const atMs = Date.parse(line.at)
  if (fromMs !== undefined && !(atMs >= fromMs)) return false
  if (toMs !== undefined && !(atMs < toMs)) return false
  return user === undefined || String(line.user).toLowerCase() === user.toLowerCase()
}

interface DatedRow {
  /** Ms since the Unix epoch. */
  readonly atMs: number
  readonly row: string
}

async function* rowsOf(
  file: string,
  wanted: Wanted,
  skipped: (number: number) => void,
): AsyncGenerator<DatedRow, void> {
  let atMs = Number.NEGATIVE_INFINITY
  for await (const { number, bytes } of readLines(file)) {
    const line = readLine(bytes)
    if (!line && !isTorn(bytes)) skipped(number)
    if (!line || !isWanted(line, wanted)) continue
    // A time that cannot be read takes the place of the one before it.
    atMs = Number.isNaN(Date.parse(line.at)) ? atMs : Date.parse(line.at)
    yield { atMs, row: `${columns.map((name) => cell(line[name])).join(',')}\r\n` }
  }
}

interface OpenedLog {
  readonly rows: AsyncGenerator<DatedRow, void>
  readonly next: DatedRow
}

async function advance(rows: OpenedLog['rows']): Promise<OpenedLog[]> {
  const { value } = await rows.next()
  return value ? [{ rows, next: value }] : []
}

/**
 * The header, then a line for each event, by its time. Lines of one file keep their order, also where its clock was
 * set back.
 * @param skipped called with the number of each unreadable line that is not merely torn.
 * @throws OperatorError where a file cannot be read.
 */
export async function* exportLogs(
  files: readonly string[],
  wanted: Wanted,
  skipped: (number: number) => void,
): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`
  const opened = files.map((file) => advance(rowsOf(file, wanted, skipped)))
  let sources = (await Promise.all(opened)).flat()
  for (;;) {
    const [first, ...others] = sources
    if (first === undefined) return
    const least = others.reduce((best, other) => (other.next.atMs < best.next.atMs ? other : best), first)
    yield least.next.row
    const [following] = await advance(least.rows)
    sources = sources.flatMap((source) => (source === least ? (following ?? []) : source))
  }
}
