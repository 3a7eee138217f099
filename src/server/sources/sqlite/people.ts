/** Finds people in the store's directory, within what the viewer may find. */
import type { Database, Statement } from 'better-sqlite3'
import type { Person } from '../../../contract/people.ts'
import {
  namesOfOwners,
  peopleOf,
  peopleWithin,
  type PersonRow,
  type StoredPerson,
} from '../archive/directory-people.ts'
import { fold } from '../archive/fold.ts'
import { findPeople, ownersOf } from '../people.ts'
import type { ScopedUser } from '../archive/search-kind.ts'

const allPeople = `SELECT username, people.folded, first_name AS firstName, last_name AS lastName,
    recording_groups.name AS "group", recording_groups.folded AS foldedGroup
  FROM people LEFT JOIN recording_groups USING (group_id)`

const ownersAmong = `SELECT folded, first_name AS firstName, last_name AS lastName
  FROM json_each(?) AS asked CROSS JOIN people ON people.folded = asked.value`

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
    this.#names = db.prepare(ownersAmong)
  }

  /** Best match first: see `findPeople`. */
  find(q: string, limit: number, viewer: ScopedUser): Person[] {
    return findPeople(this.#everybody().filter(peopleWithin(viewer)), q, limit)
  }

  /** The names of the rows' owners, by username as in the rows. Owners without a known name are left out. */
  namesOf(rows: readonly unknown[]): Record<string, string> {
    const owners = ownersOf(rows)
    if (owners.length === 0) return {}
    const found = this.#names.all(JSON.stringify(owners.map(fold))) as PersonRow[]
    return namesOfOwners(owners, found)
  }

  /** Reads again only after another connection, such as an import's, has changed the database. */
  #everybody(): readonly StoredPerson[] {
    // Read first: a change between the two makes the next call read again.
    const version = this.#version.get()
    if (this.#known?.version !== version) {
      const people = peopleOf(this.#all.all() as PersonRow[], this.#known?.people ?? [])
      this.#known = { version, people }
    }
    return this.#known?.people ?? []
  }
}
