/** The people of an archive's directory, within what the viewer may find. */
import { personName, type Person } from '../../../contract/people.ts'
import { entryOf, inOrder, type PersonEntry } from '../people.ts'
import { fold } from './fold.ts'
import type { ScopedUser } from './search-kind.ts'

export interface PersonRow {
  readonly username: string
  readonly folded: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly group: string | null
  readonly foldedGroup: string | null
}

/** With the texts that the viewer's scope compares. */
export interface StoredPerson extends PersonEntry {
  readonly folded: string
  readonly foldedGroup: string | null
}

/** @param known the same person as read before. Their folded texts are used again. */
function stored({ folded, foldedGroup, ...row }: PersonRow, known: StoredPerson | undefined): StoredPerson {
  const person: Person = { username: row.username, name: personName(row), group: row.group }
  const isSame = known?.person.username === person.username && known.person.name === person.name
  const { username, name } = isSame ? known : entryOf(person)
  return { person, username, name, folded, foldedGroup }
}

/** The same people whose recordings an archive lets the viewer find. */
export function peopleWithin({ username, scope }: ScopedUser): (person: StoredPerson) => boolean {
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

/** @param before the same people as read before. Folding takes most of the time, so it is done once. */
export function peopleOf(rows: readonly PersonRow[], before: readonly StoredPerson[]): StoredPerson[] {
  const known = new Map(before.map((person) => [person.folded, person]))
  return rows.map((row) => stored(row, known.get(row.folded))).toSorted(inOrder)
}

/** The names of the owners, by username as given. Owners without a known name are left out. */
export function namesOfOwners(owners: readonly string[], rows: readonly PersonRow[]): Record<string, string> {
  const names = new Map(rows.map((row) => [row.folded, personName(row)]))
  return Object.fromEntries(
    owners.flatMap((owner) => {
      const name = names.get(fold(owner))
      return name ? [[owner, name]] : []
    }),
  )
}
