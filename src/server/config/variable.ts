/** How a variable of the host is declared. */
import { optional, type Reader } from './readers.ts'
import { readSecretFile, type SecretFile } from './secret-files.ts'

export interface Variable<T = unknown> {
  /** The text in the README's table. */
  readonly what: string
  /** The default; `''` means none. */
  readonly standard: string
  /** How to describe a default that is not a plain value. */
  readonly told?: string
  /** A right value, for the end of an error. */
  readonly example: string
  /** Its value is never shown. */
  readonly secret?: true
  /** Gets the default if the variable is not set. */
  readonly read: Reader<T>
}

export const variable = <T>(declared: Variable<T>): Variable<T> => declared

interface Secret<T, Held> extends Omit<Variable<T>, 'standard' | 'secret'> {
  readonly file: SecretFile<Held> & { readonly example: string }
}

/** Declares a secret, and beside it `NAME_FILE`, which names a file that holds the secret. */
export function secret<Name extends string, T, Held>(name: Name, { file, ...own }: Secret<T, Held>) {
  const itself: Variable<T> = { ...own, standard: '', secret: true }
  const inFile: Variable<Held | null> = {
    what: `in place of \`${name}\`, a file that holds it, which only the host’s user or group may read`,
    standard: '',
    example: file.example,
    read: optional((path) => readSecretFile(path, name, file)),
  }
  const both = { [name]: itself, [`${name}_FILE`]: inFile }
  return both as Record<Name, typeof itself> & Record<`${Name}_FILE`, typeof inFile>
}
