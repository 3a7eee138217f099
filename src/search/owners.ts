/** The owners that this visit has met, in lists and in details, and the names that the details told. */
import type { QueryClient } from '@tanstack/react-query'
import type { ListAnswer } from '../api/early-list.ts'
import type { RecordingDetail, User } from '../contract/recording.ts'

export interface Owner {
  readonly username: string
  /** `Rossi, Maria`, or null where nothing told it yet. */
  readonly name: string | null
}

const nameOf = ({ firstName, lastName }: User): string | null =>
  [lastName, firstName].filter((part) => part !== undefined).join(', ') || null

/** Names by folded username. */
export function ownerNames(client: QueryClient): Map<string, string> {
  const names = new Map<string, string>()
  for (const [, detail] of client.getQueriesData<RecordingDetail>({ queryKey: ['recordings', 'detail'] })) {
    const name = detail?.owner && nameOf(detail.owner)
    if (detail?.owner && name) names.set(detail.owner.username.toLowerCase(), name)
  }
  return names
}

/** Every owner seen, sorted by username. */
export function ownersSeen(client: QueryClient): Owner[] {
  const names = ownerNames(client)
  const seen = new Map<string, Owner>()
  const add = (username: string | null): void => {
    if (username === null) return
    const key = username.toLowerCase()
    seen.set(key, { username, name: names.get(key) ?? null })
  }
  for (const [, answer] of client.getQueriesData<ListAnswer>({ queryKey: ['recordings', 'list'] })) {
    for (const { ownerUsername } of answer?.list.recordings ?? []) add(ownerUsername)
  }
  for (const [, detail] of client.getQueriesData<RecordingDetail>({ queryKey: ['recordings', 'detail'] })) {
    add(detail?.ownerUsername ?? null)
  }
  return [...seen.values()].toSorted((a, b) => a.username.localeCompare(b.username))
}
