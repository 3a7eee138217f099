/** The global set-up of Vitest: one folder for all that a run of the tests makes once. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** See `once.ts`. */
    readonly runFolder: string
  }
}

/** Makes the folder within the project, so that programs compiled into it find their packages. */
export function setup(project: TestProject): () => void {
  const dist = resolve(import.meta.dirname, '../../dist')
  mkdirSync(dist, { recursive: true })
  const folder = mkdtempSync(join(dist, 'test-'))
  project.provide('runFolder', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
