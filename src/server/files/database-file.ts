/**
 * Whether a database's file can still be read. An open database goes on answering from memory after its file was
 * removed, replaced or cut, so its path and its bytes are looked at, without the driver and without blocking.
 */
import { closeSync, fstat, fstatSync, openSync, read, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Of SQLite's file format: https://www.sqlite.org/fileformat2.html, sections 1.3 and 4.1. */
const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'
const PAGE_SIZE_AT = 16
const PAGE_COUNT_AT = 28
const FRAME_HEADER_BYTES = 24

export interface DatabaseFile {
  /** Whether the path still leads to the file that was opened, and that file begins and is as long as a database. */
  isReadable(): Promise<boolean>
  /** To be called once the database is closed; more than once does no harm. */
  close(): void
}

const readAt = promisify(read)
const statOf = promisify(fstat)

const isSame = (one: Stats, other: Stats): boolean => one.dev === other.dev && one.ino === other.ino

/** Bytes per page, or 0 where the header is not a database's. */
function pageSizeOf(header: Buffer): number {
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return 0
  const told = header.readUInt16BE(PAGE_SIZE_AT)
  const size = told === 1 ? 65_536 : told
  return size >= 512 && (size & (size - 1)) === 0 ? size : 0
}

/** How many pages the write-ahead log may hold. */
async function framesOf(file: string, pageSize: number): Promise<number> {
  const log = await stat(`${file}-wal`).catch(() => null)
  return log ? Math.ceil(log.size / (pageSize + FRAME_HEADER_BYTES)) : 0
}

/**
 * To be called while the database is open, or just after. The file stays open until `close`: a process that closes a
 * file loses every lock that it has on it (POSIX), also those of SQLite.
 * @throws the file system's error where there is none.
 */
export function watchDatabaseFile(file: string): DatabaseFile {
  const opened = openSync(file, 'r')
  const first = fstatSync(opened)
  let isOpen = true

  async function look(): Promise<boolean> {
    const header = Buffer.alloc(HEADER_BYTES)
    const { bytesRead } = await readAt(opened, header, 0, HEADER_BYTES, 0)
    const pageSize = bytesRead === HEADER_BYTES ? pageSizeOf(header) : 0
    if (pageSize === 0) return false
    // A checkpoint writes the new header first and the pages after it: they are in the log until it is done.
    const before = await framesOf(file, pageSize)
    const { size } = await statOf(opened)
    const frames = Math.max(before, await framesOf(file, pageSize))
    const missing = header.readUInt32BE(PAGE_COUNT_AT) - Math.floor(size / pageSize)
    return isSame(await stat(file), first) && size >= pageSize && missing <= frames
  }

  return {
    isReadable: async () => isOpen && look().catch(() => false),
    close() {
      // Once: the number may be another file's by then.
      if (isOpen) closeSync(opened)
      isOpen = false
    },
  }
}
