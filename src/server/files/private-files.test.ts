/** Closes the host's folder to other users. */
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { narrowFiles } from './private-files.ts'

let outside: string
let folder: string
beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'private-'))
  folder = join(outside, 'data')
  mkdirSync(join(folder, 'media', 'ab'), { recursive: true })
})
afterEach(() => rmSync(outside, { recursive: true }))

const put = (name: string, mode: number): void => {
  writeFileSync(join(folder, name), 'x')
  chmodSync(join(folder, name), mode)
}
const modeOf = (path: string): string => (lstatSync(path).mode & 0o7777).toString(8)

describe('a file that others could access', () => {
  it('is closed to them, at any depth, and counted with one name', () => {
    for (const path of [folder, join(folder, 'media'), join(folder, 'media', 'ab')]) chmodSync(path, 0o755)
    put('recordings.db', 0o644)
    put('host.key', 0o600)
    put('media/ab/x.mp3', 0o664)
    expect(narrowFiles(folder)).toEqual({ closed: { count: 5, example: '.' }, left: null })
    for (const path of ['.', 'media', 'media/ab']) expect(modeOf(join(folder, path))).toBe('700')
    for (const path of ['recordings.db', 'host.key', 'media/ab/x.mp3'])
      expect(modeOf(join(folder, path))).toBe('600')
    expect(narrowFiles(folder)).toEqual({ closed: null, left: null })
  })

  it('is left alone behind a symbolic link', () => {
    chmodSync(folder, 0o700)
    const theirs = join(outside, 'theirs')
    mkdirSync(theirs)
    writeFileSync(join(theirs, 'file'), 'x')
    chmodSync(join(theirs, 'file'), 0o644)
    chmodSync(theirs, 0o755)
    symlinkSync(theirs, join(folder, 'folder'))
    symlinkSync(join(theirs, 'file'), join(folder, 'file'))
    symlinkSync('nowhere', join(folder, 'dangling'))
    narrowFiles(folder)
    expect([modeOf(theirs), modeOf(join(theirs, 'file'))]).toEqual(['755', '644'])
  })

  it('is found if DATA_DIR itself is a symbolic link', () => {
    put('recordings.db', 0o644)
    const link = join(outside, 'link')
    symlinkSync(folder, link)
    narrowFiles(link)
    expect(modeOf(join(folder, 'recordings.db'))).toBe('600')
  })

  it('is left, and counted, where everyone may keep files', () => {
    put('recordings.db', 0o644)
    chmodSync(folder, 0o1777)
    expect(narrowFiles(folder)).toEqual({ closed: null, left: { count: 1, example: '.' } })
    expect([modeOf(folder), modeOf(join(folder, 'recordings.db'))]).toEqual(['1777', '644'])
  })
})
