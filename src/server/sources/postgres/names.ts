/** Names and numbers that statements of several files share. */

/** The PostgreSQL schema that holds everything. */
export const SCHEMA = 'recordings_dashboard'

/** The keys of advisory locks. Their upper half spells `RECD`, so that no other program's locks meet them. */
export const ADVISORY_LOCKS = {
  /** Held while the schema is made or upgraded. */
  migration: (0x52454344n << 32n) + 1n,
  /** Held by the one process that writes recordings. */
  writing: (0x52454344n << 32n) + 2n,
  /** Held while a host says that it runs. */
  hosts: (0x52454344n << 32n) + 3n,
} as const

/** The first half of the locks of tries, which have two numbers of 32 bits. */
export const ATTEMPT_LOCKS = 0x52454344

/** The first half of the locks of accounts whose sessions are counted. */
export const SESSION_LOCKS = 0x52454345
