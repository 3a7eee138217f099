/** How a variable is declared. */
import type { Reader } from './readers.ts'

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
