/** Checks the log at a start against the head that was kept elsewhere and the record beside it. */
import { constants } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { recordFile, type RecordedEnd } from './end-record.ts'
import { GENESIS, type Position } from './event.ts'
import type { Head } from './head.ts'
import type { AuditKeys } from './keys.ts'
import { lockFile } from './lock.ts'
import { endSeal, findHash, readBefore, readEnd, type FileChange, type LogFile } from './log-file.ts'

/** A foreign change to the file, while the host ran or before its start. */
export type Finding = FileChange | 'replaced' | 'missing' | 'foreign_key'

export interface KeptEnd {
  /** The newest head that was kept elsewhere. */
  readonly head: Head | null
  readonly recorded: RecordedEnd | null
}

export interface StartOfChain {
  readonly finding: Finding | null
  /** Where the chain continues. */
  readonly position: Position
  /** The end of a file that was rotated away since the last head, or null. */
  readonly rotatedAt: Position | null
}

/** Limits the time that a start spends on a full folder. */
const MAX_SIBLINGS = 50

const isSame = (one: Position, other: Position): boolean => one.n === other.n && one.hash === other.hash

/** Whether the file has that line, or begins right after it. */
async function holds(file: LogFile, { n, hash }: Position): Promise<boolean> {
  return n === 0 ? ((await readBefore(file))?.n ?? 0) === 0 : (await findHash(file, n)) === hash
}

/** Whether the file has that line, or begins after it. */
async function reachesBackTo(file: LogFile, position: Position): Promise<boolean> {
  const hash = await findHash(file, position.n)
  if (hash !== null) return hash === position.hash
  return ((await readBefore(file))?.n ?? 0) > position.n
}

/** Rotated files, newest first: they have the log's name with something added. */
async function siblingsOf(path: string): Promise<string[]> {
  const name = basename(path)
  // Opening and closing the lock file here would release the lock.
  const others = new Set([name, ...[lockFile, recordFile].map((fileOf) => basename(fileOf(path)))])
  const entries = await readdir(dirname(path), { withFileTypes: true })
  const found = entries.filter(
    (entry) => entry.isFile() && entry.name.startsWith(name) && !others.has(entry.name),
  )
  const dated = found.map(async (entry) => {
    const file = join(dirname(path), entry.name)
    return { file, changedMs: (await stat(file).catch(() => null))?.mtimeMs ?? 0 }
  })
  const all = (await Promise.all(dated)).toSorted((one, other) => other.changedMs - one.changedMs)
  return all.slice(0, MAX_SIBLINGS).map(({ file }) => file)
}

/** @returns the end of the longest rotated file that the host's key sealed and `isIt` accepts, or null. */
async function findRotated(
  path: string,
  keys: AuditKeys,
  isIt: (file: LogFile) => boolean | Promise<boolean>,
): Promise<Position | null> {
  let longest: Position | null = null
  for (const sibling of await siblingsOf(path)) {
    const handle = await open(sibling, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null)
    if (!handle) continue
    try {
      const file = await readEnd(sibling, handle)
      const isOurs = (await endSeal(file, keys.lines)) === 'right' && (await isIt(file))
      // A copy made before the rotation ends earlier.
      if (isOurs && file.position.n > (longest?.n ?? 0)) longest = file.position
    } catch {
      // Not a log of ours.
    } finally {
      await handle.close()
    }
  }
  return longest
}

async function judgeEmpty(path: string, { head, recorded }: KeptEnd, keys: AuditKeys): Promise<StartOfChain> {
  const newest = (recorded?.n ?? 0) > (head?.n ?? 0) ? recorded : head
  if (!newest || newest.n === 0) return { finding: null, position: GENESIS, rotatedAt: null }
  const last = { n: newest.n, hash: newest.hash }
  // The host took it over, empty, after a rotation, and the head of the rotation may not have been kept.
  const isNew = recorded?.size === 0 && isSame(recorded, last)
  if (isNew) return { finding: null, position: last, rotatedAt: last }
  const rotatedAt = await findRotated(
    path,
    keys,
    async (file) => file.position.n >= last.n && (await reachesBackTo(file, last)),
  )
  if (rotatedAt) return { finding: null, position: rotatedAt, rotatedAt }
  return { finding: 'missing', position: last, rotatedAt: null }
}

/** Judges a file without the line that was kept. Lines under the host's key keep their numbers. */
async function judgeOther(
  path: string,
  file: LogFile,
  kept: Position,
  keys: AuditKeys,
): Promise<StartOfChain> {
  const isOurs = (await endSeal(file, keys.lines)) === 'right' && file.position.n >= kept.n
  const before = await readBefore(file)
  if (isOurs && before && before.n > kept.n) {
    const rotatedAt = await findRotated(path, keys, ({ position }) => isSame(position, before))
    return { finding: rotatedAt ? null : 'missing', position: file.position, rotatedAt }
  }
  return {
    finding: file.position.n < kept.n ? 'shortened' : 'end_changed',
    position: isOurs ? file.position : { n: kept.n, hash: kept.hash },
    rotatedAt: null,
  }
}

/**
 * @param path of the log.
 * @param file as it is found.
 * @throws the system's error.
 */
export async function judgeStart(
  path: string,
  file: LogFile,
  kept: KeptEnd,
  keys: AuditKeys,
): Promise<StartOfChain> {
  if (file.size === 0) return judgeEmpty(path, kept, keys)
  // A power cut may leave the record newer than the log, so it counts only without a head.
  const last = kept.head ?? kept.recorded
  if (last && !(await holds(file, last))) return judgeOther(path, file, last, keys)
  const isForeign = (await endSeal(file, keys.lines)) === 'wrong'
  return { finding: isForeign ? 'foreign_key' : null, position: file.position, rotatedAt: null }
}
