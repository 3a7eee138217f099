/** The removal of the folders that the bench leaves. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporaryFolder, type TestStore } from '../testing/store.ts'
import { keptStore, removeKept } from './kept-store.ts'

let folder: TestStore
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

it('removes the kept store and what interrupted runs left, and nothing else', () => {
  const parent = folder.dataDir
  const store = keptStore(parent, 1000)
  for (const left of [store, `${store}.unfinished`, join(parent, 'recordings-bench-relay-Xy12')]) {
    mkdirSync(left)
    writeFileSync(join(left, 'recordings.db'), 'x')
  }
  mkdirSync(join(parent, 'recordings'))
  expect(removeKept(parent)).toHaveLength(3)
  expect(existsSync(store)).toBe(false)
  expect(readdirSync(parent)).toEqual(['recordings'])
  expect(removeKept(parent)).toEqual([])
})
