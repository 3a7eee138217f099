/**
 * A file beside the log that records where the log ended after the last write. It shows the next writer, host or
 * command, which file was written to, and where to continue after a rotation. It is used under the log's lock.
 */
import { constants, type Stats } from 'node:fs'
import { open, stat, unlink, type FileHandle } from 'node:fs/promises'
import { join, parse } from 'node:path'
import type { Position } from './event.ts'
import { isMacOf, macOf } from './keys.ts'
import type { LogFile } from './log-file.ts'

export interface RecordedEnd extends Position {
  /** Bytes of the log's file. */
  readonly size: number
  /** Device and inode number: another file in its place has another. */
  readonly inode: string
  /** The host's name; absent for a host without one. */
  readonly host?: string | undefined
}

/** Fixed, so that each write replaces the whole record: a killed process leaves the old or the new one. */
const RECORD_BYTES = 512

const sealed = ({ n, hash, size, inode, host }: RecordedEnd): string =>
  JSON.stringify(['end', n, hash, size, inode, ...(host === undefined ? [] : [host])])

export const inodeOf = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string => `${dev}:${ino}`

export const recordFile = (log: string): string => join(parse(log).dir, `${parse(log).name}.end`)

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants
/** Others may put a link or a pipe in the folder: opening must neither follow nor wait. */
const CAREFULLY = O_NOFOLLOW | O_NONBLOCK

function readText(text: string, key: Buffer): RecordedEnd | 'foreign' | null {
  const read = JSON.parse(text) as Partial<RecordedEnd & { mac: string }> | null
  const { n, hash, size, inode, host, mac } = read ?? {}
  const isRecord = typeof n === 'number' && typeof size === 'number' && typeof mac === 'string'
  if (!isRecord || typeof hash !== 'string' || typeof inode !== 'string') return null
  const end = { n, hash, size, inode, ...(host === undefined ? {} : { host }) }
  return isMacOf(key, sealed(end), mac) ? end : 'foreign'
}

/** @returns null where no record can be read, `foreign` for one of another key. */
export async function readRecord(log: string, key: Buffer): Promise<RecordedEnd | 'foreign' | null> {
  try {
    const handle = await open(recordFile(log), O_RDONLY | CAREFULLY)
    try {
      if (!(await handle.stat()).isFile()) return null
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(RECORD_BYTES), 0, RECORD_BYTES, 0)
      return readText(buffer.subarray(0, bytesRead).toString(), key)
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}

/**
 * Whether the log is still the file that was written last, as far as that can be known.
 * @throws the system's error, also for a missing log.
 */
export async function isRecorded(log: string, record: RecordedEnd | null): Promise<boolean> {
  const stats = await stat(log)
  if (!stats.isFile()) return true
  return record ? inodeOf(stats) === record.inode && stats.size >= record.size : stats.size > 0
}

/** Opens the record, which is a regular file with one name. Removes anything else in its place. */
async function openRecord(path: string): Promise<FileHandle> {
  const handle = await open(path, O_RDWR | O_CREAT | CAREFULLY, 0o600).catch(() => null)
  if (handle) {
    const stats = await handle.stat()
    if (stats.isFile() && stats.nlink === 1) return handle
    await handle.close()
  }
  await unlink(path)
  return open(path, O_RDWR | O_CREAT | O_EXCL | CAREFULLY, 0o600)
}

/** A failure here stops no line: only the next start and the next command know less. */
export async function writeRecord(log: string, key: Buffer, written: LogFile, host: string | null) {
  const { handle, position, size } = written
  try {
    const stats = await handle.stat()
    // A device is not replaced, so it needs no record.
    if (!stats.isFile()) return
    const named = host === null ? {} : { host }
    const end = { n: position.n, hash: position.hash, size, inode: inodeOf(stats), ...named }
    const text = JSON.stringify({ ...end, mac: macOf(key, sealed(end)) })
    const file = await openRecord(recordFile(log))
    try {
      await file.write(`${text.padEnd(RECORD_BYTES - 1)}\n`, 0)
    } finally {
      await file.close()
    }
  } catch {
    // As above.
  }
}
