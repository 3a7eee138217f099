/**
 * The people whom the relay can name: for each user, the owners in that user's own answers, and for all users who may
 * search, the administrator's list. The recorder is asked nothing for it, and no user finds what another was shown.
 */
import { personName, type Person } from '../../../contract/people.ts'
import { readDetail } from '../../../contract/recording.ts'
import { entryOf, findPeople, inOrder, ownersOf, type PersonEntry } from '../people.ts'
import { searchForbidden } from './failures.ts'

export interface ShownLimits {
  /** Users who are remembered. The one who was away longest goes first. */
  readonly users: number
  /** Owners who are remembered for one user. The one who was shown longest ago goes first. */
  readonly owners: number
  /** Roughly, for one user and for all of them. */
  readonly bytesEach: number
  readonly bytes: number
  /** How long a user is remembered without a request, ms. */
  readonly idleMs: number
}

const standardShownLimits: ShownLimits = {
  users: 1000,
  owners: 1000,
  bytesEach: 524_288,
  bytes: 33_554_432,
  // As long as a session may be idle.
  idleMs: 30 * 60_000,
}

/** Longer texts are no names. */
export const MAX_NAME_LENGTH = 256
const ENTRY_BYTES = 300

/** Each text is held twice, as it is and folded, with two bytes a character. */
function bytesOf({ person: { username, name, group } }: PersonEntry): number {
  return ENTRY_BYTES + 4 * (username.length + (name?.length ?? 0) + (group?.length ?? 0))
}

/** Usernames compare without regard to case, as in the recorder's directory. */
const keyOf = ({ username }: Person): string => username.toLowerCase()

const isShort = (text: string | null): boolean => (text?.length ?? 0) <= MAX_NAME_LENGTH

/** What one user was shown. */
class Shown {
  /** Whether the recorder lets the user search; null until it has answered a search of theirs. */
  maySearch: boolean | null = null
  usedMs = 0
  bytes = 0
  readonly #owners = new Map<string, PersonEntry>()
  readonly #limits: ShownLimits

  constructor(limits: ShownLimits) {
    this.#limits = limits
  }

  get owners(): Iterable<PersonEntry> {
    return this.#owners.values()
  }

  owner(key: string): PersonEntry | undefined {
    return this.#owners.get(key)
  }

  /** A list names an owner by username only. That takes no known name away. */
  add(person: Person): void {
    if (![person.username, person.name, person.group].every(isShort)) return
    const key = keyOf(person)
    const known = this.#owners.get(key)
    const entry = known && person.name === null ? known : entryOf(person)
    this.#remove(key)
    this.#owners.set(key, entry)
    this.bytes += bytesOf(entry)
    const { owners, bytesEach } = this.#limits
    for (const oldest of this.#owners.keys()) {
      if (this.#owners.size <= owners && this.bytes <= bytesEach) return
      this.#remove(oldest)
    }
  }

  #remove(key: string): void {
    const entry = this.#owners.get(key)
    if (!entry) return
    this.#owners.delete(key)
    this.bytes -= bytesOf(entry)
  }
}

export interface ShownPeopleOptions {
  /** The people of the administrator's list. */
  readonly listed?: readonly Person[] | undefined
  /** A clock that is never set, ms. */
  readonly steadyMs: () => number
  readonly limits?: Partial<ShownLimits>
}

export class ShownPeople {
  readonly #listed: ReadonlyMap<string, PersonEntry>
  readonly #steadyMs: () => number
  readonly #limits: ShownLimits
  /** By the exact username of the credentials: two spellings may be two people. The longest unused stands first. */
  readonly #users = new Map<string, Shown>()
  #bytes = 0

  constructor({ listed = [], steadyMs, limits }: ShownPeopleOptions) {
    const entries = listed.map(entryOf).toSorted(inOrder)
    this.#listed = new Map(entries.map((entry) => [keyOf(entry.person), entry]))
    this.#steadyMs = steadyMs
    this.#limits = { ...standardShownLimits, ...limits }
  }

  /** The user has asked for something, so they are remembered for longer. */
  touch(username: string): void {
    const shown = this.#users.get(username)
    if (shown && !this.#isOver(shown)) this.#keep(username, shown)
    else this.#trim()
  }

  /** The recorder has answered a search, or has refused it for a missing right. */
  searched(username: string, maySearch: boolean): void {
    if (!maySearch) this.forget(username)
    this.#change(username, (shown) => (shown.maySearch = maySearch))
  }

  /** A page is shown to the user. @returns the names of its owners that are known, by username as in the rows. */
  pageShown(username: string, rows: readonly unknown[]): Record<string, string> {
    const owners = ownersOf(rows).map((owner): Person => ({ username: owner, name: null, group: null }))
    if (owners.length === 0) return {}
    const shown = this.#change(username, (one) => {
      for (const owner of owners) one.add(owner)
    })
    const named = owners.flatMap((owner) => {
      const name = shown.owner(keyOf(owner))?.person.name ?? this.#listed.get(keyOf(owner))?.person.name
      return name ? [[owner.username, name] as const] : []
    })
    return Object.fromEntries(named)
  }

  /** A recording is shown to the user, with its owner's name. */
  detailShown(username: string, detail: object): void {
    const owner = readDetail(detail)?.owner
    if (!owner) return
    const person = { username: owner.username, name: personName(owner), group: owner.group ?? null }
    this.#change(username, (shown) => shown.add(person))
  }

  /** @throws Problem 403 `forbidden` if the recorder has said that the user may not search. */
  find(q: string, limit: number, username: string): Person[] {
    this.touch(username)
    const shown = this.#users.get(username)
    if (!shown) return []
    if (shown.maySearch === false) throw searchForbidden()
    const own = [...shown.owners].map((entry) =>
      entry.person.name === null ? (this.#listed.get(keyOf(entry.person)) ?? entry) : entry,
    )
    const listed = shown.maySearch ? [...this.#listed] : []
    const others = listed.filter(([key]) => !shown.owner(key)).map(([, entry]) => entry)
    return findPeople([...own, ...others].toSorted(inOrder), q, limit)
  }

  forget(username: string): void {
    this.#bytes -= this.#users.get(username)?.bytes ?? 0
    this.#users.delete(username)
  }

  #isOver({ usedMs }: Shown): boolean {
    return this.#steadyMs() - usedMs > this.#limits.idleMs
  }

  #change(username: string, change: (shown: Shown) => void): Shown {
    this.touch(username)
    const shown = this.#users.get(username) ?? new Shown(this.#limits)
    const before = shown.bytes
    change(shown)
    this.#bytes += shown.bytes - before
    this.#keep(username, shown)
    return shown
  }

  #keep(username: string, shown: Shown): void {
    shown.usedMs = this.#steadyMs()
    this.#users.delete(username)
    this.#users.set(username, shown)
    this.#trim()
  }

  /** Forgets users who were away for too long, and those who are too many. */
  #trim(): void {
    const { users, bytes } = this.#limits
    for (const [username, shown] of this.#users) {
      if (!this.#isOver(shown) && this.#users.size <= users && this.#bytes <= bytes) return
      this.forget(username)
    }
  }
}
