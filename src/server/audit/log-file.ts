/** The file behind the audit log: opens it to append, finds where its chain stands, and what others changed. */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { GENESIS, hashLine, hostOfLine, isTorn, readLine, type Position } from './event.ts'
import { sealOf, type Seal } from './keys.ts'
import { OperatorError } from '../platform/operator-error.ts'

/** Many times the longest line: the last lines are found without reading gigabytes. */
const TAIL_BYTES = 65_536
/** Far more than a minute of lines. */
const MAX_SEARCHED_BYTES = 64 * 1_048_576
/** An operator's commands write a few lines within a second, not megabytes. */
const MAX_ADDED_BYTES = 1_048_576
/** The number of commands that may have been killed in the middle of a line. */
const MAX_ADDED_TORN = 8
/** Unreadable lines in the searched part of a file; with more of them it is not a log. */
const MAX_UNREADABLE = 1000

const NEWLINE = 10
/** A pipe without a reader must fail, not keep the host waiting. */
const TO_APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

/** Where the host stands in its file. */
export interface LogEnd {
  readonly position: Position
  /** Whether the last line lacks its newline. */
  readonly isTorn: boolean
  /** Bytes, as the host left it. */
  readonly size: number
  /** Bytes of the last line without its newline; null where the chain does not stand at that line. */
  readonly lastLength: number | null
}

export interface LogFile extends LogEnd {
  readonly handle: FileHandle
}

/** A foreign change to the file: it was cut, its end was changed, or lines were added without the host's key. */
export type FileChange = 'shortened' | 'end_changed' | 'foreign_lines'

/** Lines without their newlines. Bytes after the last newline are a line too. */
function* eachLine(bytes: Buffer): Generator<Buffer, void> {
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    yield bytes.subarray(start, end)
    start = end + 1
  }
  if (start < bytes.length) yield bytes.subarray(start)
}

async function readBytes(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start)
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, start + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}

/** A torn line counts: the chain covers it as it is. */
function readPosition(lines: readonly Buffer[], isWhole: boolean): Position | null {
  const last = lines.at(-1)
  if (!last) return null
  const torn = lines.length - 1 - lines.findLastIndex((line) => readLine(line) !== null)
  const read = readLine(lines.at(-1 - torn) ?? '')
  if (!read && !(isWhole && lines.every(isTorn))) return null
  return { n: (read?.n ?? 0) + torn, hash: hashLine(last) }
}

/** Opens the file, or makes one that only the host's user can read. @throws the system's error. */
export const openToAppend = (path: string): Promise<FileHandle> => open(path, TO_APPEND, 0o600)

/** Finds out where the chain stands. @throws OperatorError where the file holds something else. */
export async function readEnd(path: string, handle: FileHandle): Promise<LogFile> {
  const { size } = await handle.stat()
  if (size === 0) return { handle, position: GENESIS, isTorn: false, size, lastLength: null }
  const tail = await readBytes(handle, Math.max(0, size - TAIL_BYTES), size)
  const isWhole = tail.length === size
  const lines = [...eachLine(tail)].slice(isWhole ? 0 : 1)
  const position = readPosition(lines, isWhole)
  if (!position) throw new OperatorError(`${path} is no audit log. Set AUDIT_LOG to another file.`)
  return {
    handle,
    position,
    isTorn: tail.at(-1) !== NEWLINE,
    size,
    lastLength: lines.at(-1)?.length ?? null,
  }
}

/** The seal of the last line; `none` too where the chain does not stand at that line. */
export async function endSeal(
  { handle, size, lastLength, isTorn: torn }: LogFile,
  key: Buffer,
): Promise<Seal> {
  if (lastLength === null) return 'none'
  const end = size - (torn ? 0 : 1)
  return sealOf(await readBytes(handle, end - lastLength, end), key)
}

/** @returns the host's name in the last line under the host's key, or null. */
export async function lastHost({ handle, size }: LogFile, key: Buffer): Promise<string | null> {
  const lines = [...eachLine(await readBytes(handle, Math.max(0, size - TAIL_BYTES), size))]
  const last = lines.findLast((line) => sealOf(line, key) === 'right')
  const read = readLine(last ?? '')
  return read && hostOfLine(read)
}

