/** The global set-up of Vitest: where a run of the tests puts its files. */
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

/** Linux keeps these files in memory. */
const IN_MEMORY = '/dev/shm'
/** Bytes that a run may need at once. Containers often give less to files in memory. */
const NEEDED_BYTES = 1e9

/** Hundreds of databases are made and synced: on a disk, tests wait most of the time for that. */
function temporaryPlace(): string {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize >= NEEDED_BYTES ? IN_MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** Makes the folder that `tmpdir` gives in tests, and the one of `once.ts`. @returns what removes both. */
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
