/** `npm run audit -- verify|export|digest`: the audit log for people. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readInstant, toEpochMs } from '../../contract/instants.ts'
import { filterNames, readApiQuery } from '../../contract/search.ts'
import { auditKey, digestFilter, plainFilter } from '../audit/digests.ts'
import { exportLogs } from '../audit/export.ts'
import { readHeadsFile } from '../audit/head.ts'
import { auditKeys } from '../audit/keys.ts'
import { verifyAndTell, type KeptHeads } from '../audit/tell-verified.ts'
import { verifyLogs, type ToldLogs } from '../audit/verify-logs.ts'
import { findHostKey, hostKeyIfAny } from '../process/host-key.ts'
import { auditFile, nameOfPlace, sinkOfHost } from './audit-place.ts'
import { logsOfHosts } from './hosts-logs.ts'
import { databaseOf } from './open-archive.ts'
import { runCommand, UsageError, type Command, type Flags, type Invocation } from './run-command.ts'

const USAGE = `Usage: npm run audit -- verify [FILE...] [--heads FILE] [--after HASH] [--last HASH]
       npm run -s audit -- export [FILE...] [--from DATE] [--to DATE] [--user NAME]
       npm run audit -- digest NAME VALUE

Reads the audit log: FILE, or AUDIT_LOG, or audit.log in DATA_DIR (default: data/). Several FILEs may be the logs of
several hosts that share a key, and files that were rotated. With DATABASE_URL and no FILE, verify checks the logs of all
hosts that share it, as far as this machine can read them.
verify follows the chain of hashes, checks each line's MAC with the host's key (HOST_KEY, HOST_KEY_FILE, or host.key in
DATA_DIR), holds the lines against the heads that the host kept elsewhere, and names the first line that is wrong.
--heads takes the file of AUDIT_SINK (the default), a file of the host's log, or what a syslog collector wrote; it may
hold the heads of several hosts. --after takes the last hash of the file before this one, --last a hash that you keep
elsewhere and that has to be in this file; both are for one FILE. If any of several logs is broken, verify fails.
export writes CSV to standard output, in the order of time; --from is included, --to is not, and a date alone is its midnight in UTC.
digest says how the log writes a filter's value, so that you can find who searched for it:
npm run audit -- digest remotePartyNumber +390551234567`

const flags = {
  after: { type: 'string' },
  last: { type: 'string' },
  heads: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  user: { type: 'string' },
} as const satisfies Flags

type Given = Invocation<typeof flags>

/** The named files, or the host's log. */
const filesOf = (given: Given, operands: readonly string[]): readonly string[] =>
  operands.length === 0 ? [auditFile(given)] : operands.map((file) => given.pathOf(file))

/** A flag that the command would ignore is an error. */
function allowOnly(given: Given, allowed: readonly (keyof typeof flags)[]): void {
  const names = Object.keys(flags) as (keyof typeof flags)[]
  const wrong = names.filter((name) => given.flags[name] !== undefined && !allowed.includes(name))
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

async function verify(given: Given, operands: readonly string[]): Promise<'done' | 'failed'> {
  allowOnly(given, ['after', 'last', 'heads'])
  const files = filesOf(given, operands)
  const [after, last] = [readHash('after', given.flags.after), readHash('last', given.flags.last)]
  if (files.length > 1 && (after ?? last) !== undefined) {
    throw new UsageError('--after and --last are for one FILE.')
  }
  const hostKey = hostKeyIfAny(given.env)
  const keys = hostKey && auditKeys(hostKey)
  // Read before the logs, because a running host writes a line before it keeps its head.
  const kept = await readKept(given)
  const database = operands.length === 0 && (after ?? last) === undefined ? databaseOf(given) : null
  if (database) return tell(given, await verifyLogs(await logsOfHosts(given, database, kept, keys), keys))
  const ownName = nameOfPlace(given)
  const logs = files.map((file) => {
    const isLive = resolve(file) === auditFile(given)
    return { file, isLive, host: isLive ? ownName : null, kept }
  })
  const [log, ...others] = logs
  const isOne = log !== undefined && others.length === 0
  return tell(given, await (isOne ? verifyAndTell({ ...log, keys, after, last }) : verifyLogs(logs, keys)))
}

function tell(given: Given, { told, isWhole }: ToldLogs): 'done' | 'failed' {
  given.terminal.stdout.write(told)
  return isWhole ? 'done' : 'failed'
}

/** @returns null if there are none. @throws OperatorError if their file cannot be read. */
async function readKept(given: Given): Promise<KeptHeads | null> {
  const { heads } = given.flags
  if (heads !== undefined) {
    const path = given.pathOf(heads)
    return { path, heads: await readHeadsFile(path) }
  }
  const sink = sinkOfHost(given)
  if (sink.kind !== 'file' || !existsSync(sink.path)) return null
  return { path: sink.path, heads: await readHeadsFile(sink.path) }
}

async function exportCsv(given: Given, operands: readonly string[]): Promise<'done' | 'failed'> {
  allowOnly(given, ['from', 'to', 'user'])
  const { from, to, user } = given.flags
  const wanted = { fromMs: readDate('from', from), toMs: readDate('to', to), user }
  let skipped = 0
  const rows = exportLogs(filesOf(given, operands), wanted, () => (skipped += 1))
  await pipeline(Readable.from(rows), given.terminal.stdout, { end: false })
  if (skipped === 0) return 'done'
  given.warn(`Lines left out because they cannot be read: ${skipped}. Run verify.`)
  return 'failed'
}

function digest(given: Given, [name, value, ...others]: readonly string[]): 'done' {
  allowOnly(given, [])
  const filter = filterNames.find((known) => known === name)
  if (!filter) throw new UsageError(`Which filter? NAME is one of ${filterNames.join(', ')}.`)
  if (value === undefined || others.length > 0) throw new UsageError(`Give one VALUE for ${filter}.`)
  const query = readApiQuery(new URLSearchParams({ [filter]: value }))
  if (!query.ok) throw new UsageError(query.message)
  const read = plainFilter(query.search, filter)
  if (read) given.say(digestFilter(auditKey(findHostKey(given.env)), filter, read))
  return 'done'
}

export const auditCommand: Command<typeof flags> = {
  usage: USAGE,
  flags,
  async run(given) {
    const [command, ...operands] = given.operands
    switch (command) {
      case 'verify':
        return verify(given, operands)
      case 'export':
        return exportCsv(given, operands)
      case 'digest':
        return digest(given, operands)
      case undefined:
        throw new UsageError('Name a command: verify, export or digest.')
      default:
        throw new UsageError(`There is no command ${command}.`)
    }
  },
}

await runCommand(import.meta.url, auditCommand)
