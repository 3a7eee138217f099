/** Matches typed text with people. */
import type { Person } from '../contract/people.ts'
import { foldText } from '../lib/fold.ts'
import type { Owner } from './owners.ts'

/** The words in alphabetical order, so that `Maria Rossi` equals `Rossi, Maria`. */
const wordsOf = (text: string): string =>
  foldText(text)
    .split(/[ ,]+/)
    .filter((word) => word !== '')
    .toSorted()
    .join(' ')

/** Writes `Rossi, Maria · mrossi`, or the username alone where the name is not known. */
export const personLabel = ({ username, name }: Owner): string =>
  name === null ? username : `${name} · ${username}`

/** The username in a text of `personLabel` that has both, such as one that was copied from the field, or null. */
export const usernameInLabel = (text: string): string | null => / · (\S+)$/.exec(text.trim())?.[1] ?? null

/** Whether each word of the text is part of the person's username or name. */
function isLike({ username, name }: Owner, text: string): boolean {
  const known = foldText(`${username} ${name ?? ''}`)
  return wordsOf(text)
    .split(' ')
    .every((word) => known.includes(word))
}

/**
 * The people to suggest for the text: those of the answer, then those seen on the page that match. Nobody twice.
 * @param answer the host's answer, which may still belong to an earlier text.
 */
export function suggestPeople(
  text: string,
  answer: readonly Person[],
  seen: readonly Owner[],
  atMost: number,
): Person[] {
  const byUsername = new Map<string, Person>()
  const like = seen.filter((owner) => isLike(owner, text)).map((owner) => ({ ...owner, group: null }))
  for (const person of [...answer, ...like]) {
    const key = person.username.toLowerCase()
    if (!byUsername.has(key)) byUsername.set(key, person)
  }
  return [...byUsername.values()].slice(0, atMost)
}

/**
 * The person whose username or whole name the text is, in any letter case. A name that two people share is nobody's.
 */
export function personCalled<Known extends Owner>(text: string, people: readonly Known[]): Known | undefined {
  const wanted = text.trim().toLowerCase()
  const byUsername = people.find(({ username }) => username.toLowerCase() === wanted)
  if (byUsername) return byUsername
  const named = people.filter(({ name }) => name !== null && wordsOf(name) === wordsOf(text))
  return new Set(named.map(({ username }) => username.toLowerCase())).size === 1 ? named[0] : undefined
}
