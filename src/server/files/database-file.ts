/**
 * Checks whether a database's file can still be read. An open database answers from memory after its file was removed,
 * replaced or cut, so this checks path and bytes without the driver and without blocking.
 */
import { closeSync, fstat, fstatSync, openSync, read, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

/** From SQLite's file format: https://www.sqlite.org/fileformat2.html, sections 1.3 and 4.1. */
const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'
const PAGE_SIZE_AT = 16
const PAGE_COUNT_AT = 28
const FRAME_HEADER_BYTES = 24

export interface DatabaseFile {
  /** Whether the path still leads to the opened file, and the file has the header and the length of a database. */
  isReadable(): Promise<boolean>
  /** Must be called after the database is closed; further calls do no harm. */
  close(): void
}

const readAt = promisify(read)
const statOf = promisify(fstat)

const isSame = (one: Stats, other: Stats): boolean => one.dev === other.dev && one.ino === other.ino

/** Bytes per page, or 0 if the header is not a database's. */
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
 * Call this while the database is open, or just after. The file stays open until `close`: closing it loses all locks of
 * the process on it (POSIX), including SQLite's.
 * @throws the file system's error if the file cannot be opened.
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
    // A checkpoint writes the new header before the pages, which stay in the log until it is done.
    const before = await framesOf(file, pageSize)
    const { size } = await statOf(opened)
    const frames = Math.max(before, await framesOf(file, pageSize))
    const missing = header.readUInt32BE(PAGE_COUNT_AT) - Math.floor(size / pageSize)
    return isSame(await stat(file), first) && size >= pageSize && missing <= frames
  }

  return {
    isReadable: async () => isOpen && look().catch(() => false),
    close() {
      // Closed only once, because another file may get the same descriptor later.
      if (isOpen) closeSync(opened)
      isOpen = false
    },
  }
}
