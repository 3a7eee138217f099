/**
 * The audit log keeps keyed digests of the numbers and names in a search, not the values themselves. The host's key
 * is needed to find the searches for a given number; the file alone is not enough.
 */
import { createHmac, hkdfSync } from 'node:crypto'
import type { TimeFilter } from '../../contract/filter-kinds.ts'
import { writeUtc } from '../../contract/instants.ts'
import { filterNames, type FilterName, type Search } from '../../contract/search.ts'

/** 128 bits: no two searched values will share a digest. */
const DIGEST_BYTES = 16

/** The key of the digests. @param hostKey the host's own 32 bytes. */
export function auditKey(hostKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', hostKey, '', 'audit', 32))
}

/** A filter's value in one form, however it was written. */
export interface PlainFilter {
  readonly op: string
  readonly value: string
}

function plainTime(filter: TimeFilter): PlainFilter {
  if (filter.op !== 'between') return { op: filter.op, value: writeUtc(filter.at) }
  return { op: filter.op, value: `${writeUtc(filter.from)};${writeUtc(filter.to)}` }
}

/** @returns null where the search lacks the filter. */
export function plainFilter(search: Search, name: FilterName): PlainFilter | null {
  const filter = search[name]
  if (filter === undefined) return null
  if (typeof filter === 'number') return { op: 'equals', value: String(filter) }
  if (!('text' in filter)) return plainTime(filter)
  // The directory compares usernames without regard to case, so their digests do.
  return { op: filter.op, value: name === 'ownerUsername' ? filter.text.toLowerCase() : filter.text }
}

/** Includes the name, so that the digests do not reveal that a local and a remote number are equal. */
export function digestFilter(key: Buffer, name: FilterName, { value }: PlainFilter): string {
  const mac = createHmac('sha256', key).update(`${name}=${value}`).digest()
  return mac.subarray(0, DIGEST_BYTES).toString('base64url')
}

/** `operator:digest` for each filter of the search. */
export function digestSearch(key: Buffer, search: Search): Record<string, string> {
  const digests: Record<string, string> = {}
  for (const name of filterNames) {
    const filter = plainFilter(search, name)
    if (filter) digests[name] = `${filter.op}:${digestFilter(key, name, filter)}`
  }
  return digests
}
