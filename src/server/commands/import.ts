/** `npm run import -- FILE`: loads recordings into the host's archive. */
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { SingleBar } from 'cli-progress'
import { onAbort } from '../platform/aborting.ts'
import { importFormats } from '../sources/archive/import-formats.ts'
import type { ImportProgress, ImportResult } from '../sources/archive/import-reading.ts'
import { dateOrders, type DateOrder } from '../sources/archive/import-values.ts'
import { codeOf } from '../platform/code-of.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { logged } from './from-terminal.ts'
import { withCommas, tellImport } from './import-summary.ts'
import { importZone } from './import-zone.ts'
import { openArchive } from './open-archive.ts'
import {
  Interrupted,
  runCommand,
  UsageError,
  type Command,
  type Flags,
  type Invocation,
} from './run-command.ts'

const USAGE = `Usage: npm run import -- FILE [--format json|ndjson|csv] [--dates dmy|mdy] [--tz ZONE] [--media DIR]
                            [--skip-bad] [--replace-demo]

Loads recordings into the store in DATA_DIR (default: data/), or into DATABASE_URL. FILE is the API's own answer, a list of recordings in
JSON, one JSON object a line, or CSV under the fields' names; - reads standard input.

  --format FORMAT   what FILE is, where its name and beginning do not tell
  --dates ORDER     reads dates such as 23/11/2026 08:30 (dmy) or 11/23/2026 8:30 AM (mdy), and durations such as
                    2:05 (mm:ss) or 1:02:05
  --tz ZONE         the zone of times without an offset, such as Europe/Rome; without it they are UTC
  --media DIR       attaches DIR/{id}.mp3
  --skip-bad        leaves recordings out that cannot be read, in place of importing nothing; DATA_DIR/import-report.txt
                    names them all
  --replace-demo    drops the demo data that the store holds`

const flags = {
  format: { type: 'string' },
  dates: { type: 'string' },
  tz: { type: 'string' },
  media: { type: 'string' },
  'skip-bad': { type: 'boolean', default: false },
  'replace-demo': { type: 'boolean', default: false },
} as const satisfies Flags

type Given = Invocation<typeof flags>

/** @throws UsageError if the arguments do not match the usage. */
function readArguments({ operands, flags: given, pathOf }: Given) {
  const [file, ...others] = operands
  if (file === undefined || others.length > 0) throw new UsageError('Name exactly one FILE.')
  const format = importFormats.find((name) => name === given.format)
  if (given.format !== undefined && !format) throw new UsageError(`--format cannot be “${given.format}”.`)
  return {
    file: file === '-' ? file : pathOf(file),
    format,
    mediaDir: given.media === undefined ? undefined : pathOf(given.media),
    skipBad: given['skip-bad'],
    replaceDemo: given['replace-demo'],
    reading: { dates: readOrder(given.dates), zone: given.tz === undefined ? null : importZone(given.tz) },
  }
}

function readOrder(text: string | undefined): DateOrder | null {
  const order = dateOrders.find((known) => known === text) ?? null
  if (text !== undefined && order === null) {
    throw new UsageError(`--dates cannot be “${text}”: it takes dmy or mdy.`)
  }
  return order
}

/** A bar on a terminal, nothing elsewhere. @param totalBytes 0 if unknown. */
function progressBar(totalBytes: number): { update(progress: ImportProgress): void; stop(): void } {
  const shape = totalBytes > 0 ? '{bar} {percentage} % · ' : ''
  const bar = new SingleBar({ format: `${shape}{rows} recordings · {rate} a second`, hideCursor: true })
  const startedMs = performance.now()
  const rate = (rows: number): string =>
    withCommas(Math.round(rows / Math.max((performance.now() - startedMs) / 1000, 0.001)))
  bar.start(totalBytes || 1, 0, { rows: '0', rate: '0' })
  return {
    update: ({ bytesRead, rows }) =>
      bar.update(totalBytes > 0 ? bytesRead : 0, { rows: withCommas(rows), rate: rate(rows) }),
    stop: () => bar.stop(),
  }
}

/** The facts for the audit log. */
const facts = ({ format, added, updated, skipped }: ImportResult) => ({ format, added, updated, skipped })

/** Imports the file and shows progress and result on the terminal. */
async function importFile(given: Given, signal: AbortSignal): Promise<void> {
  const options = readArguments(given)
  const { file } = options
  const isStdin = file === '-'
  const stats = isStdin ? undefined : statSync(file, { throwIfNoEntry: false })
  const bar = progressBar(stats?.isFile() ? stats.size : 0)
  const startedMs = performance.now()
  // Makes the folder, which also holds the audit log by default.
  const archive = await openArchive(given, 'make', '')
  try {
    const load = () => {
      signal.throwIfAborted()
      const input = isStdin ? given.terminal.stdin : createReadStream(file, { highWaterMark: 1 << 20 })
      // A read that waits for more input, such as from a pipe, would not notice Ctrl-C.
      onAbort(signal, () => input.destroy())
      const name = isStdin ? 'standard input' : basename(file)
      return archive.load({ ...options, input, name, signal, onProgress: bar.update })
    }
    const result = await logged(given, { action: 'import', format: options.format }, load, facts)
    bar.stop()
    const { said, warned } = tellImport(result, (performance.now() - startedMs) / 1000, options)
    for (const line of warned) given.warn(line)
    given.say(said)
  } catch (error) {
    throw explainInput(error, file)
  } finally {
    bar.stop()
    await archive.close()
  }
}

function explainInput(error: unknown, file: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOENT') return new OperatorError(`There is no file ${file}. Nothing was imported.`)
  const isRefused = code === 'EACCES' || code === 'EISDIR'
  return isRefused ? new OperatorError(`${file} cannot be read (${code}). Nothing was imported.`) : error
}

export const importCommand: Command<typeof flags> = {
  usage: USAGE,
  flags,
  async run(given) {
    const signal = given.terminal.interruption()
    try {
      await importFile(given, signal)
      return 'done'
    } catch (error) {
      if (!signal.aborted) throw error
      throw new Interrupted('Interrupted: nothing was imported, the store is as it was.', { cause: error })
    }
  },
}

await runCommand(import.meta.url, importCommand)
