/**
 * The search as SQL. The translators are mapped from the declaration of the search, so a filter that is added
 * there does not compile here until it is handled. The viewer's scope is part of the same clause: totals obey it.
 */
import type { TimeFilter } from '../../../contract/filter-kinds.ts'
import { filterNames, type FilterName, type Search } from '../../../contract/search.ts'
import type { Principal } from '../source.ts'
import { fold } from './fold.ts'
import { firstKey } from './key.ts'

/** What a search needs to know of its viewer; plain data, so that it can be sent to a worker. */
export type Viewer = Pick<Principal, 'username' | 'scope'>
export type Parameter = string | bigint

/** A condition and the values of its question marks. */
export interface Clause {
  readonly sql: string
  readonly params: readonly Parameter[]
}

/**
 * Which index is worth using. SQLite knows nothing of our values, so a `+` hides a column from its planner where an
 * index would be a mistake: walking `time` finds a page of common rows at once, and direction is never selective.
 */
interface Plan {
  /** Rows are common: walk the table from the newest and stop after a page. */
  readonly byTime: boolean
  /** An owner or a number is given: its index beats all others. */
  readonly narrow: boolean
}

/** The condition that all recordings meet. */
export const EVERYTHING = 'TRUE'

type Translators = {
  readonly [Name in FilterName]: (value: NonNullable<Search[Name]>, plan: Plan) => Clause
}

const clause = (sql: string, ...params: Parameter[]): Clause => ({ sql, params })

const both = (first: Clause, second: Clause): Clause =>
  clause(`${first.sql} AND ${second.sql}`, ...first.params, ...second.params)

/** All bounds as a half-open range over a column that counts in units of `unit(ms)`. */
function range(column: string, bounds: TimeFilter, unit: (ms: number) => bigint): Clause {
  const from = (ms: number): Clause => clause(`${column} >= ?`, unit(ms))
  const to = (ms: number): Clause => clause(`${column} < ?`, unit(ms))
  switch (bounds.op) {
    case 'equals':
      return both(from(bounds.at), to(bounds.at + 1))
    case 'after':
      return from(bounds.at + 1)
    case 'before':
      return to(bounds.at)
    case 'between':
      return both(from(bounds.from), to(bounds.to))
  }
}

/** The first instant after every end that the bounds allow, or null. Nothing ends before it starts. */
function endLimit(bounds: TimeFilter): number | null {
  if (bounds.op === 'between') return bounds.to
  if (bounds.op === 'after') return null
  return bounds.op === 'before' ? bounds.at : bounds.at + 1
}

const translators: Translators = {
  startTime: (bounds) => range('key', bounds, firstKey),
  endTime(bounds, { byTime, narrow }) {
    const own = range(byTime || narrow ? '+end_ms' : 'end_ms', bounds, BigInt)
    const limit = endLimit(bounds)
    // Implied, and the only part that lets a walk by time start near the rows.
    return limit === null ? own : both(own, clause('key < ?', firstKey(limit)))
  },
  localPartyNumber: ({ text }) => clause('local_number = ?', text),
  remotePartyNumber: ({ op, text }) =>
    op === 'equals' ? clause('remote_number = ?', text) : clause('instr(remote_number, ?) > 0', text),
  ownerUsername: ({ text }) => ownedBy(text),
  direction: (value, { narrow }) => clause(`${narrow ? '+' : ''}direction = ?`, BigInt(value)),
}

const ownedBy = (username: string): Clause =>
  clause('owner_id = (SELECT person_id FROM people WHERE folded = ?)', fold(username))

function scopeClause({ username, scope }: Viewer, { byTime }: Plan): Clause | null {
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
        `${byTime ? '+' : ''}owner_id IN (SELECT person_id FROM people JOIN recording_groups USING (group_id)
          WHERE recording_groups.folded IN (SELECT value FROM json_each(?)))`,
        JSON.stringify(scope.groups.map(fold)),
      )
  }
}

function translate<Name extends FilterName>(name: Name, search: Search, plan: Plan): Clause | null {
  const value = search[name]
  return value === undefined ? null : translators[name](value as NonNullable<Search[Name]>, plan)
}

const isNarrow = (search: Search, { scope }: Viewer): boolean =>
  scope.kind === 'own' ||
  search.ownerUsername !== undefined ||
  search.localPartyNumber !== undefined ||
  search.remotePartyNumber?.op === 'equals'

/**
 * The condition for everything the viewer may find by this search.
 * @param order `time` where the statement walks from one end of time and stops early, `any` where it reads all.
 */
export function whereClause(search: Search, viewer: Viewer, order: 'time' | 'any'): Clause {
  const plan = { byTime: order === 'time', narrow: isNarrow(search, viewer) }
  const clauses = [scopeClause(viewer, plan), ...filterNames.map((name) => translate(name, search, plan))]
  const given = clauses.filter((part) => part !== null)
  return clause(
    given.map(({ sql }) => sql).join(' AND ') || EVERYTHING,
    ...given.flatMap(({ params }) => params),
  )
}

/** Whether nothing but the start narrows the search: then the smallest index can count it. */
export const isByStartOnly = (search: Search, { scope }: Viewer): boolean =>
  scope.kind === 'all' && filterNames.every((name) => name === 'startTime' || search[name] === undefined)
