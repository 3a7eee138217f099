/**
 * The schema, as numbered migrations. Never edit a released migration; add a new one at the end. Everything lies in a
 * PostgreSQL schema of its own, so the database may hold other programs' tables too.
 */
import type { ClientBase } from 'pg'
import { OperatorError } from '../../platform/operator-error.ts'
import { ADVISORY_LOCKS, SCHEMA } from './names.ts'
import { sharedTables } from './shared-tables.ts'
import { clause, queryOne, queryRow } from './statements.ts'

/** Stands for the operator class of pg_trgm, whose schema its installer chose. */
const TRIGRAMS = '{gin_trgm_ops}'

/** The first day that a date can have, the year 0 of ISO 8601, in days before 1970. */
const FIRST_DAY = 719_528
const DAY_MS = 86_400_000

/*
 * recordings.key is the start in ms times 32,768 plus a sequence among equal starts (key.ts). A unique index must
 * contain the partition's key, so a table of its own keeps each id once. A recording's people and audio are not foreign
 * keys, because checking them row by row would take a third of an import.
 */
const tables = `
CREATE TABLE recording_groups (
  group_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  folded text NOT NULL UNIQUE
);

CREATE TABLE people (
  person_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username text NOT NULL,
  folded text NOT NULL UNIQUE,
  first_name text,
  last_name text,
  phone_number text,
  department text,
  group_id integer REFERENCES recording_groups
);
CREATE INDEX people_by_group ON people (group_id);

CREATE TABLE accounts (
  person_id integer PRIMARY KEY REFERENCES people,
  role text NOT NULL,
  password text NOT NULL
);

CREATE TABLE leads (
  person_id integer NOT NULL REFERENCES accounts ON DELETE CASCADE,
  group_id integer NOT NULL REFERENCES recording_groups,
  PRIMARY KEY (person_id, group_id)
);

CREATE TABLE media (
  media_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sha256 text NOT NULL UNIQUE,
  size bigint NOT NULL,
  clip_id integer REFERENCES media
);

CREATE TABLE recordings (
  key bigint PRIMARY KEY,
  id uuid NOT NULL,
  id_case bigint NOT NULL,
  reference_number text NOT NULL,
  sub_ms_ticks smallint NOT NULL,
  offset_minutes smallint NOT NULL,
  end_ms bigint NOT NULL,
  direction smallint NOT NULL CHECK (direction IN (0, 1, 2)),
  local_number text COLLATE "C",
  remote_number text COLLATE "C",
  owner_id integer,
  owner_spelling text,
  media_id integer,
  pbx_call_id text,
  preserver_id integer,
  note text
) PARTITION BY RANGE (key);

CREATE TABLE recording_ids (
  id uuid PRIMARY KEY,
  key bigint NOT NULL
);

CREATE INDEX recordings_by_end ON recordings (end_ms, key);
CREATE INDEX recordings_by_owner ON recordings (owner_id, key);
CREATE INDEX recordings_by_local ON recordings (local_number, key);
CREATE INDEX recordings_by_remote ON recordings (remote_number, key);
CREATE INDEX recordings_by_part ON recordings USING gin (remote_number ${TRIGRAMS});
CREATE INDEX recordings_by_media ON recordings (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX recordings_by_preserver ON recordings (preserver_id) WHERE preserver_id IS NOT NULL;
`

/**
 * How many recordings each day has, by direction, and for each owner. Days are those of UTC, counted from 1970. They are
 * kept in the transaction that changes the recordings, whatever statement that is.
 */
const counts = `
CREATE FUNCTION day_of(key bigint) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (((key >> 15) + ${FIRST_DAY} * ${DAY_MS}::bigint) / ${DAY_MS} - ${FIRST_DAY})::integer
$$;

CREATE TABLE day_counts (
  day integer NOT NULL,
  direction smallint NOT NULL,
  recordings bigint NOT NULL,
  PRIMARY KEY (day, direction)
);

CREATE TABLE owner_counts (
  owner_id integer NOT NULL,
  day integer NOT NULL,
  direction smallint NOT NULL,
  recordings bigint NOT NULL,
  PRIMARY KEY (owner_id, day, direction)
);
`

