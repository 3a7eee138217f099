/**
 * Whether a database's file can still be read. An open database goes on answering from memory after its file was
 * removed, replaced or cut, so the path is opened again, without the driver and without blocking.
 */
import { statSync, type Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'

/** Of SQLite's file format: https://www.sqlite.org/fileformat2.html, sections 1.3 and 4.1. */
const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'
const PAGE_SIZE_AT = 16
const PAGE_COUNT_AT = 28
const FRAME_HEADER_BYTES = 24

export interface DatabaseFile {
  /** Whether the path still leads to the file that was opened, and that file begins and is as long as a database. */
  isReadable(): Promise<boolean>
}

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

/** To be called while the file is open, or just after. @throws the file system's error where there is none. */
export function watchDatabaseFile(file: string): DatabaseFile {
  const opened = statSync(file)

  async function look(): Promise<boolean> {
    const handle = await open(file, 'r')
    try {
      const header = Buffer.alloc(HEADER_BYTES)
      const { bytesRead } = await handle.read(header, 0, HEADER_BYTES, 0)
      const pageSize = bytesRead === HEADER_BYTES ? pageSizeOf(header) : 0
      if (pageSize === 0) return false
      // A checkpoint writes the new header first and the pages after it: they are in the log until it is done.
      const before = await framesOf(file, pageSize)
      const stats = await handle.stat()
      const frames = Math.max(before, await framesOf(file, pageSize))
      const missing = header.readUInt32BE(PAGE_COUNT_AT) - Math.floor(stats.size / pageSize)
      return isSame(stats, opened) && stats.size >= pageSize && missing <= frames
    } finally {
      await handle.close()
    }
  }

  return { isReadable: () => look().catch(() => false) }
}
