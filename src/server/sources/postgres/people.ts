/** Finds people in the archive's directory, within what the viewer may find. */
import type { Person } from '../../../contract/people.ts'
import { peopleOf, peopleWithin, type PersonRow, type StoredPerson } from '../archive/directory-people.ts'
import type { ScopedUser } from '../archive/search-kind.ts'
import { findPeople } from '../people.ts'

/** Everybody, in the form of `PersonRow`. */
export const everybodySql = `SELECT username, people.folded, first_name AS "firstName", last_name AS "lastName",
    recording_groups.name AS "group", recording_groups.folded AS "foldedGroup"
  FROM people LEFT JOIN recording_groups USING (group_id)`

/** Reads everybody at each question, because any host may have changed them, and folds only what is new. */
export class DirectoryPeople {
  readonly #read: () => Promise<readonly PersonRow[]>
  #people: readonly StoredPerson[] = []

  /** @param read runs `everybodySql`. */
  constructor(read: () => Promise<readonly PersonRow[]>) {
    this.#read = read
  }

  /** Best match first: see `findPeople`. @throws the error of `read`. */
  async find(q: string, limit: number, viewer: ScopedUser): Promise<Person[]> {
    const people = peopleOf(await this.#read(), this.#people)
    this.#people = people
    return findPeople(people.filter(peopleWithin(viewer)), q, limit)
  }
}
