/** `npm run import -- FILE`: loads recordings into the embedded store. */
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { keepFilesPrivate } from '../files/private-files.ts'
import { AuditError } from '../audit/audit-error.ts'
import { logged } from './from-terminal.ts'
import { HostKeyError } from '../process/host-key.ts'
import { openForWriting } from '../sources/sqlite/database.ts'
import { importFormats, type ImportFormat } from '../sources/sqlite/import-formats.ts'
import { importRecordings, type ImportProgress, type ImportResult } from '../sources/sqlite/import-file.ts'
import { StoreError } from '../sources/sqlite/store-error.ts'

const USAGE = `Usage: npm run import -- FILE [--format json|ndjson|csv] [--media DIR] [--skip-bad] [--replace-demo]

Loads recordings into the store in DATA_DIR (default: data/). FILE is the API's own answer, one JSON object a line,
or CSV under the fields' names; - reads standard input.

  --format FORMAT   what FILE is, where its name and beginning do not tell
  --media DIR       attaches DIR/{id}.mp3
  --skip-bad        leaves recordings out that cannot be read, in place of importing nothing
  --replace-demo    drops the demo data that the store holds`

interface Arguments {
  readonly file: string
  readonly format: ImportFormat | undefined
  readonly mediaDir: string | undefined
  readonly skipBad: boolean
  readonly replaceDemo: boolean
}

/** @throws where the arguments are not as the usage says. */
function readArguments(args: string[]): Arguments | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      media: { type: 'string' },
      'skip-bad': { type: 'boolean', default: false },
      'replace-demo': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  const [file, ...others] = positionals
  if (file === undefined || others.length > 0) throw new Error('Name exactly one FILE.')
  const format = importFormats.find((name) => name === values.format)
  if (values.format !== undefined && !format) throw new Error(`--format cannot be “${values.format}”.`)
  return {
    file,
    format,
    mediaDir: values.media,
    skipBad: values['skip-bad'],
    replaceDemo: values['replace-demo'],
  }
}

const formatCount = (count: number): string => count.toLocaleString('en')

/** A bar on a terminal, nothing elsewhere. @param totalBytes 0 where it is not known. */
function progressBar(totalBytes: number): { update(progress: ImportProgress): void; stop(): void } {
  const shape = totalBytes > 0 ? '{bar} {percentage} % · ' : ''
  const bar = new SingleBar({ format: `${shape}{rows} recordings · {rate} a second`, hideCursor: true })
  const startedMs = performance.now()
  const rate = (rows: number): string =>
    formatCount(Math.round(rows / Math.max((performance.now() - startedMs) / 1000, 0.001)))
  bar.start(totalBytes || 1, 0, { rows: '0', rate: '0' })
  return {
    update: ({ bytesRead, rows }) =>
      bar.update(totalBytes > 0 ? bytesRead : 0, { rows: formatCount(rows), rate: rate(rows) }),
    stop: () => bar.stop(),
  }
}

function summary({ added, updated, withAudio, skipped }: ImportResult, seconds: number): string {
  const rate = Math.round((added + updated + skipped) / Math.max(seconds, 0.001))
  const parts = [
    `${formatCount(added)} added`,
    `${formatCount(updated)} updated`,
    ...(withAudio > 0 ? [`${formatCount(withAudio)} with audio`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} left out`] : []),
  ]
  return `Imported: ${parts.join(', ')}; ${seconds.toFixed(1)} s, ${formatCount(rate)} recordings a second.`
}

/** What the audit log says of it. */
const facts = ({ format, added, updated, skipped }: ImportResult) => ({ format, added, updated, skipped })

async function run(options: Arguments, signal: AbortSignal): Promise<void> {
  const { file } = options
  const isStdin = file === '-'
  const dataDir = process.env.DATA_DIR || 'data'
  const stats = isStdin ? undefined : statSync(file, { throwIfNoEntry: false })
  const bar = progressBar(stats?.isFile() ? stats.size : 0)
  const startedMs = performance.now()
  try {
    const load = () => {
      signal.throwIfAborted()
      const input = isStdin ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 })
      // A read that waits for more, as of a pipe, would never hear of Ctrl-C.
      signal.addEventListener('abort', () => input.destroy(), { once: true })
      const name = isStdin ? 'standard input' : basename(file)
      return importRecordings({ ...options, dataDir, input, name, signal, onProgress: bar.update })
    }
    // Makes the folder, in which the audit log is by default.
    openForWriting(dataDir).close()
    const result = await logged({ action: 'import', format: options.format }, load, facts)
    bar.stop()
    for (const reason of result.reasons) process.stderr.write(`Left out: ${reason}\n`)
    if (result.skipped > result.reasons.length) {
      process.stderr.write(`… and ${formatCount(result.skipped - result.reasons.length)} more.\n`)
    }
    process.stdout.write(`${summary(result, (performance.now() - startedMs) / 1000)}\n`)
    if (result.accounts === 0) {
      process.stderr.write('Nobody may sign in yet: npm run user -- add NAME --role manager\n')
    }
  } finally {
    bar.stop()
  }
}

/** The exit code that shells expect of a program that Ctrl-C ended. */
const INTERRUPTED = 130

async function main(): Promise<number> {
  keepFilesPrivate()
  let options: Arguments | null
  try {
    options = readArguments(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`)
    return 1
  }
  if (!options) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  try {
    await run(options, interrupted.signal)
    return 0
  } catch (error) {
    if (interrupted.signal.aborted) {
      process.stderr.write('Interrupted: nothing was imported, the store is as it was.\n')
      return INTERRUPTED
    }
    process.stderr.write(`${explainFailure(error, options.file)}\n`)
    return 1
  }
}

/** What the operator can act on is said in a sentence; anything else keeps its stack, for a report. */
function explainFailure(error: unknown, file: string): string {
  if (
    [AuditError, HostKeyError, StoreError].some((kind) => error instanceof kind) &&
    error instanceof Error
  ) {
    return error.message
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT') return `There is no file ${file}. Nothing was imported.`
  if (code === 'EACCES' || code === 'EISDIR') return `${file} cannot be read (${code}). Nothing was imported.`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// Standard input may still be open: leaving it to end by itself would leave Ctrl-C without effect.
process.exit(await main())
