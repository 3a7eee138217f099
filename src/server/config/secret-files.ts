/** Secrets in files that other users of the machine cannot get at. */
import { statSync } from 'node:fs'
import { readText } from './certificates.ts'
import { ValueFault, type Reader } from './readers.ts'

/** What a file with a secret holds. */
export interface SecretFile<T> {
  /** Whether the text in place of a path is the secret. */
  readonly isSecret: (text: string) => boolean
  /** Names it in such a fault, as in `the key itself`. */
  readonly itself: string
  /** Reads what the file holds. The message of its fault follows the variable's name too. */
  readonly read: Reader<T>
  /** What to do if somebody has read it. */
  readonly remedy: string
}

/** @returns the mode in octal if every user of the machine can access the file, otherwise null. */
export function openMode(file: string): string | null {
  const mode = statSync(file).mode & 0o777
  // Without user ids, as on Windows, the mode means nothing.
  return process.getuid && (mode & 0o007) !== 0 ? mode.toString(8).padStart(4, '0') : null
}

const tooOpen = (mode: string, remedy: string): string =>
  `names a file that every user of this machine can get at (mode ${mode}): make it 0600, or 0640 for a group. If somebody may have read it, ${remedy}.`

/**
 * Reads the secret from the file at the path.
 * @param name of the variable that holds the secret itself.
 * @throws ValueFault
 */
export function readSecretFile<T>(path: string, name: string, held: SecretFile<T>): T {
  if (held.isSecret(path)) throw new ValueFault(`takes the path of a file; ${held.itself} would be ${name}.`)
  const text = readText(path)
  const mode = openMode(path)
  try {
    const secret = held.read(text)
    if (mode === null) return secret
  } catch (error) {
    if (mode === null || !(error instanceof ValueFault)) throw error
    throw new ValueFault(`${error.message} It also ${tooOpen(mode, held.remedy)}`)
  }
  throw new ValueFault(tooOpen(mode, held.remedy))
}
