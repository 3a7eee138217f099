/**
 * Keeps what the throttle remembers in a small database, so that neither a restart nor a kill gives a guesser new tries.
 * Nobody waits for it and no sign-in fails by it: what cannot be written now is written with what comes next.
 */
import Database from 'better-sqlite3'
import { closeSync, openSync } from 'node:fs'
import { type Entry, type Keeper, type Kind } from './ledger.ts'

const VERSION = 1
/** Changes that wait for a file which cannot be written; beyond it the oldest is lost. */
const MAX_PENDING = 50_000

interface Change {
  readonly kind: Kind
  readonly key: string
  readonly entry: Entry | null
}

interface Row extends Entry {
  readonly kind: Kind
  readonly key: string
}

export interface AttemptsFileOptions {
  readonly file: string
  /** Gets each entry of the file, once it could be read. @returns false for one that is worth nothing. */
  readonly restore: (kind: Kind, key: string, entry: Entry) => boolean
  /** Told once for each time that the file cannot be used. */
  readonly report: (error: unknown) => void
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

export class AttemptsFile implements Keeper {
  readonly #options: AttemptsFileOptions
  readonly #pending = new Map<string, Change>()
  #db: Database.Database | null = null
  #isOut = false
  #isClosed = false

  constructor(options: AttemptsFileOptions) {
    this.#options = options
  }

  /** Reads the file, or makes it. One that cannot be opened now is opened with the next change. */
  open(): void {
    this.#attempt(() => this.#opened())
  }

  /** Whether what is remembered is in the file. */
  get isKept(): boolean {
    return !this.#isOut
  }

  save(kind: Kind, key: string, entry: Entry | null): void {
    if (this.#isClosed) return
    this.#queue({ kind, key, entry })
    this.#attempt(() => this.#write(this.#opened()))
  }

  /** What is saved from then on is lost. */
  close(): void {
    this.#isClosed = true
    this.#db?.close()
    this.#db = null
  }

  #queue(change: Change): void {
    const place = `${change.kind} ${change.key}`
    this.#pending.delete(place)
    this.#pending.set(place, change)
    const oldest = this.#pending.size > MAX_PENDING ? this.#pending.keys().next().value : undefined
    if (oldest !== undefined) this.#pending.delete(oldest)
  }

  #attempt(work: () => void): void {
    try {
      work()
      this.#isOut = false
    } catch (error) {
      if (!this.#isOut) this.#options.report(error)
      this.#isOut = true
    }
  }

  #opened(): Database.Database {
    if (this.#db) return this.#db
    const db = openDatabase(this.#options.file)
    try {
      const select = 'SELECT kind, key, until_ms AS untilMs, last_ms AS lastMs FROM attempt ORDER BY last_ms'
      const rows = db.prepare<[], Row>(select).all()
      for (const { kind, key, untilMs, lastMs } of rows) {
        const isTaken = this.#options.restore(kind, key, { untilMs, lastMs })
        if (!isTaken && !this.#pending.has(`${kind} ${key}`)) this.#queue({ kind, key, entry: null })
      }
    } catch (error) {
      db.close()
      throw error
    }
    this.#db = db
    return db
  }

  #write(db: Database.Database): void {
    const insert = db.prepare('INSERT OR REPLACE INTO attempt VALUES (?, ?, ?, ?)')
    const remove = db.prepare('DELETE FROM attempt WHERE kind = ? AND key = ?')
    db.transaction(() => {
      for (const { kind, key, entry } of this.#pending.values()) {
        if (entry) insert.run(kind, key, Math.round(entry.untilMs), Math.round(entry.lastMs))
        else remove.run(kind, key)
      }
    }).immediate()
    this.#pending.clear()
  }
}
