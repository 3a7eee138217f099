/** The global set-up of Vitest: it makes the folders for the files of a test run. */
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** See `once.ts`. */
    readonly runFolder: string
  }
}

/** Linux keeps the files of this folder in memory. */
const IN_MEMORY = '/dev/shm'
/** The bytes that a run may need at once. Containers often allow less for files in memory. */
const NEEDED_BYTES = 1e9

/** Tests make and sync hundreds of databases, and on a disk they mostly wait for that. */
function temporaryPlace(): string {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize >= NEEDED_BYTES ? IN_MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** Makes the folder that `tmpdir` returns in tests, and that of `once.ts`. @returns a function that removes both. */
export function setup(project: TestProject): () => void {
  const temporary = mkdtempSync(join(temporaryPlace(), 'tests-'))
  process.env.TMPDIR = temporary
  const dist = resolve(import.meta.dirname, '../../dist')
  mkdirSync(dist, { recursive: true })
  // Within the project, so that programs compiled into it find their packages.
  const folder = mkdtempSync(join(dist, 'test-'))
  project.provide('runFolder', folder)
  return () => {
    for (const path of [temporary, folder]) rmSync(path, { recursive: true, force: true })
  }
}
