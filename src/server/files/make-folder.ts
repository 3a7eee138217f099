import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes the folder and those above it, for their owner only. Step by step, because Node's own `recursive` never returns
 * where a file system lets nobody make folders and calls that ENOENT, as `/proc` does.
 * @throws the file system's error.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(resolve(path)))
  mkdirSync(path, { mode: 0o700 })
}
