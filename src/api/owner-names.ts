import type { Query, QueryClient } from '@tanstack/react-query'
import { namesIn } from './queries.ts'

/** Names such as `Rossi, Maria` by username in lower case. */
export type OwnerNames = ReadonlyMap<string, string>

const learned = new WeakMap<QueryClient, { names: OwnerNames }>()

/** Learns from all answers of the client, as they come. What an answer has said stays known after the answer is gone. */
function learnFrom(client: QueryClient): { names: OwnerNames } {
  const known: { names: OwnerNames } = { names: new Map() }
  const cache = client.getQueryCache()
  const learn = (query: Query): void => {
    const news = namesIn(query)
      .map(([username, name]) => [username.toLowerCase(), name] as const)
      .filter(([username, name]) => known.names.get(username) !== name)
    if (news.length > 0) known.names = new Map([...known.names, ...news])
  }
  for (const query of cache.getAll()) learn(query)
  cache.subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'success') learn(event.query)
    // Another user must not find the names of the last one.
    if (event.type === 'removed' && cache.getAll().length === 0) known.names = new Map()
  })
  return known
}

/** The names that came with any answer so far. The map is another one only when there is news. */
export function ownerNames(client: QueryClient): OwnerNames {
  const known = learned.get(client) ?? learnFrom(client)
  learned.set(client, known)
  return known.names
}
