/** The file behind the audit log: opened to append, and where its chain stands. */
import { open, stat, type FileHandle } from 'node:fs/promises'
import { AuditError } from './audit-error.ts'
import { GENESIS, hashLine, isTorn, readLine, type Position } from './event.ts'

/** Many times the longest line: the last lines are found without reading a file of gigabytes. */
const TAIL_BYTES = 65_536

const NEWLINE = 10

export interface LogFile {
  readonly handle: FileHandle
  readonly position: Position
  /** Whether the last line lacks its newline. */
  readonly isTorn: boolean
  /** Bytes, as the host left it. */
  readonly size: number
}

/** Lines without their newlines; what follows the last newline is one too, unless it is empty. */
export function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  if (start < bytes.length) lines.push(bytes.subarray(start))
  return lines
}

async function readTail(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
  const start = size - bytes.length
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, start + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}

/** A torn line counts as one: the chain covers it as it is. */
function readPosition(tail: Buffer, isWhole: boolean): Position | null {
  const lines = splitLines(tail).slice(isWhole ? 0 : 1)
  const last = lines.at(-1)
  if (!last) return null
  const torn = lines.length - 1 - lines.findLastIndex((line) => readLine(line) !== null)
  const read = readLine(lines.at(-1 - torn) ?? '')
  if (!read && !(isWhole && lines.every(isTorn))) return null
  return { n: (read?.n ?? 0) + torn, hash: hashLine(last) }
}

/**
 * Opens the file, or makes it. A file that ends before `known` was cut, emptied or rotated: the chain goes on
 * from what is known, so that the next line shows it.
 * @throws AuditError where it holds something else, or the system's error.
 */
export async function openLogFile(path: string, known: Position): Promise<LogFile> {
  const handle = await open(path, 'a+', 0o600)
  try {
    const { size } = await handle.stat()
    const tail = await readTail(handle, size)
    const found = size === 0 ? GENESIS : readPosition(tail, size === tail.length)
    if (!found) throw new AuditError(`${path} is no audit log. Set AUDIT_LOG to another file.`)
    const position = found.n >= known.n ? found : known
    return { handle, position, isTorn: size > 0 && tail.at(-1) !== NEWLINE, size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Whether the path still leads to the file as the host left it: not rotated, removed, cut, or written by another. */
export async function isUnchanged(path: string, { handle, size }: LogFile): Promise<boolean> {
  const [there, ours] = await Promise.all([stat(path).catch(() => null), handle.stat()])
  return there !== null && there.dev === ours.dev && there.ino === ours.ino && there.size === size
}
