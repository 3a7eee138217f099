/**
 * Translates a search to SQL. The translators' type comes from the declaration of the search, so a new filter does not
 * compile until it is handled here. The viewer's scope is part of the same clause, so totals obey it.
 */
import type { TimeFilter } from '../../../contract/filter-kinds.ts'
import { filterNames, type FilterName, type Search } from '../../../contract/search.ts'
import { fold } from '../archive/fold.ts'
import { firstKey } from '../archive/key.ts'
import { instants, planOf, type Order, type ReadingPlan } from '../archive/plan.ts'
import type { ScopedUser } from '../archive/search-kind.ts'

export type Parameter = string | bigint

/** A condition and the values of its question marks. */
export interface Clause {
  readonly sql: string
  readonly params: readonly Parameter[]
}

/** The condition that matches all recordings. */
export const EVERYTHING = 'TRUE'

type Translators = {
  readonly [Name in FilterName]: (value: NonNullable<Search[Name]>, plan: ReadingPlan) => Clause
}

const clause = (sql: string, ...params: Parameter[]): Clause => ({ sql, params })

const both = (first: Clause, second: Clause): Clause =>
  clause(`${first.sql} AND ${second.sql}`, ...first.params, ...second.params)

/** The bounds of a column. `unit` converts ms to the column's unit. */
function range(column: string, bounds: TimeFilter, unit: (ms: number) => bigint): Clause {
  const [from, to] = instants(bounds)
  const above = from === null ? [] : [clause(`${column} >= ?`, unit(from))]
  const below = to === null ? [] : [clause(`${column} < ?`, unit(to))]
  return [...above, ...below].reduce(both)
}

const translators: Translators = {
  // A second bound on the key would keep the planner from using the piece's bound.
  startTime: (bounds, { inPiece }) => (inPiece ? clause(EVERYTHING) : range('key', bounds, firstKey)),
  endTime(bounds, { byEnd, inPiece }) {
    const own = range(`${byEnd ? '' : '+'}end_ms`, bounds, BigInt)
    // No call ends before it starts, so this limits the key too, and reading by time can begin near the matches.
    const limit = instants(bounds)[1]
    return limit === null || inPiece ? own : both(own, clause('key < ?', firstKey(limit)))
  },
  localPartyNumber: ({ text }) => clause('local_number = ?', text),
  remotePartyNumber: ({ op, text }) =>
    op === 'equals' ? clause('remote_number = ?', text) : clause('instr(remote_number, ?) > 0', text),
  ownerUsername: ({ text }) => ownedBy(text),
  direction: (value, { byDirection }) => clause(`${byDirection ? '' : '+'}direction = ?`, BigInt(value)),
}

const ownedBy = (username: string): Clause =>
  clause('owner_id = (SELECT person_id FROM people WHERE folded = ?)', fold(username))

function scopeClause({ username, scope }: ScopedUser, { byOwners }: ReadingPlan): Clause | null {
  switch (scope.kind) {
    case 'all':
      return null
    // The store does not know the rights of a recorder's user, so it shows nothing.
    case 'recorder':
    case 'none':
      return clause('0')
    case 'own':
      return ownedBy(username)
    case 'groups':
      return clause(
        `${byOwners ? '' : '+'}owner_id IN (SELECT person_id FROM people JOIN recording_groups USING (group_id)
          WHERE recording_groups.folded IN (SELECT value FROM json_each(?)))`,
        JSON.stringify(scope.groups.map(fold)),
      )
  }
}

function translate<Name extends FilterName>(name: Name, search: Search, plan: ReadingPlan): Clause | null {
  const value = search[name]
  return value === undefined ? null : translators[name](value as NonNullable<Search[Name]>, plan)
}

/**
 * The condition for all recordings that the viewer may find with this search.
 * @param order `piece` leaves out the bounds of the key: see `keyRange`.
 */
export function whereClause(search: Search, viewer: ScopedUser, order: Order): Clause {
  const plan = planOf(search, viewer, order)
  const clauses = [scopeClause(viewer, plan), ...filterNames.map((name) => translate(name, search, plan))]
  const given = clauses.filter((part) => part !== null)
  return clause(
    given.map(({ sql }) => sql).join(' AND ') || EVERYTHING,
    ...given.flatMap(({ params }) => params),
  )
}
