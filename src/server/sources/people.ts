/** Finds people by what a user types, in the same way for every source. */
import type { Person } from '../../contract/people.ts'
import { withoutAccents } from './account-name.ts'

/** A person with the texts that a search compares. Folding takes most of the time, so it is done once. */
export interface PersonEntry {
  readonly person: Person
  /** Folded. */
  readonly username: string
  /** Folded; empty where the name is not known. */
  readonly name: string
}

// oxlint-disable-next-line no-control-regex
const ascii = /^[\0-\x7f]*$/
/** Readers of these scripts type names without the marks. Elsewhere a mark may be a vowel. */
const marks = /(?<=[\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu

/** The same text for all spellings of a name that a search takes for equal: case and accents do not matter. */
export function foldName(text: string): string {
  const lower = text.toLowerCase()
  if (ascii.test(lower)) return lower
  const latin = withoutAccents(lower)
  if (ascii.test(latin)) return latin
  // A capital sigma at the end of what was typed so far becomes `ς`, but it may stand within the name.
  return latin.replaceAll('ς', 'σ').normalize('NFD').replaceAll(marks, '').normalize('NFC')
}

export const entryOf = (person: Person): PersonEntry => ({
  person,
  username: foldName(person.username),
  name: foldName(person.name ?? ''),
})

/** In the order of a list of people: by name, or by username where the name is not known. */
export function inOrder(one: PersonEntry, other: PersonEntry): number {
  const [first, second] = [one.name || one.username, other.name || other.username]
  if (first === second) return one.username < other.username ? -1 : Number(one.username > other.username)
  return first < second ? -1 : 1
}

const withinWord = /[\p{L}\p{N}\p{M}]$/u

/** Whether the text, or a word in it, begins with `part`. */
function beginsWord(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    // Two code units, because a letter may take both.
    if (!withinWord.test(text.slice(Math.max(0, at - 2), at))) return true
  }
  return false
}

/** Exact username, all words at a beginning, or all words anywhere. */
const RANKS = 3

/** @returns 0 for the best match, or null for none. */
function rankOf({ username, name }: PersonEntry, whole: string, words: readonly string[]): number | null {
  if (username === whole) return 0
  if (!words.every((word) => username.includes(word) || name.includes(word))) return null
  return words.every((word) => username.startsWith(word) || beginsWord(name, word)) ? 1 : 2
}

/**
 * Finds the people whose username or name has every word of `q`: first an exact username, then those where each word
 * begins the username or a word of the name, then the others; each of these in the order of `people`.
 * @param people sorted by `inOrder`.
 * @param q as it was typed. Without a word in it, everybody matches.
 */
export function findPeople(people: Iterable<PersonEntry>, q: string, limit: number): Person[] {
  const whole = foldName(q.trim())
  const words = whole.split(/[\s,]+/).filter((word) => word !== '')
  const found: Person[][] = Array.from({ length: RANKS }, () => [])
  for (const entry of people) {
    const rank = rankOf(entry, whole, words)
    if (rank !== null) found[rank]?.push(entry.person)
    // Without words, the first people are the best.
    if (words.length === 0 && (found[1]?.length ?? 0) >= limit) break
  }
  return found.flat().slice(0, limit)
}

/** The owners of an answer's rows, each spelling once. Rows may come from a recorder, so any may have none. */
export function ownersOf(rows: readonly unknown[]): string[] {
  const owners = rows.map((row) => (row as { readonly ownerUsername?: unknown } | null)?.ownerUsername)
  return [...new Set(owners.filter((owner) => typeof owner === 'string' && owner !== ''))] as string[]
}
