/**
 * Translates a search to PostgreSQL's SQL. The translators' type comes from the declaration of the search, so a new
 * filter does not compile until it is handled here. The viewer's scope is part of the same clause, so totals obey it.
 */
import type { ClientBase } from 'pg'
import type { TimeFilter } from '../../../contract/filter-kinds.ts'
import { filterNames, type FilterName, type Search } from '../../../contract/search.ts'
import { fold } from '../archive/fold.ts'
import { firstKey } from '../archive/key.ts'
import { instants, type Asked } from '../archive/plan.ts'
import type { ScopedUser } from '../archive/search-kind.ts'
import { clause, sqlJoin, query, type SqlClause } from './statements.ts'

/** The people whose recordings match, by their ids, or null for everybody's and those of nobody. */
export type Owners = readonly number[] | null

/** A search whose people have been found. */
export interface Resolved {
  readonly search: Search
  readonly owners: Owners
}

type Translators = {
  readonly [Name in Exclude<FilterName, 'ownerUsername'>]: (value: NonNullable<Search[Name]>) => SqlClause
}

/** Clauses of the people who are allowed, or null for all. */
function scopeOfPeople({ username, scope }: ScopedUser): SqlClause | null {
  switch (scope.kind) {
    case 'all':
      return null
    // The archive does not know the rights of a recorder's user, so it shows nothing.
    case 'recorder':
    case 'none':
      return clause('FALSE')
    case 'own':
      return clause('people.folded = ?', fold(username))
    case 'groups':
      return clause('recording_groups.folded = ANY(?::text[])', scope.groups.map(fold))
  }
}

/** PostgreSQL's texts hold every character but this one. */
const NUL = '\u0000'

/** Finds the people that the search and the viewer's scope leave. */
export async function resolve(client: ClientBase, { search, viewer }: Asked): Promise<Resolved> {
  const { ownerUsername: asked } = search
  const scope = scopeOfPeople(viewer)
  const given = [...(scope ? [scope] : []), ...(asked ? [clause('people.folded = ?', fold(asked.text))] : [])]
  if (given.length === 0) return { search, owners: null }
  if (asked?.text.includes(NUL)) return { search, owners: [] }
  const { sql, params } = sqlJoin(given, ' AND ')
  const found = await query<{ id: number }>(client, {
    sql: `SELECT person_id AS id FROM people LEFT JOIN recording_groups USING (group_id) WHERE ${sql}`,
    params,
  })
  return { search, owners: found.map(({ id }) => id) }
}

/** The bounds of a column. `unit` converts ms to the column's unit. */
function range(column: string, bounds: TimeFilter, unit: (ms: number) => bigint): SqlClause {
  const [from, to] = instants(bounds)
  const above = from === null ? [] : [clause(`${column} >= ?`, unit(from))]
  const below = to === null ? [] : [clause(`${column} < ?`, unit(to))]
  return sqlJoin([...above, ...below], ' AND ')
}

/** `LIKE` takes these characters for wildcards. */
const pattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

/** Without three letters or digits in a row, the index over parts of numbers would be read whole. */
const hasTrigram = (text: string): boolean => /[\p{L}\p{N}]{3}/u.test(text)

const equal = (column: string, text: string): SqlClause =>
  text.includes(NUL) ? clause('FALSE') : clause(`${column} = ?`, text)

/** How the index over parts of numbers is used. */
export type ByPart = 'indexed' | 'hidden'

function containing(text: string, byPart: ByPart): SqlClause {
  if (text.includes(NUL)) return clause('FALSE')
  const column = byPart === 'indexed' && hasTrigram(text) ? 'remote_number' : "(remote_number || '')"
  return clause(`${column} LIKE ?`, pattern(text))
}

const translators = (byPart: ByPart): Translators => ({
  startTime: (bounds) => range('recordings.key', bounds, firstKey),
  endTime(bounds) {
    const own = range('end_ms', bounds, BigInt)
    // No call ends before it starts, so this limits the key too.
    const limit = instants(bounds)[1]
    return limit === null ? own : sqlJoin([own, clause('recordings.key < ?', firstKey(limit))], ' AND ')
  },
  localPartyNumber: ({ text }) => equal('local_number', text),
  remotePartyNumber: ({ op, text }) =>
    op === 'equals' ? equal('remote_number', text) : containing(text, byPart),
  direction: (value) => clause('direction = ?', value),
})

/** The condition on the owner, or null for everybody. */
export function ownerClause(owners: Owners): SqlClause | null {
  if (owners === null) return null
  const [first, ...others] = owners
  if (first === undefined) return clause('FALSE')
  return others.length === 0 ? clause('owner_id = ?', first) : clause('owner_id = ANY(?::integer[])', owners)
}

/**
 * The condition for all recordings that the viewer may find with this search.
 * @param without filters that are left out, because something else takes care of them.
 */
export function conditionOf(
  { search, owners }: Resolved,
  byPart: ByPart,
  without: readonly FilterName[] = [],
): SqlClause {
  const translate = translators(byPart)
  const parts: (SqlClause | null)[] = [ownerClause(owners)]
  for (const name of filterNames) {
    if (name === 'ownerUsername' || without.includes(name)) continue
    const value = search[name]
    if (value !== undefined) parts.push(translate[name](value as never))
  }
  const given = parts.filter((part) => part !== null)
  return given.length === 0 ? clause('TRUE') : sqlJoin(given, ' AND ')
}
