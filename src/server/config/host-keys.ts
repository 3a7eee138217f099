/** The host's key, as it is written in a variable or a file: 32 bytes in base64. */
import { statSync } from 'node:fs'
import { readText } from './certificates.ts'
import { ValueFault } from './readers.ts'

export const HOST_KEY_BYTES = 32

/** @returns null where the text is not the 32 bytes of a key in base64. */
export function parseHostKey(text: string): Buffer | null {
  const trimmed = text.trim()
  if (!/^[\w+/-]+={0,2}$/.test(trimmed)) return null
  const key = Buffer.from(trimmed, 'base64')
  return key.length === HOST_KEY_BYTES ? key : null
}

/** A key that somebody put there to try something out, and that anybody can guess. */
export const isBlank = (key: Buffer): boolean => key.every((byte) => byte === 0)

/** @returns the mode in octal where every user of the machine can get at the file, else null. */
export function openMode(file: string): string | null {
  const mode = statSync(file).mode & 0o777
  // Where there are no user ids, as on Windows, the mode says nothing.
  return process.getuid && (mode & 0o007) !== 0 ? mode.toString(8).padStart(4, '0') : null
}

const takes = `takes ${HOST_KEY_BYTES} random bytes in base64, as openssl rand -base64 ${HOST_KEY_BYTES} prints them`

/** The key itself. @throws Fault */
export function hostKey(text: string): Buffer {
  const key = parseHostKey(text)
  if (!key) throw new ValueFault(`${takes}.`)
  if (isBlank(key)) throw new ValueFault(`${takes}, and not zeros only.`)
  return key
}

/** The path of a file that holds the key. @throws Fault */
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
