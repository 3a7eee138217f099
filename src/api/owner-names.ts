import type { Query, QueryClient } from '@tanstack/react-query'
import { atom, type ReadableAtom } from 'nanostores'
import { namesIn } from './queries.ts'

/** Names such as `Rossi, Maria` by username in lower case. */
export type OwnerNames = ReadonlyMap<string, string>

const learned = new WeakMap<QueryClient, ReadableAtom<OwnerNames>>()

/** Learns from all answers of the client, as they come. What an answer has said stays known after the answer is gone. */
function learnFrom(client: QueryClient): ReadableAtom<OwnerNames> {
  const known = atom<OwnerNames>(new Map())
  const cache = client.getQueryCache()
  const learn = (query: Query): void => {
    const news = namesIn(query)
      .map(([username, name]) => [username.toLowerCase(), name] as const)
      .filter(([username, name]) => known.get().get(username) !== name)
    if (news.length > 0) known.set(new Map([...known.get(), ...news]))
  }
  for (const query of cache.getAll()) learn(query)
  cache.subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'success') learn(event.query)
    // Another user must not find the names of the last one.
    if (event.type === 'removed' && cache.getAll().length === 0) known.set(new Map())
  })
  return known
}

/** The names that came with any answer, for what has to change as soon as there is news. */
export function watchOwnerNames(client: QueryClient): ReadableAtom<OwnerNames> {
  const known = learned.get(client) ?? learnFrom(client)
  learned.set(client, known)
  return known
}

/** The names that came with any answer so far. The map is another one only when there is news. */
export const ownerNames = (client: QueryClient): OwnerNames => watchOwnerNames(client).get()
