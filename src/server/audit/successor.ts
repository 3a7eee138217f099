/** The file at the log's path after another has taken its place. */
import { stat } from 'node:fs/promises'
import { inodeOf, readRecord, type RecordedEnd } from './end-record.ts'
import type { Position } from './event.ts'
import type { AuditKeys } from './keys.ts'
import { followFile, followNew, openToAppend, readEnd, takeAsItIs, type LogFile } from './log-file.ts'
import { OperatorError } from '../platform/operator-error.ts'

/** The file as it is now. One that is not known yet must be adopted or released. */
export interface FoundFile extends LogFile {
  readonly origin: 'known' | 'rotated' | 'replaced'
}

export async function leadsTo(path: string, { handle }: LogFile): Promise<boolean> {
  const [there, known] = await Promise.all([stat(path).catch(() => null), handle.stat()])
  return there !== null && inodeOf(there) === inodeOf(known)
}

/** The record of lines that another process has written since, or null. */
async function newerRecord(path: string, keys: AuditKeys, { n }: Position): Promise<RecordedEnd | null> {
  const record = await readRecord(path, keys.heads)
  return record !== null && record !== 'foreign' && record.n > n ? record : null
}

/** The file from its record on, or null where the record is of another file or its lines do not follow. */
async function followTaken(
  handle: LogFile['handle'],
  { n, hash, size, inode }: RecordedEnd,
  keys: AuditKeys,
): Promise<LogFile | null> {
  if (inode !== inodeOf(await handle.stat())) return null
  const followed = await followFile(await takeAsItIs(handle, { n, hash }, size), keys.lines)
  return typeof followed === 'string' ? null : followed
}

/** A command may have written to the old file. Any other change since then shows against its last head. */
export async function followOld(known: LogFile, keys: AuditKeys): Promise<LogFile> {
  const old = await followFile(known, keys.lines)
  return typeof old === 'string' ? known : old
}

export interface Successor {
  /** The old file, with all lines that are known to be written to it. */
  readonly old: LogFile
  readonly handle: LogFile['handle']
  /** Null where the new file does not continue the old one. */
  readonly found: FoundFile | null
}

async function succeed(
  path: string,
  handle: LogFile['handle'],
  known: LogFile,
  keys: AuditKeys,
): Promise<Successor> {
  // A device would swallow lines, and a pipe would pass them to another program.
  if (!(await handle.stat()).isFile() && (await known.handle.stat()).isFile()) {
    throw new OperatorError(`${path} is no longer a regular file. Put the audit log back there.`, {
      code: 'not_a_file',
    })
  }
  const record = await newerRecord(path, keys, known.position)
  const taken = record && (await followTaken(handle, record, keys))
  if (taken) return { old: known, handle, found: { ...taken, origin: 'known' } }
  // The recorded lines were in the old file, and are gone from there by now.
  const old = record ? { ...known, position: { n: record.n, hash: record.hash }, lastLength: null } : known
  const followed = await followNew(handle, old.position, keys.lines)
  return { old, handle, found: followed && { ...followed, origin: 'rotated' } }
}

/** Closes the file where the work with it fails. */
export async function orClosed<T>(handle: LogFile['handle'], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * A rotation leaves no file, or an empty one. Lines that a command has written there since follow the last line.
 * @throws OperatorError where the path no longer leads to a file, or the system's error.
 */
export async function openSuccessor(path: string, known: LogFile, keys: AuditKeys): Promise<Successor> {
  const handle = await openToAppend(path)
  return orClosed(handle, () => succeed(path, handle, known, keys))
}

/** Takes a file that does not continue the log. @throws OperatorError where it is not an audit log. */
export const takeReplacement = (path: string, { handle, old }: Successor): Promise<FoundFile> =>
  orClosed(handle, async () => {
    // A file that is not an audit log must not be written to.
    await readEnd(path, handle)
    return { ...(await takeAsItIs(handle, old.position)), origin: 'replaced' }
  })
