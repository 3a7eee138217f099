/** The folder in which the bench keeps its store between runs, because the store takes minutes to build. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Raise it when the built store changes. */
const EDITION = 2
const BEGINNING = 'recordings-bench-'

/** @param parent the system's folder for temporary files. */
export const keptStore = (parent: string, rows: number): string =>
  join(parent, `${BEGINNING}${EDITION}-${rows}`)

/** Removes the folders that benches left, of any edition and of interrupted runs. @returns the removed folders. */
export function removeKept(parent: string): string[] {
  const left = readdirSync(parent).filter((name) => name.startsWith(BEGINNING))
  const folders = left.map((name) => join(parent, name))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  return folders
}
