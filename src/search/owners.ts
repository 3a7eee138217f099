/** The owners seen so far in lists and details. */
import type { QueryClient } from '@tanstack/react-query'
import { ownerNames } from '../api/owner-names.ts'
import { heldDetails, heldRows } from '../api/queries.ts'

export interface Owner {
  readonly username: string
  /** `Rossi, Maria`, or null where it is not known yet. */
  readonly name: string | null
}

/** Every owner seen, sorted by username in lower case. */
export function ownersSeen(client: QueryClient): Owner[] {
  const names = ownerNames(client)
  const seen = new Map<string, Owner>()
  for (const { ownerUsername: username } of [...heldRows(client), ...heldDetails(client)]) {
    if (username === null) continue
    const key = username.toLowerCase()
    seen.set(key, { username, name: names.get(key) ?? null })
  }
  // A comparison by language takes long to prepare, and the user has just pressed.
  return [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, owner]) => owner)
}
