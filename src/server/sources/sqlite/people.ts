/** Finds people in the store's directory, within what the viewer may find. */
import type { Database, Statement } from 'better-sqlite3'
import { personName, type Person } from '../../../contract/people.ts'
import { entryOf, findPeople, inOrder, ownersOf, type PersonEntry } from '../people.ts'
import { fold } from './fold.ts'
import type { ScopedUser } from './where.ts'

interface PersonRow {
  readonly username: string
  readonly folded: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly group: string | null
  readonly foldedGroup: string | null
}

/** With the texts that the viewer's scope compares. */
interface StoredPerson extends PersonEntry {
  readonly folded: string
  readonly foldedGroup: string | null
}

const allPeople = `SELECT username, people.folded, first_name AS firstName, last_name AS lastName,
    recording_groups.name AS "group", recording_groups.folded AS foldedGroup
  FROM people LEFT JOIN recording_groups USING (group_id)`

const namesOfOwners = `SELECT folded, first_name AS firstName, last_name AS lastName
  FROM json_each(?) AS asked CROSS JOIN people ON people.folded = asked.value`

/** @param known the same person as read before. Their folded texts are used again. */
function stored({ folded, foldedGroup, ...row }: PersonRow, known: StoredPerson | undefined): StoredPerson {
  const person: Person = { username: row.username, name: personName(row), group: row.group }
  const isSame = known?.person.username === person.username && known.person.name === person.name
  const { username, name } = isSame ? known : entryOf(person)
  return { person, username, name, folded, foldedGroup }
}

/** The same people whose recordings `scopeClause` in `where.ts` lets the viewer find. */
function within({ username, scope }: ScopedUser): (person: StoredPerson) => boolean {
  switch (scope.kind) {
    case 'all':
      return () => true
    // The store does not know the rights of a recorder's user, so it shows nothing.
    case 'recorder':
    case 'none':
      return () => false
    case 'own':
      return ({ folded }) => folded === fold(username)
    case 'groups': {
      const groups = new Set(scope.groups.map(fold))
      return ({ foldedGroup }) => foldedGroup !== null && groups.has(foldedGroup)
    }
  }
}

/** Reads over one open database. */
export class People {
  readonly #version: Statement
  readonly #all: Statement
  readonly #names: Statement
  /** Everybody, folded and in order, as of a version of the database. */
  #known: { readonly version: unknown; readonly people: readonly StoredPerson[] } | null = null

  constructor(db: Database) {
    this.#version = db.prepare('PRAGMA data_version').pluck()
    this.#all = db.prepare(allPeople)
    this.#names = db.prepare(namesOfOwners)
  }

  /** Best match first: see `findPeople`. */
  find(q: string, limit: number, viewer: ScopedUser): Person[] {
    return findPeople(this.#everybody().filter(within(viewer)), q, limit)
  }

  /** The names of the rows' owners, by username as in the rows. Owners without a known name are left out. */
  namesOf(rows: readonly unknown[]): Record<string, string> {
    const owners = ownersOf(rows)
    if (owners.length === 0) return {}
    const found = this.#names.all(JSON.stringify(owners.map(fold))) as PersonRow[]
    const names = new Map(found.map((row) => [row.folded, personName(row)]))
    return Object.fromEntries(
      owners.flatMap((owner) => {
        const name = names.get(fold(owner))
        return name ? [[owner, name]] : []
      }),
    )
  }

  /** Reads again only after another connection, such as an import's, has changed the database. */
  #everybody(): readonly StoredPerson[] {
    // Read first: a change between the two makes the next call read again.
    const version = this.#version.get()
    if (this.#known?.version !== version) {
      const before = new Map(this.#known?.people.map((person) => [person.folded, person]))
      const rows = this.#all.all() as PersonRow[]
      const people = rows.map((row) => stored(row, before.get(row.folded))).toSorted(inOrder)
      this.#known = { version, people }
    }
    return this.#known?.people ?? []
  }
}
