/** Runs statements over one connection. Numbers of 64 bits are exact. */
import { types, type ClientBase, type CustomTypesConfig, type Pool } from 'pg'

export type StatementValue =
  string | number | bigint | boolean | Buffer | null | readonly (string | number | bigint | Buffer)[]

/** A condition and the values of its question marks. */
export interface SqlClause {
  readonly sql: string
  readonly params: readonly StatementValue[]
}

export const clause = (sql: string, ...params: StatementValue[]): SqlClause => ({ sql, params })

/** Puts the clauses together, with their values in order. */
export const sqlJoin = (clauses: readonly SqlClause[], separator: string): SqlClause => ({
  sql: clauses.map(({ sql }) => sql).join(separator),
  params: clauses.flatMap(({ params }) => params),
})

const INT8 = 20

/** Reads `bigint` as a BigInt, because keys exceed 2^53. */
export const exactTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? (text: string) => BigInt(text)
      : types.getTypeParser(oid, format as 'text')) as CustomTypesConfig['getTypeParser'],
}

/** Each costs a connection up to a megabyte of the server's memory. */
const NAMES_KEPT = 100
const names = new Map<string, string>()

/** A name under which each connection keeps the plan of the statement, because planning takes longer than most of them. */
function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `statement_${names.size}`
  // There are a few thousand possible texts, of which a busy host uses a handful. The others are planned each time.
  if (names.size >= NAMES_KEPT) return ''
  names.set(text, name)
  return name
}

const written = (value: StatementValue): unknown => {
  if (typeof value === 'bigint') return String(value)
  return Array.isArray(value) ? value.map((item) => (typeof item === 'bigint' ? String(item) : item)) : value
}

/** One connection, over which a transaction can be made. */
export type DatabaseConnection = ClientBase

/** A connection, or a pool that lends one for each statement. */
export type Queryable = ClientBase | Pool

/**
 * Runs one statement. Question marks in its text stand for the values.
 * @returns its rows.
 * @throws the server's error.
 */
export async function query<Row extends object>(
  client: Queryable,
  { sql, params }: SqlClause,
): Promise<readonly Row[]> {
  let count = 0
  const text = sql.replaceAll('?', () => `$${(count += 1)}`)
  const { rows } = await (client as ClientBase).query<Row>({
    name: nameOf(text),
    text,
    values: params.map(written),
  })
  return rows
}

/** @returns the first row, or undefined if there is none. */
export async function queryOne<Row extends object>(
  client: Queryable,
  asked: SqlClause,
): Promise<Row | undefined> {
  return (await query<Row>(client, asked))[0]
}

/** @returns the one row of a statement that always has one, such as an `INSERT … RETURNING`. */
export async function queryRow<Row extends object>(client: Queryable, asked: SqlClause): Promise<Row> {
  const row = await queryOne<Row>(client, asked)
  if (row) return row
  throw new Error('A statement that always has a row had none.')
}
