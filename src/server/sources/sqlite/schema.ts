/**
 * The schema, as numbered migrations. The database's `user_version` counts the migrations that it has had. Never edit a
 * released migration; add a new one at the end.
 */
import type { Database } from 'better-sqlite3'
import { OperatorError } from '../../platform/operator-error.ts'

/** Marks the file as this program's: the bytes `RECD`. */
const APPLICATION_ID = 0x52454344

/*
 * recordings.key is the start in ms times 32,768 plus a sequence among equal starts (key.ts). SQLite ends every index
 * in the key, so each index is sorted by time within one value.
 */
const first = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE recording_groups (
  group_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE people (
  person_id INTEGER PRIMARY KEY,
  username TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  first_name TEXT,
  last_name TEXT,
  phone_number TEXT,
  department TEXT,
  group_id INTEGER REFERENCES recording_groups
) STRICT;
CREATE INDEX people_by_group ON people (group_id);

CREATE TABLE accounts (
  person_id INTEGER PRIMARY KEY REFERENCES people,
  role TEXT NOT NULL,
  password TEXT NOT NULL
) STRICT;

CREATE TABLE leads (
  person_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  group_id INTEGER NOT NULL REFERENCES recording_groups,
  PRIMARY KEY (person_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE media (
  media_id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL
) STRICT;

CREATE TABLE recordings (
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  id_case INTEGER NOT NULL,
  reference_number TEXT NOT NULL,
  sub_ms_ticks INTEGER NOT NULL,
  offset_minutes INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  direction INTEGER NOT NULL CHECK (direction IN (0, 1, 2)),
  local_number TEXT,
  remote_number TEXT,
  owner_id INTEGER REFERENCES people,
  owner_spelling TEXT,
  media_id INTEGER REFERENCES media,
  pbx_call_id TEXT,
  preserver_id INTEGER REFERENCES people,
  note TEXT
) STRICT;
`

/** Separate from the tables, because a first import builds these indexes at its end, in one sort each. */
const searchIndexes: Readonly<Record<string, string>> = {
  recordings_by_end: 'CREATE INDEX recordings_by_end ON recordings (end_ms)',
  recordings_by_owner: 'CREATE INDEX recordings_by_owner ON recordings (owner_id)',
  recordings_by_local: 'CREATE INDEX recordings_by_local ON recordings (local_number)',
  recordings_by_remote: 'CREATE INDEX recordings_by_remote ON recordings (remote_number)',
  recordings_by_direction: 'CREATE INDEX recordings_by_direction ON recordings (direction)',
}

/** Audio that repeats the bytes of a shorter file up to its own size. The index is empty in an archive without any. */
const clips = `
ALTER TABLE media ADD COLUMN clip_id INTEGER REFERENCES media;
CREATE INDEX media_by_clip ON media (clip_id) WHERE clip_id IS NOT NULL;
`

const migrations: readonly string[] = [[first, ...Object.values(searchIndexes)].join(';\n'), clips]

export const SCHEMA_VERSION = migrations.length

/** Belongs in the transaction of an import into an empty store. @returns functions that each restore one index. */
export function dropSearchIndexes(db: Database): (() => void)[] {
  for (const name of Object.keys(searchIndexes)) db.exec(`DROP INDEX ${name}`)
  return Object.values(searchIndexes).map((sql) => () => void db.exec(sql))
}

const integerPragma = (db: Database, name: string): number => Number(db.pragma(name, { simple: true }))

/**
 * Applies all missing migrations in one transaction.
 * @throws OperatorError if the file belongs to another program or to a newer version of this one.
 */
export function migrate(db: Database, steps: readonly string[] = migrations): void {
  const version = integerPragma(db, 'user_version')
  const owner = integerPragma(db, 'application_id')
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get())
  if (owner !== APPLICATION_ID && (owner !== 0 || tables > 0)) {
    throw new OperatorError(
      `${db.name} is a database of another program. Set DATA_DIR to a folder of its own, or move that file away.`,
    )
  }
  if (version > steps.length) {
    throw new OperatorError(
      `${db.name} was made by a newer version of this program (its schema is ${version}, this version knows ${steps.length}). ` +
        'Update this program, or set DATA_DIR to another folder.',
    )
  }
  if (version === steps.length) return
  // IMMEDIATE, with the version read again inside, because two hosts may start on a new folder at once.
  db.transaction(() => {
    for (const sql of steps.slice(integerPragma(db, 'user_version'))) db.exec(sql)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${steps.length}`)
  }).immediate()
}
