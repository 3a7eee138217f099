/** The keys of the audit log, and the MACs that prove a line or a head to be the host's own. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { auditKey } from './digests.ts'

export interface AuditKeys {
  readonly digests: Buffer
  readonly lines: Buffer
  readonly heads: Buffer
}

/** @param hostKey the host's own 32 bytes. */
export function auditKeys(hostKey: Buffer): AuditKeys {
  const derive = (info: string): Buffer => Buffer.from(hkdfSync('sha256', hostKey, '', info, 32))
  return { digests: auditKey(hostKey), lines: derive('audit lines'), heads: derive('audit heads') }
}

/** @returns 43 characters of base64url. */
export const macOf = (key: Buffer, text: Buffer | string): string =>
  createHmac('sha256', key).update(text).digest('base64url')

export function isMacOf(key: Buffer, text: Buffer | string, mac: string): boolean {
  const [given, right] = [Buffer.from(mac), Buffer.from(macOf(key, text))]
  return given.length === right.length && timingSafeEqual(given, right)
}

/** Adds the MAC as the last field. @param line JSON of an object that is not empty. */
export const sealLine = (key: Buffer, line: string): string =>
  `${line.slice(0, -1)},"mac":"${macOf(key, line)}"}`

const SEAL_BYTES = ',"mac":"'.length + 43 + '"}'.length

/** Whether a line carries a MAC, and whether it is right; `unchecked` without a key. */
export type Seal = 'none' | 'right' | 'wrong' | 'unchecked'

/** @param line without its newline. */
export function sealOf(line: Buffer, key: Buffer | null): Seal {
  const end = line.subarray(-SEAL_BYTES).toString('latin1')
  const mac = /^,"mac":"([\w-]{43})"\}$/.exec(end)?.[1]
  if (mac === undefined) return 'none'
  if (key === null) return 'unchecked'
  const text = Buffer.concat([line.subarray(0, -SEAL_BYTES), Buffer.from('}')])
  return isMacOf(key, text, mac) ? 'right' : 'wrong'
}
