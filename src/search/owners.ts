/** The owners seen so far in lists and details, and the names that came with any answer. */
import type { QueryClient } from '@tanstack/react-query'
import { heldDetails, heldOwnerNames, heldPeople, heldRows } from '../api/queries.ts'
import { personName } from '../contract/people.ts'

export interface Owner {
  readonly username: string
  /** `Rossi, Maria`, or null where it is not known yet. */
  readonly name: string | null
}

/** Names by username in lower case. */
export function ownerNames(client: QueryClient): Map<string, string> {
  const names = new Map<string, string>()
  for (const { username, name } of heldPeople(client)) if (name) names.set(username.toLowerCase(), name)
  for (const [username, name] of heldOwnerNames(client)) names.set(username, name)
  for (const { owner } of heldDetails(client)) {
    const name = owner && personName(owner)
    if (owner && name) names.set(owner.username.toLowerCase(), name)
  }
  return names
}

export const sameNames = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  one.size === other.size && [...one].every(([username, name]) => other.get(username) === name)

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
