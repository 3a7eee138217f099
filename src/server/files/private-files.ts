/** Recordings and phone numbers are personal data: what the host writes is for its own user, whatever the umask. */
import { chmodSync, lstatSync, readdirSync, realpathSync, type Stats } from 'node:fs'
import { join, relative } from 'node:path'

/** The bits that let anybody but the owner in. */
const OTHERS = 0o077
/** On a folder: everyone may keep files of their own there, as in `/tmp`. */
const STICKY = 0o1000

/** Files get the mode 0600 from now on, and folders 0700. To be called first by each program that writes. */
export function keepFilesPrivate(): void {
  process.umask(OTHERS)
}

/** How many there were, and one of them by its name in the folder. */
export interface CountedFiles {
  readonly count: number
  readonly example: string
}

export interface Narrowed {
  /** What others could get at and cannot any more, or null. */
  readonly closed: CountedFiles | null
  /** What others can still get at, because it belongs to somebody else, or null. */
  readonly left: CountedFiles | null
}

const add = (counted: CountedFiles | null, example: string): CountedFiles =>
  counted ? { ...counted, count: counted.count + 1 } : { count: 1, example }

/** @returns null for what has gone meanwhile. */
function look(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null
}

/** Whether it belongs to this user alone; root may change anybody's files, and has no business with them. */
const isOurs = ({ uid, mode }: Stats): boolean => uid === process.getuid?.() && (mode & STICKY) === 0

/**
 * Takes the rights of everybody else from the folder and all that is in it. Symbolic links are not followed: they may
 * lead to files that others need. No file is opened, because closing one would give up this process's locks on it.
 */
export function narrowFiles(folder: string): Narrowed {
  const root = realpathSync(folder)
  let [closed, left]: [CountedFiles | null, CountedFiles | null] = [null, null]
  // There are no such rights where there are no user ids, as on Windows.
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
