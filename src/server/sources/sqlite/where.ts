/**
 * The search as SQL. The translators are mapped from the declaration of the search, so a filter that is added
 * there does not compile here until it is handled. The viewer's scope is part of the same clause: totals obey it.
 */
import type { TimeFilter } from '../../../contract/filter-kinds.ts'
import { filterNames, type FilterName, type Search } from '../../../contract/search.ts'
import { fold } from './fold.ts'
import { FIRST_OF_ALL, firstKey, LAST_OF_ALL, type KeyRange } from './key.ts'
import { isMixed, isNarrow, smallPeriod, type ScopedUser } from './search-kind.ts'

export type { ScopedUser } from './search-kind.ts'
export type Parameter = string | bigint

/** A condition and the values of its question marks. */
export interface Clause {
  readonly sql: string
  readonly params: readonly Parameter[]
}

/** Reading by time: walk the table from one end and stop early, or read it in pieces by key, or read all at once. */
export type Order = 'time' | 'piece' | 'any'

/**
 * Which indexes are worth using. SQLite knows nothing of our values, so a `+` hides a column from its planner where an
 * index would be a mistake: reading by time finds a page of common rows at once, and direction is never selective.
 */
interface Plan {
  readonly byEnd: boolean
  readonly byDirection: boolean
  /** By the owners of several groups; one owner's index is always used. */
  readonly byOwners: boolean
  /** Whether the bounds of the key are given by a piece, and not by the search. */
  readonly inPiece: boolean
}

/** The condition that all recordings meet. */
export const EVERYTHING = 'TRUE'

type Translators = {
  readonly [Name in FilterName]: (value: NonNullable<Search[Name]>, plan: Plan) => Clause
}

const clause = (sql: string, ...params: Parameter[]): Clause => ({ sql, params })

const both = (first: Clause, second: Clause): Clause =>
  clause(`${first.sql} AND ${second.sql}`, ...first.params, ...second.params)

/** All bounds as a half-open period, ms since the Unix epoch; null where it is open. */
function instants(bounds: TimeFilter): readonly [from: number | null, to: number | null] {
  switch (bounds.op) {
    case 'equals':
      return [bounds.at, bounds.at + 1]
    case 'after':
      return [bounds.at + 1, null]
    case 'before':
      return [null, bounds.at]
    case 'between':
      return [bounds.from, bounds.to]
  }
}

/** The bounds over a column that counts in units of `unit(ms)`. */
function range(column: string, bounds: TimeFilter, unit: (ms: number) => bigint): Clause {
  const [from, to] = instants(bounds)
  const above = from === null ? [] : [clause(`${column} >= ?`, unit(from))]
  const below = to === null ? [] : [clause(`${column} < ?`, unit(to))]
  return [...above, ...below].reduce(both)
}

const translators: Translators = {
  // A second bound of the key would keep the planner from using the piece's.
  startTime: (bounds, { inPiece }) => (inPiece ? clause(EVERYTHING) : range('key', bounds, firstKey)),
  endTime(bounds, { byEnd, inPiece }) {
    const own = range(`${byEnd ? '' : '+'}end_ms`, bounds, BigInt)
    // Nothing ends before it starts.
    const limit = instants(bounds)[1]
    // Implied, and the only part that lets a walk by time start near the rows.
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

function scopeClause({ username, scope }: ScopedUser, { byOwners }: Plan): Clause | null {
  switch (scope.kind) {
    case 'all':
      return null
    // A recorder's user, whose rights this store does not know: nothing is the safe answer.
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

function translate<Name extends FilterName>(name: Name, search: Search, plan: Plan): Clause | null {
  const value = search[name]
  return value === undefined ? null : translators[name](value as NonNullable<Search[Name]>, plan)
}

function planOf(search: Search, viewer: ScopedUser, order: Order): Plan {
  const narrow = isNarrow(search, viewer)
  const inPiece = order === 'piece'
  if (!narrow && isMixed(search, viewer)) {
    const small = order === 'any' ? smallPeriod(search, Date.now()) : null
    return { byEnd: small === 'end', byDirection: order === 'time', byOwners: false, inPiece }
  }
  const isWhole = order === 'any'
  return { byEnd: isWhole && !narrow, byDirection: !narrow, byOwners: isWhole, inPiece }
}

/**
 * The condition for everything the viewer may find by this search.
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

/** The keys among which everything lies that the search can find. */
export function keyRange({ startTime, endTime }: Search): KeyRange {
  const [startFrom, startTo] = startTime ? instants(startTime) : [null, null]
  const endTo = endTime ? instants(endTime)[1] : null
  const to = Math.min(startTo ?? Number.POSITIVE_INFINITY, endTo ?? Number.POSITIVE_INFINITY)
  return {
    from: startFrom === null ? FIRST_OF_ALL : firstKey(startFrom),
    to: Number.isFinite(to) ? firstKey(to) : LAST_OF_ALL,
  }
}

/** Whether nothing but the start narrows the search: then the smallest index can count it. */
export const isByStartOnly = (search: Search, { scope }: ScopedUser): boolean =>
  scope.kind === 'all' && filterNames.every((name) => name === 'startTime' || search[name] === undefined)
