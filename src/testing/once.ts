/** Makes costly things once per run of the tests, when the first test file asks for them. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { takeLock, type Lock } from '../server/files/lock.ts'

/** Waits for the lock. Another test file holds it while it makes something, and loses it if its process ends. */
function lockOf(file: string): Lock {
  for (;;) {
    const lock = takeLock(file)
    if (lock) return lock
  }
}

/**
 * Makes a folder, or finds it if another test file of this run has made it.
 * Tests share it, so they must copy it before they change it. Call this in a `beforeAll`, one call after another.
 * @param make fills the empty folder.
 * @returns the folder's path.
 */
export async function oncePerRun(name: string, make: (folder: string) => unknown): Promise<string> {
  const folder = join(inject('runFolder'), name)
  const lock = lockOf(`${folder}.lock`)
  try {
    if (existsSync(folder)) return folder
    const unfinished = `${folder}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished)
    await make(unfinished)
    renameSync(unfinished, folder)
    return folder
  } finally {
    lock.release()
  }
}
