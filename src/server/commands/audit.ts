/** `npm run audit -- verify|export|digest`: the audit log, read by people. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { readInstant, toEpochMs } from '../../contract/instants.ts'
import { filterNames, readApiQuery } from '../../contract/search.ts'
import { AuditError } from '../audit/audit-error.ts'
import { auditKey, digestFilter, plainFilter } from '../audit/digests.ts'
import { exportLog } from '../audit/export.ts'
import { readHeadsFile } from '../audit/head.ts'
import { auditKeys } from '../audit/keys.ts'
import { verifyAndTell, type KeptHeads } from '../audit/tell-verified.ts'
import { auditFile, keyIfAny, sinkOfHost } from './audit-place.ts'
import { keepFilesPrivate } from '../files/private-files.ts'
import { findHostKey, HostKeyError } from '../process/host-key.ts'

const USAGE = `Usage: npm run audit -- verify [FILE] [--heads FILE] [--after HASH] [--last HASH]
       npm run -s audit -- export [FILE] [--from DATE] [--to DATE] [--user NAME]
       npm run audit -- digest NAME VALUE

Reads the audit log: FILE, or AUDIT_LOG, or audit.log in DATA_DIR (default: data/).
verify follows the chain of hashes, checks each line's MAC with the host's key (HOST_KEY, or host.key in DATA_DIR), holds
the lines against the heads that the host kept elsewhere, and names the first line that is wrong. --heads takes the
file of AUDIT_SINK (the default), a file of the host's log, or what a syslog collector wrote. --after takes the last
hash of the file before this one, --last a hash that you keep elsewhere and that has to be in this file.
export writes CSV to standard output; --from is included, --to is not, and a date alone is its midnight in UTC.
digest says how the log writes a filter's value, so that you can find who searched for it:
npm run audit -- digest remotePartyNumber +390551234567`

/** The arguments are not as the usage says. */
class UsageError extends Error {}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      after: { type: 'string' },
      last: { type: 'string' },
      heads: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      user: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [command, ...operands] = positionals
  return { command, operands, values }
}
type Options = ReturnType<typeof readArguments>['values']

function fileOf(operands: readonly string[]): string {
  const [file, ...others] = operands
  if (others.length > 0) throw new UsageError(`Name one FILE. Too many: ${others.join(' ')}.`)
  return file ?? auditFile()
}

/** Which options go with a command: one that would be ignored is an error. */
function allowOnly(options: Options, allowed: readonly (keyof Options)[]): void {
  const wrong = (['after', 'last', 'heads', 'from', 'to', 'user'] as const).filter(
    (name) => options[name] !== undefined && !allowed.includes(name),
  )
  if (wrong.length > 0) throw new UsageError(`--${wrong.join(', --')} is not for this command.`)
}

function readHash(name: 'after' | 'last', text: string | undefined): string | undefined {
  if (text === undefined || /^[0-9a-f]{64}$/i.test(text)) return text?.toLowerCase()
  throw new UsageError(`--${name} takes the 64 hexadecimal digits of a hash.`)
}

function readDate(name: 'from' | 'to', text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const written = readInstant(text)
  if (written) return toEpochMs(written)
  throw new UsageError(`--${name} takes an ISO-8601 date or date-time. Example: --${name} 2026-11-23`)
}

async function verify(operands: readonly string[], options: Options): Promise<void> {
  allowOnly(options, ['after', 'last', 'heads'])
  const file = fileOf(operands)
  const hostKey = keyIfAny()
  const { told, isWhole } = await verifyAndTell({
    file,
    isLive: resolve(file) === resolve(auditFile()),
    keys: hostKey && auditKeys(hostKey),
    // Before the log: a running host writes the line first, and keeps its head after it.
    kept: await readKept(options.heads),
    after: readHash('after', options.after),
    last: readHash('last', options.last),
  })
  process.stdout.write(told)
  if (!isWhole) process.exitCode = 1
}

/** @returns null where there are none. @throws AuditError where the file that was named cannot be read. */
async function readKept(named: string | undefined): Promise<KeptHeads | null> {
  if (named !== undefined) return { path: named, heads: await readHeadsFile(named) }
  const sink = sinkOfHost()
  if (sink.kind !== 'file' || !existsSync(sink.path)) return null
  return { path: sink.path, heads: await readHeadsFile(sink.path) }
}

async function exportCsv(operands: readonly string[], options: Options): Promise<void> {
  allowOnly(options, ['from', 'to', 'user'])
  const wanted = {
    fromMs: readDate('from', options.from),
    toMs: readDate('to', options.to),
    user: options.user,
  }
  let skipped = 0
  const rows = exportLog(fileOf(operands), wanted, () => (skipped += 1))
  await pipeline(Readable.from(rows), process.stdout)
  if (skipped === 0) return
  process.stderr.write(`Lines left out because they cannot be read: ${skipped}. Run verify.\n`)
  process.exitCode = 1
}

function digest([name, value, ...others]: readonly string[], options: Options): void {
  allowOnly(options, [])
  const filter = filterNames.find((known) => known === name)
  if (!filter) throw new UsageError(`Which filter? NAME is one of ${filterNames.join(', ')}.`)
  if (value === undefined || others.length > 0) throw new UsageError(`Give one VALUE for ${filter}.`)
  const query = readApiQuery(new URLSearchParams({ [filter]: value }))
  if (!query.ok) throw new UsageError(query.message)
  const read = plainFilter(query.search, filter)
  if (read) process.stdout.write(`${digestFilter(auditKey(findHostKey(process.env)), filter, read)}\n`)
}

async function run(args: string[]): Promise<void> {
  const { command, operands, values } = readArguments(args)
  if (values.help) process.stdout.write(`${USAGE}\n`)
  else if (command === 'verify') await verify(operands, values)
  else if (command === 'export') await exportCsv(operands, values)
  else if (command === 'digest') digest(operands, values)
  else throw new UsageError(command === undefined ? 'What is to be done?' : `There is no command ${command}.`)
}

/** What the operator can act on is said in a sentence; anything else keeps its stack, for a report. */
function failure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AuditError || error instanceof HostKeyError) return error.message
  const isUsage =
    error instanceof UsageError || ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  return isUsage ? `${error.message}\n\n${USAGE}` : (error.stack ?? error.message)
}

keepFilesPrivate()
try {
  await run(process.argv.slice(2))
} catch (error) {
  // Whoever reads on may stop in the middle, as `head` does.
  const isLeft = error instanceof Error && 'code' in error && error.code === 'EPIPE'
  if (!isLeft) {
    process.stderr.write(`${failure(error)}\n`)
    process.exitCode = 1
  }
}
