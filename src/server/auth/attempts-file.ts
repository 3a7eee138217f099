/**
 * Keeps what is remembered of tries in a small database, so that neither a restart nor a kill gives a guesser new tries.
 * Nobody waits for it and no sign-in fails by it: what cannot be written now is written with what comes next.
 */
import Database from 'better-sqlite3'
import { closeSync, openSync } from 'node:fs'
import { kinds, type LedgerEntry, type Keeper, type Kind } from './ledger.ts'
import { BoundedMap } from '../platform/bounded-map.ts'

const VERSION = 1
/** A kill loses no more than this, and a flood costs no more than a write in so long, ms; tries at a recorder are kept at once. */
const SAVE_MS = 50
/** Changes that wait for a file which cannot be written; beyond it the oldest is lost. */
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
  /** Changes are written together after so long, ms; 0 writes each at once. */
  readonly saveMs?: number
  /** Gets each entry of the file, once it could be read. @returns false for one that is worth nothing. */
  readonly restore: (kind: Kind, key: string, entry: LedgerEntry) => boolean
}

function openDatabase(file: string): Database.Database {
  // SQLite makes its files readable by all, and gives those beside this one the same mode.
  closeSync(openSync(file, 'a', 0o600))
  // Another program's lock is nothing to wait for.
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
   * Reads the file, or makes it. One that cannot be opened now is opened with the next change.
   * @param report is called each time the file begins to fail.
   */
  open(report: (error: unknown) => void): void {
    this.#report = report
    this.#attempt(() => this.#opened())
  }

  /** Whether what is remembered is in the file. */
  get isKept(): boolean {
    return !this.#isOut
  }

  save(kind: Kind, key: string, entry: LedgerEntry | null): void {
    if (this.#isClosed) return
    this.#queue({ kind, key, entry })
    const { saveMs = SAVE_MS } = this.#options
    // A password at the recorder is counted before it is sent, also by a host that is killed at once.
    if (saveMs === 0 || kind === kinds.try) this.#save()
    else this.#timer ??= setTimeout(() => this.#save(), saveMs).unref()
  }

  #save(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#pending.size > 0) this.#attempt(() => this.#write())
  }

  /** What is saved from then on is lost. */
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
