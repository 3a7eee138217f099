/** The host's key as a variable or a file holds it: 32 bytes in base64. */
import { ValueFault } from './readers.ts'
import type { SecretFile } from './secret-files.ts'

export const HOST_KEY_BYTES = 32

/** @returns null unless the text is a key of 32 bytes in base64. */
export function parseHostKey(text: string): Buffer | null {
  const trimmed = text.trim()
  if (!/^[\w+/-]+={0,2}$/.test(trimmed)) return null
  const key = Buffer.from(trimmed, 'base64')
  return key.length === HOST_KEY_BYTES ? key : null
}

/** Whether the key is all zeros, as in a trial setup: anybody can guess it. */
export const isBlank = (key: Buffer): boolean => key.every((byte) => byte === 0)

const takes = `takes ${HOST_KEY_BYTES} random bytes in base64, as openssl rand -base64 ${HOST_KEY_BYTES} prints them`

/** Reads the key itself. @throws ValueFault */
export function hostKey(text: string): Buffer {
  const key = parseHostKey(text)
  if (!key) throw new ValueFault(`${takes}.`)
  if (isBlank(key)) throw new ValueFault(`${takes}, and not zeros only.`)
  return key
}

/** Reads the text of a file. @throws ValueFault */
function keyInFile(text: string): Buffer {
  const key = parseHostKey(text)
  if (!key) throw new ValueFault(`names a file that is not ${HOST_KEY_BYTES} bytes in base64.`)
  if (isBlank(key)) throw new ValueFault('names a key of zeros only, which anybody can guess: make another.')
  return key
}

export const hostKeyFile: SecretFile<Buffer> = {
  isSecret: (text) => parseHostKey(text) !== null,
  itself: 'the key itself',
  read: keyInFile,
  remedy: 'make another key',
}
