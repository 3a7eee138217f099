/**
 * A file beside the log that records where the log ended after the last write. From it the next writer, host or
 * command, knows which file was written to, and where to go on after a rotation. Read and written under the log's lock.
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
  /** Its device and number there: a file that took its place has another. */
  readonly inode: string
}

/** Fixed, so that one write replaces another whole: a killed process leaves the old one or the new one. */
const RECORD_BYTES = 512

const sealed = ({ n, hash, size, inode }: RecordedEnd): string =>
  JSON.stringify(['end', n, hash, size, inode])

export const inodeOf = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string => `${dev}:${ino}`

export const recordFile = (log: string): string => join(parse(log).dir, `${parse(log).name}.end`)

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants
/** Whoever may write the folder may put a link or a pipe there: neither is followed, nor waited for. */
const CAREFULLY = O_NOFOLLOW | O_NONBLOCK

function readText(text: string, key: Buffer): RecordedEnd | 'foreign' | null {
  const read = JSON.parse(text) as Partial<RecordedEnd & { mac: string }> | null
  const { n, hash, size, inode, mac } = read ?? {}
  const isRecord = typeof n === 'number' && typeof size === 'number' && typeof mac === 'string'
  if (!isRecord || typeof hash !== 'string' || typeof inode !== 'string') return null
  const end = { n, hash, size, inode }
  return isMacOf(key, sealed(end), mac) ? end : 'foreign'
}

/** @returns null where there is none that can be read, `foreign` for one of another key. */
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
 * @throws the system's error, also where there is none.
 */
export async function isRecorded(log: string, record: RecordedEnd | null): Promise<boolean> {
  const stats = await stat(log)
  if (!stats.isFile()) return true
  return record ? inodeOf(stats) === record.inode && stats.size >= record.size : stats.size > 0
}

/** Opens the record, which is a file of its own under one name. What else is there is no record, and is removed. */
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

/** One that cannot be written stops no line: the next start and the next command only know less. */
export async function writeRecord(log: string, key: Buffer, { handle, position, size }: LogFile) {
  try {
    const stats = await handle.stat()
    // A device is never another one than it was.
    if (!stats.isFile()) return
    const end = { n: position.n, hash: position.hash, size, inode: inodeOf(stats) }
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
