/** A head is the chain's position at one moment, kept away from the log so that the log can be checked by it. */
import type { Position } from './event.ts'
import { isMacOf, macOf } from './keys.ts'
import { readLines } from './read-lines.ts'

/** `changed`: the file was not as the host had written it, and the chain continues. */
const reasons = ['start', 'minute', 'rotation', 'changed', 'stop'] as const
export type HeadReason = (typeof reasons)[number]

export interface Head extends Position {
  /** UTC. */
  readonly at: string
  readonly reason: HeadReason
  /** The name of the log's file, without its folder. */
  readonly file: string
  /** The host's name; absent for a host without one. */
  readonly host?: string | undefined
  readonly mac: string
}

const sealed = ({ n, hash, at, reason, file, host }: Omit<Head, 'mac'>): string =>
  JSON.stringify([n, hash, at, reason, file, ...(host === undefined ? [] : [host])])

export const sealHead = (key: Buffer, head: Omit<Head, 'mac'>): Head => ({
  ...head,
  mac: macOf(key, sealed(head)),
})

export const isHeadOf = (key: Buffer, head: Head): boolean => isMacOf(key, sealed(head), head.mac)

/** The fields in the order in which `readHeads` looks for them. */
export const headFields = ({ n, hash, at, reason, file, host, mac }: Head): Head => ({
  n,
  hash,
  at,
  reason,
  file,
  ...(host === undefined ? {} : { host }),
  mac,
})

export const writeHead = (head: Head): string => JSON.stringify(headFields(head))

/** Matches a head in a line of JSON, after a collector's prefix, or among the fields of the host's log. */
const pattern =
  /"n":(\d{1,15}),"hash":"([0-9a-f]{64})","at":"([^"]{1,40})","reason":"(\w{1,20})","file":("(?:[^"\\]|\\.){0,1024}")(?:,"host":"([A-Za-z\d.-]{1,63})")?,"mac":"([\w-]{43})"/g

/** All whole heads in a text. */
export function readHeads(text: string): Head[] {
  // A container's log quotes each line as a string.
  const plain = text.includes('\\"hash\\":') ? text.replaceAll('\\"', '"') : text
  return [...plain.matchAll(pattern)].flatMap(
    ([, n, hash = '', at = '', told, file = '""', host, mac = '']) => {
      const reason = reasons.find((known) => known === told)
      if (reason === undefined) return []
      return [headFields({ n: Number(n), hash, at, reason, file: JSON.parse(file) as string, host, mac })]
    },
  )
}

/** @throws OperatorError where the file cannot be read. */
export async function readHeadsFile(path: string): Promise<Head[]> {
  const heads: Head[] = []
  for await (const { bytes } of readLines(path)) heads.push(...readHeads(bytes.toString()))
  return heads
}