/** @returns the position that the first line follows, or null where that line cannot be read. */
export async function readBefore({ handle, size }: LogFile): Promise<Position | null> {
  const [first] = eachLine(await readBytes(handle, 0, Math.min(size, TAIL_BYTES)))
  const line = readLine(first ?? '')
  return line && { n: line.n - 1, hash: line.prev }
}

/** Finds the hash of the line with a number: from the line itself, or from the line after it. */
function hashIn(lines: Iterable<Buffer>, wanted: number): { hash: string | null; first: number } {
  let number: number | null = null
  let first = Number.POSITIVE_INFINITY
  let hash: string | null = null
  let unreadable = 0
  for (const line of lines) {
    const read = readLine(line)
    if (!read) unreadable += 1
    if (unreadable > MAX_UNREADABLE) return { hash: null, first: 0 }
    if (read) number = read.n
    else if (number !== null) number += 1
    if (number === null) continue
    first = Math.min(first, number)
    if (read && number === wanted + 1) hash ??= read.prev
    if (number === wanted) hash = hashLine(line)
  }
  return { hash, first }
}

/** @returns the hash of the line with that number, or null where the file's last lines do not hold it. */
export async function findHash({ handle, size }: LogFile, wanted: number): Promise<string | null> {
  const most = Math.min(size, MAX_SEARCHED_BYTES)
  for (let length = Math.min(TAIL_BYTES, most); ; length = Math.min(length * 8, most)) {
    const lines = eachLine(await readBytes(handle, size - length, size))
    // The first line is most likely cut in two.
    if (length < size) lines.next()
    const { hash, first } = hashIn(lines, wanted)
    if (length === most || first <= wanted) return hash
  }
}

/** @returns where the chain stands after these bytes, or null where they do not follow it under the host's key. */
export function followLines(end: LogEnd, added: Buffer, key: Buffer): LogEnd | null {
  // A writer ends a torn line before it adds the next.
  if (end.isTorn && added[0] !== NEWLINE) return null
  let { position, lastLength } = end
  let torn = 0
  for (const line of eachLine(added.subarray(end.isTorn ? 1 : 0))) {
    const read = readLine(line)
    if (!read) torn += 1
    if (read) {
      const isNext = read.n === position.n + 1 && read.prev === position.hash
      if (!isNext || sealOf(line, key) !== 'right') return null
    } else if (!isTorn(line) || torn > MAX_ADDED_TORN) return null
    position = { n: position.n + 1, hash: hashLine(line) }
    lastLength = line.length
  }
  return { position, lastLength, isTorn: added.at(-1) !== NEWLINE, size: end.size + added.length }
}

/** Whether the last line that the host left is still there. */
export async function endsAsLeft({ handle, size, lastLength, position, isTorn: torn }: LogFile) {
  if (lastLength === null) return true
  const bytes = await readBytes(handle, size - lastLength - (torn ? 0 : 1), size)
  const line = torn ? bytes : bytes.subarray(0, -1)
  return hashLine(line) === position.hash && (torn || bytes.at(-1) === NEWLINE)
}

/** @returns the file with the lines that were added since, or the foreign change. */
export async function followFile(known: LogFile, key: Buffer): Promise<LogFile | FileChange> {
  const { handle, size } = known
  const now = (await handle.stat()).size
  if (now < size) return 'shortened'
  if (!(await endsAsLeft(known))) return 'end_changed'
  if (now === size) return known
  if (now - size > MAX_ADDED_BYTES) return 'foreign_lines'
  const end = followLines(known, await readBytes(handle, size, now), key)
  return end ? { ...end, handle } : 'foreign_lines'
}

/** @returns a new file with the lines written there so far, or null where they do not follow the position. */
export async function followNew(
  handle: FileHandle,
  position: Position,
  key: Buffer,
): Promise<LogFile | null> {
  const start = { handle, position, isTorn: false, size: 0, lastLength: null }
  const followed = await followFile(start, key)
  return typeof followed === 'string' ? null : followed
}

/**
 * Takes the file whatever it holds: the chain goes on from `position`, and its break shows.
 * @param end in bytes, where it is not the file's own end.
 */
export async function takeAsItIs(handle: FileHandle, position: Position, end?: number): Promise<LogFile> {
  const size = end ?? (await handle.stat()).size
  const last = await readBytes(handle, Math.max(0, size - 1), size)
  return { handle, position, size, isTorn: size > 0 && last.at(-1) !== NEWLINE, lastLength: null }
}
