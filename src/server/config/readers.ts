/** Readers of a variable's text. Each returns a typed value or throws a fault. */
import { readInstant, toEpochMs } from '../../contract/instants.ts'

/** A fault of a value. Its message follows the variable's name, and never repeats a possible secret. */
export class ValueFault extends Error {
  override readonly name = 'Fault'
}

/** @throws ValueFault */
export type Reader<T> = (text: string) => T

/** Reads a variable that may be left out. */
export function optional<T>(read: Reader<T>): Reader<T | null> {
  return (text) => (text === '' ? null : read(text))
}

export function oneOf<T extends string>(values: readonly T[]): Reader<T> {
  return (text) => {
    const found = values.find((value) => value === text)
    if (found === undefined) throw new ValueFault(`takes ${listInWords(values)}.`)
    return found
  }
}

function listInWords(values: readonly string[]): string {
  return values.length === 2 ? values.join(' or ') : `one of ${values.join(', ')}`
}

export function onOff(): Reader<boolean> {
  const read = oneOf(['on', 'off'])
  return (text) => read(text) === 'on'
}

/** @param what the values are, such as "a port from 1 to 65535". */
export function integerBetween(least: number, most: number, what: string): Reader<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new ValueFault(`takes ${what}.`)
  }
}

export function matching(pattern: RegExp, what: string): Reader<string> {
  return (text) => {
    if (pattern.test(text)) return text
    throw new ValueFault(`takes ${what}.`)
  }
}

/** The parts between commas, trimmed and not empty. */
export function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Reads an ISO-8601 date-time as ms since the Unix epoch. Without an offset, it is in UTC. */
export function instant(text: string): number {
  const written = readInstant(text)
  if (!written) throw new ValueFault('takes an ISO-8601 date-time.')
  return toEpochMs(written)
}
