/** The owners seen so far in lists and details. Only a detail has an owner's name. */
import type { QueryClient } from '@tanstack/react-query'
import { heldDetails, heldRows } from '../api/queries.ts'
import type { User } from '../contract/recording.ts'

export interface Owner {
  readonly username: string
  /** `Rossi, Maria`, or null where it is not known yet. */
  readonly name: string | null
}

const nameOf = ({ firstName, lastName }: User): string | null =>
  [lastName, firstName].filter((part) => part !== undefined).join(', ') || null

/** Names by username in lower case. */
export function ownerNames(client: QueryClient): Map<string, string> {
  const names = new Map<string, string>()
  for (const { owner } of heldDetails(client)) {
    const name = owner && nameOf(owner)
    if (owner && name) names.set(owner.username.toLowerCase(), name)
  }
  return names
}

/** Every owner seen, sorted by username. */
export function ownersSeen(client: QueryClient): Owner[] {
  const names = ownerNames(client)
  const seen = new Map<string, Owner>()
  for (const { ownerUsername: username } of [...heldRows(client), ...heldDetails(client)]) {
    if (username === null) continue
    const key = username.toLowerCase()
    seen.set(key, { username, name: names.get(key) ?? null })
  }
  return [...seen.values()].toSorted((a, b) => a.username.localeCompare(b.username))
}
