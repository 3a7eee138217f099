/** The host's key as a variable or a file holds it: 32 bytes in base64. */
import { statSync } from 'node:fs'
import { readText } from './certificates.ts'
import { ValueFault } from './readers.ts'

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

/** @returns the mode in octal if every user of the machine can access the file, otherwise null. */
export function openMode(file: string): string | null {
  const mode = statSync(file).mode & 0o777
  // Without user ids, as on Windows, the mode means nothing.
  return process.getuid && (mode & 0o007) !== 0 ? mode.toString(8).padStart(4, '0') : null
}

const takes = `takes ${HOST_KEY_BYTES} random bytes in base64, as openssl rand -base64 ${HOST_KEY_BYTES} prints them`

/** Reads the key itself. @throws ValueFault */
export function hostKey(text: string): Buffer {
  const key = parseHostKey(text)
  if (!key) throw new ValueFault(`${takes}.`)
  if (isBlank(key)) throw new ValueFault(`${takes}, and not zeros only.`)
  return key
}

/** Reads the key from the file at the path. @throws ValueFault */
export function hostKeyFile(path: string): Buffer {
  if (parseHostKey(path)) throw new ValueFault('takes the path of a file; the key itself would be HOST_KEY.')
  const key = parseHostKey(readText(path))
  if (!key) throw new ValueFault(`names a file that is not ${HOST_KEY_BYTES} bytes in base64.`)
  if (isBlank(key)) throw new ValueFault('names a key of zeros only, which anybody can guess: make another.')
  const mode = openMode(path)
  if (mode !== null) {
    throw new ValueFault(
      `names a file that every user of this machine can get at (mode ${mode}): make it 0600, or 0640 for a group. If somebody may have read it, make another key.`,
    )
  }
  return key
}
