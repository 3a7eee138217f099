/** The tables of what several hosts share besides the archive. A relay has them too. Instants are ms since 1970. */
export const sharedTables = `
CREATE TABLE sessions (
  id_hash bytea PRIMARY KEY,
  verifier bytea NOT NULL,
  username text NOT NULL,
  folded text NOT NULL,
  account text,
  stamp text NOT NULL,
  active_ms bigint NOT NULL,
  expires_ms bigint NOT NULL,
  sealed bytea
);
CREATE INDEX sessions_by_user ON sessions (folded, expires_ms);
CREATE INDEX sessions_by_account ON sessions (coalesce(account, folded));

CREATE TABLE attempts (
  kind smallint NOT NULL,
  key text NOT NULL,
  until_ms bigint NOT NULL,
  last_ms bigint NOT NULL,
  PRIMARY KEY (kind, key)
);

CREATE TABLE audited_searches (
  id uuid PRIMARY KEY,
  session text NOT NULL,
  sealed bytea NOT NULL,
  at_ms bigint NOT NULL
);
CREATE INDEX audited_searches_by_session ON audited_searches (session, at_ms);

CREATE TABLE shown_rows (
  session text NOT NULL,
  minute bigint NOT NULL,
  recordings bigint NOT NULL,
  PRIMARY KEY (session, minute)
);

CREATE TABLE listenings (
  key text PRIMARY KEY,
  owner uuid NOT NULL,
  has_line boolean NOT NULL,
  last_ms bigint NOT NULL
);

CREATE TABLE hosts (
  name text PRIMARY KEY,
  instance uuid NOT NULL,
  source text NOT NULL,
  version text NOT NULL,
  audit_log text NOT NULL,
  audit_head text,
  seen_at timestamptz
);
`
