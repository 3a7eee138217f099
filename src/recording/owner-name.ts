import type { QueryClient } from '@tanstack/react-query'
import { ownerNames } from '../api/owner-names.ts'
import type { RecordingDetail } from '../contract/recording.ts'
import { nameOfUser } from './parties.ts'

/** The name of the recording's owner: from its own details, or else from any other answer. */
export function knownOwnerName(
  client: QueryClient,
  { owner, ownerUsername }: Pick<RecordingDetail, 'owner' | 'ownerUsername'>,
): string | null {
  if (owner) return nameOfUser(owner)
  return ownerUsername === null ? null : (ownerNames(client).get(ownerUsername.toLowerCase()) ?? null)
}
