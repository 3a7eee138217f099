import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes the folder and its parents, for their owner only. It works step by step, because Node's `recursive` never
 * returns on a file system that allows no folders and reports ENOENT, as `/proc` does.
 * @throws the file system's error.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(resolve(path)))
  mkdirSync(path, { mode: 0o700 })
}
