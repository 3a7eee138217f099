/**
 * Where the log's end was after the last write, in a file beside it: whoever writes next, host or command, knows by it
 * which file the last one wrote to, and goes on from there after a rotation. Read and written under the log's lock.
 */
import { constants, type Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
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

/** @returns null where there is none that can be read, `foreign` for one of another key. */
export async function readRecord(log: string, key: Buffer): Promise<RecordedEnd | 'foreign' | null> {
  try {
    const handle = await open(recordFile(log), 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(RECORD_BYTES), 0, RECORD_BYTES, 0)
      const read = JSON.parse(buffer.subarray(0, bytesRead).toString()) as RecordedEnd & { mac: string }
      const { n, hash, size, inode } = read
      return isMacOf(key, sealed(read), read.mac) ? { n, hash, size, inode } : 'foreign'
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}

/** Whether the log is still the file that was written last. @throws the system's error, also where there is none. */
export async function isRecorded(log: string, { inode, size }: RecordedEnd): Promise<boolean> {
  const stats = await stat(log)
  return inodeOf(stats) === inode && stats.size >= size
}

/** One that cannot be written stops no line: the next start and the next command only know less. */
export async function writeRecord(log: string, key: Buffer, { handle, position, size }: LogFile) {
  try {
    const stats = await handle.stat()
    // A device is never another one than it was.
    if (!stats.isFile()) return
    const end = { ...position, size, inode: inodeOf(stats) }
    const text = JSON.stringify({ ...end, mac: macOf(key, sealed(end)) })
    const file = await open(recordFile(log), constants.O_RDWR | constants.O_CREAT, 0o600)
    try {
      await file.write(`${text.padEnd(RECORD_BYTES - 1)}\n`, 0)
    } finally {
      await file.close()
    }
  } catch {
    // As above.
  }
}
