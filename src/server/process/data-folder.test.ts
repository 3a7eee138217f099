/** One host per folder, tested in one process; `main.test.ts` uses several. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isFolderHeld, openDataFolder } from './data-folder.ts'
import { temporaryFolder, type TestStore } from '../../testing/store.ts'
import { limitFiles } from '../../testing/host.ts'
import { OperatorError } from '../platform/operator-error.ts'

let folder: TestStore
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const pidFile = (): string => join(folder.dataDir, 'host.pid')

describe('the host’s folder', () => {
  it('is held until it is released, and names its process meanwhile', () => {
    const held = openDataFolder(folder.dataDir)
    expect(readFileSync(pidFile(), 'utf8')).toBe(`${process.pid}\n`)
    expect(() => openDataFolder(folder.dataDir)).toThrow(OperatorError)
    expect(() => openDataFolder(folder.dataDir)).toThrow(`Another host (process ${process.pid}) runs in`)
    writeFileSync(pidFile(), 'nobody')
    expect(() => openDataFolder(folder.dataDir)).toThrow('its process id is unknown')
    held.release()
    expect(existsSync(pidFile())).toBe(false)
    openDataFolder(folder.dataDir).release()
  })

  it('shows a command whether a host holds it, and keeps no host from it', () => {
    expect(isFolderHeld(folder.dataDir)).toBe(false)
    const held = openDataFolder(folder.dataDir)
    expect(isFolderHeld(folder.dataDir)).toBe(true)
    expect(() => openDataFolder(folder.dataDir)).toThrow(OperatorError)
    held.release()
    expect(isFolderHeld(folder.dataDir)).toBe(false)
    openDataFolder(folder.dataDir).release()
  })

  it('can be held on a disk that is full', () => {
    limitFiles(0)
    try {
      const held = openDataFolder(folder.dataDir)
      expect(() => openDataFolder(folder.dataDir)).toThrow(OperatorError)
      held.release()
    } finally {
      limitFiles('unlimited')
    }
  })

  it('says what to do where its lock is something else', () => {
    writeFileSync(join(folder.dataDir, 'host.lock'), 'nothing of ours '.repeat(100))
    expect(() => openDataFolder(folder.dataDir)).toThrow(/host\.lock is not a database\. Move it away/)
  })
})
