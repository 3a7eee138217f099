/** Finds the name of the host that a log belongs to: each host has a log of its own. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { readRecord, type RecordedEnd } from './end-record.ts'
import { hostOfLine, readLine } from './event.ts'
import { sealOf, type AuditKeys } from './keys.ts'
import { lastHost, readEnd, type LogFile } from './log-file.ts'
import { readLines } from './read-lines.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface Naming {
  /** The log's path. */
  readonly file: string
  readonly keys: AuditKeys
  /** The name that was given, or null. */
  readonly host: string | null
  /** Whether a running host has taken the file over. */
  readonly isTaken: boolean
}

/**
 * The name for the log's next lines. A log that has a name keeps it where none is given, because a line without one
 * would look like tampering. A running host may not have the name yet that a command has, or has it without a line.
 * @throws OperatorError where the log is another host's.
 */
export async function nameOfHost(
  { file: path, keys, host, isTaken }: Naming,
  file: LogFile,
  recorded: RecordedEnd | null,
): Promise<string | null> {
  const last = isTaken ? null : await lastHost(file, keys.lines)
  const there = [recorded?.host ?? null, last].filter((name) => name !== null)
  const own = host ?? there[0] ?? null
  const other = there.find((name) => name !== own)
  if (other !== undefined) {
    throw new OperatorError(
      `${path} is the audit log of host ${other}, and this host is ${own}. Set HOST_NAME=${other}; or, for another host or a new name, set AUDIT_LOG to a file of its own.`,
    )
  }
  return isTaken ? (there[0] ?? null) : own
}

/** The name that the log has so far, or null. A log that cannot be read has none. */
export async function nameInLog(path: string, keys: AuditKeys): Promise<string | null> {
  const record = await readRecord(path, keys.heads)
  const recorded = record === 'foreign' ? null : record
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null)
  if (!handle) return recorded?.host ?? null
  try {
    const file = await readEnd(path, handle)
    return await nameOfHost({ file: path, keys, host: null, isTaken: false }, file, recorded)
  } catch {
    return recorded?.host ?? null
  } finally {
    await handle.close()
  }
}

/**
 * The name in the first line that has one, or null.
 * @param key of the lines' MACs, or null where they cannot be checked.
 * @throws OperatorError where the file cannot be read.
 */
export async function firstHost(file: string, key: Buffer | null): Promise<string | null> {
  for await (const { bytes } of readLines(file)) {
    const line = bytes.includes('"host"') ? readLine(bytes) : null
    const host = line && hostOfLine(line)
    if (host !== null && sealOf(bytes, key) !== 'wrong') return host
  }
  return null
}
