/** The host's own secret: made once, kept, and never silently replaced. */
import {
  chmodSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOST_KEY_BYTES, parseHostKey } from '../config/host-keys.ts'
import { readHostKey } from './host-key.ts'
import { limitFiles } from '../../testing/host.ts'
import { OperatorError } from '../platform/operator-error.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'host-key-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (): string => join(folder, 'host.key')
/** Restores the key as an operator would. */
const putBack = (text: string): void => writeFileSync(file(), text, { mode: 0o600 })

describe('the host’s key', () => {
  it('is made where there is none, for nobody else to read, and is the same from then on', () => {
    const key = readHostKey(folder)
    expect(key).toHaveLength(HOST_KEY_BYTES)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(readHostKey(folder)).toEqual(key)
    expect(parseHostKey(readFileSync(file(), 'utf8'))).toEqual(key)
  })

  it('is not left behind in part by a disk that is full', () => {
    limitFiles(0)
    try {
      expect(() => readHostKey(folder)).toThrow(/host\.key cannot be written \(EFBIG\)/)
    } finally {
      limitFiles('unlimited')
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves no draft beside it', () => {
    readHostKey(folder)
    expect(readdirSync(folder)).toEqual(['host.key'])
  })

  it('is another one in another folder', () => {
    const other = join(folder, 'other')
    mkdirSync(other)
    expect(readHostKey(other)).not.toEqual(readHostKey(folder))
  })

  it('is read with spaces around it, and in base64 for addresses', () => {
    const key = Buffer.alloc(HOST_KEY_BYTES, 0xfb)
    for (const text of [`  ${key.toString('base64')}\r\n`, key.toString('base64url')]) {
      putBack(text)
      expect(readHostKey(folder)).toEqual(key)
    }
  })

  it.each([
    ['nothing', ''],
    ['a line end', '\n'],
    ['a key that is too short', Buffer.alloc(31).toString('base64')],
    ['a key that is too long', Buffer.alloc(33).toString('base64')],
    ['words', 'this is not a key at all, is it, 32 b'],
    ['half of it', Buffer.alloc(32).toString('base64').slice(0, 20)],
  ])('is not replaced over %s', (_name, text) => {
    putBack(text)
    expect(() => readHostKey(folder)).toThrow(OperatorError)
    expect(() => readHostKey(folder)).toThrow(/Restore it, or remove it/)
    expect(readFileSync(file(), 'utf8')).toBe(text)
  })

  it.each(['604', '644', '602'])('is refused where others can get at it, with the mode %s', (mode) => {
    readHostKey(folder)
    chmodSync(file(), Number.parseInt(mode, 8))
    expect(() => readHostKey(folder)).toThrow(OperatorError)
    expect(() => readHostKey(folder)).toThrow(
      /every user of this machine \(mode 06\d\d\)\. Give it the mode 0600/,
    )
    chmodSync(file(), 0o640)
    expect(readHostKey(folder)).toHaveLength(HOST_KEY_BYTES)
  })

  it('is refused where it is zeros only', () => {
    putBack(Buffer.alloc(HOST_KEY_BYTES).toString('base64'))
    expect(() => readHostKey(folder)).toThrow(/zeros only, which anybody can guess\. Remove it/)
  })

  it('says what to do where it can be neither read nor written', () => {
    mkdirSync(file())
    expect(() => readHostKey(folder)).toThrow(/cannot be read \(EISDIR\)\. Let the host's user read it/)
    const missing = join(folder, 'missing')
    expect(() => readHostKey(missing)).toThrow(/cannot be written \(ENOENT\)\. Let the host's user write/)
  })
})
