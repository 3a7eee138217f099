/** Explains errors of the store's files, and what an operator can do about them. */
import { OperatorError } from '../../platform/operator-error.ts'
import { codeOf } from '../../platform/code-of.ts'

/** The message for an unusable DATA_DIR. */
export const unusable = (path: string, why: string): string =>
  `DATA_DIR cannot be used: ${path} ${why}. Give this user the right to read and write it, or set DATA_DIR to another folder.`

/** By the beginning of the driver's or the file system's error code. */
const explanations: readonly (readonly [code: string, explain: (path: string) => string])[] = [
  [
    'SQLITE_NOTADB',
    (path) =>
      `${path} is not a database. Move it away (then a new one is made), or restore it from a backup.`,
  ],
  [
    'SQLITE_CORRUPT',
    (path) => `${path} is damaged. Restore it from a backup, or move it away to start with an empty one.`,
  ],
  [
    'SQLITE_BUSY',
    (path) =>
      `${path} is locked: another import, user command or program is writing to it. Wait for it to end, then try again.`,
  ],
  [
    'SQLITE_FULL',
    (path) => `The disk of ${path} is full. Free some space and try again; nothing was changed.`,
  ],
  ['ENOSPC', (path) => `The disk of ${path} is full. Free some space and try again; nothing was changed.`],
  ['SQLITE_READONLY', (path) => unusable(path, 'is read-only')],
  ['SQLITE_CANTOPEN', (path) => unusable(path, 'cannot be opened')],
  [
    'SQLITE_IOERR',
    (path) => `${path} could not be read or written. Check the disk, and that it is not full.`,
  ],
  ['EACCES', (path) => unusable(path, 'may not be read or written')],
  ['EPERM', (path) => unusable(path, 'may not be read or written')],
  ['EROFS', (path) => unusable(path, 'is on a read-only file system')],
  ['ENOTDIR', (path) => unusable(path, 'is not a folder, or lies under a file')],
  ['EEXIST', (path) => unusable(path, 'is not a folder')],
]

/** The error as an OperatorError if its cause is known, else the error itself. */
export function explain(error: unknown, path: string): unknown {
  if (error instanceof OperatorError) return error
  const code = codeOf(error)
  const known = explanations.find(([prefix]) => code.startsWith(prefix))
  return known ? new OperatorError(known[1](path), { cause: error }) : error
}