/** Adds to the counts. `changed` yields each row that was added or removed, with +1 or -1. */
const addCounts = (changed: string): string => `
  INSERT INTO day_counts AS known
    SELECT day, direction, sum(step) FROM (${changed}) AS changed
    GROUP BY day, direction HAVING sum(step) <> 0 ORDER BY day, direction
    ON CONFLICT (day, direction) DO UPDATE SET recordings = known.recordings + excluded.recordings;
  INSERT INTO owner_counts AS known
    SELECT owner_id, day, direction, sum(step) FROM (${changed}) AS changed WHERE owner_id IS NOT NULL
    GROUP BY owner_id, day, direction HAVING sum(step) <> 0 ORDER BY owner_id, day, direction
    ON CONFLICT (owner_id, day, direction) DO UPDATE SET recordings = known.recordings + excluded.recordings;
`

/** One trigger of the counts. */
const counting = (event: 'INSERT' | 'UPDATE' | 'DELETE', changed: string, transition: string): string => `
CREATE FUNCTION count_${event.toLowerCase()}() RETURNS trigger LANGUAGE plpgsql
  SET search_path FROM CURRENT AS $$ BEGIN
  ${addCounts(changed)}
  RETURN NULL;
END $$;
CREATE TRIGGER count_${event.toLowerCase()} AFTER ${event} ON recordings REFERENCING ${transition}
  FOR EACH STATEMENT EXECUTE FUNCTION count_${event.toLowerCase()}();
`

const stepsOf = (table: string, step: 1 | -1): string =>
  `SELECT day_of(key) AS day, direction, owner_id, ${step} AS step FROM ${table}`

const [added, removed] = [stepsOf('added', 1), stepsOf('removed', -1)]

const triggers = [
  counting('INSERT', added, 'NEW TABLE AS added'),
  counting('DELETE', removed, 'OLD TABLE AS removed'),
  counting('UPDATE', `${added} UNION ALL ${removed}`, 'OLD TABLE AS removed NEW TABLE AS added'),
].join('\n')

/** Counts the recordings of a partition that was filled before it was attached. */
export async function countMonth(client: ClientBase, name: string): Promise<void> {
  await client.query(addCounts(stepsOf(name, 1)))
}

const migrations: readonly string[] = [[tables, counts, triggers].join('\n'), sharedTables]

export const POSTGRES_SCHEMA_VERSION = migrations.length

/** A value of the archive's own, or null where there is no archive. */
async function metaOf(client: ClientBase, name: string): Promise<string | null> {
  const made = await queryOne<{ made: boolean }>(
    client,
    clause(`SELECT to_regclass('${SCHEMA}.meta') IS NOT NULL AS made`),
  )
  if (!made?.made) return null
  const known = await queryOne<{ value: string }>(
    client,
    clause(`SELECT value FROM ${SCHEMA}.meta WHERE name = ?`, name),
  )
  return known?.value ?? null
}

/** The archive's own id, which its replicas share, or null where there is no archive. */
export const archiveIdOf = (client: ClientBase): Promise<string | null> => metaOf(client, 'archive_id')

const versionOf = async (client: ClientBase): Promise<number> =>
  Number((await metaOf(client, 'schema_version')) ?? 0)

const preparation = `
CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE TABLE IF NOT EXISTS meta (name text PRIMARY KEY, value text NOT NULL);
INSERT INTO meta VALUES ('archive_id', gen_random_uuid()::text);
`

async function trigramsOf(client: ClientBase): Promise<string> {
  const sql = `SELECT quote_ident(nspname) || '.gin_trgm_ops' AS name
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm'`
  return (await queryRow<{ name: string }>(client, clause(sql))).name
}

/**
 * Applies all missing migrations in one transaction. Hosts that start at once wait for each other.
 * @throws OperatorError if the schema was made by a newer version of this program.
 * @throws the server's error.
 */
export async function migratePostgres(
  client: ClientBase,
  steps: readonly string[] = migrations,
): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.migration})`)
    const version = await versionOf(client)
    if (version > steps.length) {
      throw new OperatorError(
        `The database of DATABASE_URL was made by a newer version of this program (its schema is ${version}, this version ` +
          `knows ${steps.length}). Update this program, or set DATABASE_URL to another database.`,
      )
    }
    if (version === 0) await client.query(preparation)
    const trigrams = await trigramsOf(client)
    for (const sql of steps.slice(version)) await client.query(sql.replaceAll(TRIGRAMS, trigrams))
    if (version < steps.length) {
      await client.query(
        `INSERT INTO meta (name, value) VALUES ('schema_version', '${steps.length}')
          ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      )
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}
