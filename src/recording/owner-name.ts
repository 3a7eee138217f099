import type { QueryClient } from '@tanstack/react-query'
import { heldDetails, heldOwnerNames } from '../api/queries.ts'
import type { RecordingDetail } from '../contract/recording.ts'
import { nameOfUser } from './parties.ts'

/** The name of the recording's owner: from its own details, from those of another recording, or from a list. */
export function knownOwnerName(
  client: QueryClient,
  { owner, ownerUsername }: Pick<RecordingDetail, 'owner' | 'ownerUsername'>,
): string | null {
  if (owner) return nameOfUser(owner)
  const username = ownerUsername?.toLowerCase()
  if (username === undefined) return null
  for (const held of heldDetails(client)) {
    if (held.owner?.username.toLowerCase() === username) return nameOfUser(held.owner)
  }
  return new Map(heldOwnerNames(client)).get(username) ?? null
}
