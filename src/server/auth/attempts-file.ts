/**
 * Keeps the memory of tries in a small database, so that neither a restart nor a kill gives a guesser new tries. No
 * sign-in fails because of it: changes that cannot be written now are written with the next one.
 */
import Database from 'better-sqlite3'
import { closeSync, openSync } from 'node:fs'
import { kinds, type LedgerEntry, type Keeper, type Kind } from './ledger.ts'
import { BoundedMap } from '../platform/bounded-map.ts'

const VERSION = 1
/** Ms between writes: a kill loses no more, and a flood writes no oftener. Tries at a recorder are kept at once. */
const SAVE_MS = 50
/** Changes that may wait while the file cannot be written; beyond it the oldest is lost. */
const MAX_PENDING = 50_000

interface Change {
  readonly kind: Kind
  readonly key: string
  readonly entry: LedgerEntry | null
}

interface Row extends LedgerEntry {
  readonly kind: Kind
  readonly key: string
}

export interface AttemptsFileOptions {
  readonly file: string
  /** Ms after which changes are written together; 0 writes each at once. */
  readonly saveMs?: number
  /** Called with each entry when the file is read. @returns false for one that is not worth keeping. */
  readonly restore: (kind: Kind, key: string, entry: LedgerEntry) => boolean
}

function openDatabase(file: string): Database.Database {
  // SQLite makes its files readable by all, but gives its side files the mode of this one.
  closeSync(openSync(file, 'a', 0o600))
  // Does not wait for another program's lock.
  const db = new Database(file, { timeout: 0 })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    if (db.pragma('user_version', { simple: true }) !== VERSION) {
      db.exec('DROP TABLE IF EXISTS attempt')
      db.pragma(`user_version = ${VERSION}`)
    }
    db.exec(`CREATE TABLE IF NOT EXISTS attempt (
      kind INTEGER NOT NULL, key TEXT NOT NULL, until_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
      PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

interface Statements {
  readonly insert: Database.Statement
  readonly remove: Database.Statement
}

export class AttemptsFile implements Keeper {
  readonly #options: AttemptsFileOptions
  readonly #pending = new BoundedMap<string, Change>(MAX_PENDING)
  #report: (error: unknown) => void = () => {}
  #db: (Statements & { readonly database: Database.Database }) | null = null
  #timer: NodeJS.Timeout | null = null
  #isOut = false
  #isClosed = false

  constructor(options: AttemptsFileOptions) {
    this.#options = options
  }

  /**
   * Reads the file, or makes it. Where that fails, the next change tries again.
   * @param report is called each time the file begins to fail.
   */
  open(report: (error: unknown) => void): void {
    this.#report = report
    this.#attempt(() => this.#opened())
  }

  /** False from a failure of the file until it works again. */
  get isKept(): boolean {
    return !this.#isOut
  }

  save(kind: Kind, key: string, entry: LedgerEntry | null): void {
    if (this.#isClosed) return
    this.#queue({ kind, key, entry })
    const { saveMs = SAVE_MS } = this.#options
    // A password for the recorder is counted before it is sent, even if the host is then killed at once.
    if (saveMs === 0 || kind === kinds.try) this.#save()
    else this.#timer ??= setTimeout(() => this.#save(), saveMs).unref()
  }

  #save(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#pending.size > 0) this.#attempt(() => this.#write())
  }

  /** Later changes are lost. */
  close(): void {
    this.#save()
    this.#isClosed = true
    this.#db?.database.close()
    this.#db = null
  }

  #queue(change: Change): void {
    this.#pending.set(`${change.kind} ${change.key}`, change)
  }

  #attempt(work: () => void): void {
    try {
      work()
      this.#isOut = false
    } catch (error) {
      if (!this.#isOut) this.#report(error)
      this.#isOut = true
    }
  }

  #opened() {
    if (this.#db) return this.#db
    const database = openDatabase(this.#options.file)
    try {
      const select = 'SELECT kind, key, until_ms AS untilMs, last_ms AS lastMs FROM attempt ORDER BY last_ms'
      const rows = database.prepare<[], Row>(select).all()
      for (const { kind, key, untilMs, lastMs } of rows) {
        const isTaken = this.#options.restore(kind, key, { untilMs, lastMs })
        if (!isTaken && !this.#pending.has(`${kind} ${key}`)) this.#queue({ kind, key, entry: null })
      }
    } catch (error) {
      database.close()
      throw error
    }
    const insert = database.prepare('INSERT OR REPLACE INTO attempt VALUES (?, ?, ?, ?)')
    const remove = database.prepare('DELETE FROM attempt WHERE kind = ? AND key = ?')
    this.#db = { database, insert, remove }
    return this.#db
  }

  #write(): void {
    const { database, insert, remove } = this.#opened()
    database
      .transaction(() => {
        for (const { kind, key, entry } of this.#pending.values()) {
          if (entry) insert.run(kind, key, Math.round(entry.untilMs), Math.round(entry.lastMs))
          else remove.run(kind, key)
        }
      })
      .immediate()
    this.#pending.clear()
  }
}
