/** The statements of one connection, prepared once. */
import type { Database, Statement } from 'better-sqlite3'

const STATEMENTS_KEPT = 300

export class Statements {
  readonly #db: Database
  readonly #known = new Map<string, Statement>()

  constructor(db: Database) {
    this.#db = db
  }

  prepare(sql: string): Statement {
    const known = this.#known.get(sql)
    if (known) return known
    // There are a few thousand possible texts, of which a busy host uses a handful.
    if (this.#known.size >= STATEMENTS_KEPT) this.#known.clear()
    const statement = this.#db.prepare(sql)
    this.#known.set(sql, statement)
    return statement
  }
}
