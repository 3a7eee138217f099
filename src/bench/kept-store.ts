/** Where the bench keeps its store from one run to the next: it takes minutes to build. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Raise it when the store that is built changes. */
const EDITION = 2
const BEGINNING = 'recordings-bench-'

/** @param parent the system's folder for temporary files. */
export const keptStore = (parent: string, rows: number): string =>
  join(parent, `${BEGINNING}${EDITION}-${rows}`)

/** Removes what benches left, of any edition and of runs that were cut off. @returns the folders removed. */
export function removeKept(parent: string): string[] {
  const left = readdirSync(parent).filter((name) => name.startsWith(BEGINNING))
  const folders = left.map((name) => join(parent, name))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  return folders
}
