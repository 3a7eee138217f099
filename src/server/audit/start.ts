/** Holds the log that is found at a start against what was kept of it: in another place, and beside it. */
import { open, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { recordFile, type RecordedEnd } from './end-record.ts'
import { GENESIS, type Position } from './event.ts'
import type { Head } from './head.ts'
import type { AuditKeys } from './keys.ts'
import { lockFile } from './lock.ts'
import { endSeal, findHash, readBefore, readEnd, type Change, type LogFile } from './log-file.ts'

/** What was done to the file: while the host ran, or before it started. */
export type Finding = Change | 'replaced' | 'missing' | 'foreign_key'

export interface Kept {
  /** The newest head that was kept elsewhere. */
  readonly head: Head | null
  readonly recorded: RecordedEnd | null
}

export interface Start {
  readonly finding: Finding | null
  /** From where the chain goes on. */
  readonly position: Position
  /** Where a file ended that has been rotated away since the last head, or null. */
  readonly rotatedAt: Position | null
}

/** Far more than are looked through in a moment. */
const MAX_SIBLINGS = 50

const isSame = (one: Position, other: Position): boolean => one.n === other.n && one.hash === other.hash

/** Whether the file has that line, or begins after it. */
async function reachesBackTo(file: LogFile, position: Position): Promise<boolean> {
  const hash = await findHash(file, position.n)
  if (hash !== null) return hash === position.hash
  return ((await readBefore(file))?.n ?? 0) > position.n
}

/** Files that were rotated away keep the log's name and get something added. */
async function siblingsOf(path: string): Promise<string[]> {
  const name = basename(path)
  // Closing the lock's file by plain means would give up the lock.
  const others = new Set([name, ...[lockFile, recordFile].map((fileOf) => basename(fileOf(path)))])
  const entries = await readdir(dirname(path), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.startsWith(name) && !others.has(entry.name))
    .slice(0, MAX_SIBLINGS)
    .map((entry) => join(dirname(path), entry.name))
}

/** @returns where the first one ends that the host's key has sealed and `isIt` takes, or null. */
async function findRotated(
  path: string,
  keys: AuditKeys,
  isIt: (file: LogFile) => boolean | Promise<boolean>,
): Promise<Position | null> {
  for (const sibling of await siblingsOf(path)) {
    const handle = await open(sibling, 'r').catch(() => null)
    if (!handle) continue
    try {
      const file = await readEnd(sibling, handle)
      if ((await endSeal(file, keys.lines)) === 'right' && (await isIt(file))) return file.position
    } catch {
      // It is no log of ours.
    } finally {
      await handle.close()
    }
  }
  return null
}

async function judgeEmpty(path: string, { head, recorded }: Kept, keys: AuditKeys): Promise<Start> {
  const last = (recorded?.n ?? 0) > (head?.n ?? 0) ? recorded : head
  if (!last || last.n === 0) return { finding: null, position: GENESIS, rotatedAt: null }
  // The host had taken it over from a rotation when it was empty.
  const isNew = recorded?.size === 0 && isSame(recorded, last)
  if (isNew) return { finding: null, position: { n: last.n, hash: last.hash }, rotatedAt: null }
  const rotatedAt = await findRotated(
    path,
    keys,
    async (file) => file.position.n >= last.n && (await reachesBackTo(file, last)),
  )
  if (rotatedAt) return { finding: null, position: rotatedAt, rotatedAt }
  return { finding: 'missing', position: last, rotatedAt: null }
}

/** Of a file that does not hold the head. What the host's key has sealed is never numbered anew. */
async function judgeOther(path: string, file: LogFile, head: Head, keys: AuditKeys): Promise<Start> {
  const isOurs = (await endSeal(file, keys.lines)) === 'right' && file.position.n >= head.n
  const before = await readBefore(file)
  if (isOurs && before && before.n > head.n) {
    const rotatedAt = await findRotated(path, keys, ({ position }) => isSame(position, before))
    return { finding: rotatedAt ? null : 'missing', position: file.position, rotatedAt }
  }
  return {
    finding: file.position.n < head.n ? 'shortened' : 'end_changed',
    position: isOurs ? file.position : head,
    rotatedAt: null,
  }
}

/**
 * @param path of the log.
 * @param file as it is found.
 * @throws the system's error.
 */
export async function judgeStart(path: string, file: LogFile, kept: Kept, keys: AuditKeys): Promise<Start> {
  if (file.size === 0) return judgeEmpty(path, kept, keys)
  const { head } = kept
  if (head && head.n > 0 && (await findHash(file, head.n)) !== head.hash) {
    return judgeOther(path, file, head, keys)
  }
  const isForeign = (await endSeal(file, keys.lines)) === 'wrong'
  return { finding: isForeign ? 'foreign_key' : null, position: file.position, rotatedAt: null }
}
