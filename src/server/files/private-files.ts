/** The host's files hold personal data, so only its own user may access them, whatever the umask. */
import { chmodSync, lstatSync, readdirSync, realpathSync, type Stats } from 'node:fs'
import { join, relative } from 'node:path'

/** The permission bits of everybody but the owner. */
const OTHERS = 0o077
/** Set on a folder where everyone may keep files of their own, such as `/tmp`. */
const STICKY = 0o1000

/** Gives new files the mode 0600 and new folders 0700. Each program that writes must call this first. */
export function keepFilesPrivate(): void {
  process.umask(OTHERS)
}

/** The number of files, and the name of one in the folder. */
export interface CountedFiles {
  readonly count: number
  readonly example: string
}

export interface Narrowed {
  /** Files that others could access and no longer can, or null. */
  readonly closed: CountedFiles | null
  /** Files that others can still access, because they are not the host's or a change failed; or null. */
  readonly left: CountedFiles | null
}

const add = (counted: CountedFiles | null, example: string): CountedFiles =>
  counted ? { ...counted, count: counted.count + 1 } : { count: 1, example }

/** @returns null if the file is gone by now. */
function look(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null
}

/** Whether the file is this user's alone. Even root must leave other users' files alone. */
const isOurs = ({ uid, mode }: Stats): boolean => uid === process.getuid?.() && (mode & STICKY) === 0

/**
 * Removes everybody else's rights to the folder and its contents. Symbolic links in it are not followed, because they
 * may lead to files that others need. No file is opened: closing it would release this process's locks on it.
 */
export function narrowFiles(folder: string): Narrowed {
  const root = realpathSync(folder)
  let [closed, left]: [CountedFiles | null, CountedFiles | null] = [null, null]
  // Without user ids, as on Windows, there are no such rights.
  const waiting = process.getuid ? [root] : []
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const stats = look(path)
    if (!stats || stats.isSymbolicLink()) continue
    const name = relative(root, path) || '.'
    try {
      if ((stats.mode & OTHERS) !== 0) {
        if (!isOurs(stats)) {
          left = add(left, name)
          continue
        }
        chmodSync(path, stats.mode & 0o7700)
        closed = add(closed, name)
      }
      if (!stats.isDirectory()) continue
      for (const entry of readdirSync(path)) waiting.push(join(path, entry))
    } catch {
      left = add(left, name)
    }
  }
  return { closed, left }
}
