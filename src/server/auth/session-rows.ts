/** Where the rows of sessions lie: in a file of this host, or in the database that several hosts share. */

/** Sessions of one account at once: repeated sign-ins must not fill the disk. */
export const MAX_SESSIONS = 20

/** The form in which usernames compare, as in the archives. */
export const foldUsername = (username: string): string => username.toLowerCase()

/** All instants in ms since the Unix epoch. */
export interface SessionRow {
  readonly verifier: Buffer
  readonly username: string
  readonly stamp: string
  readonly activeMs: number
  readonly expiresMs: number
  readonly sealed: Buffer | null
}

/** A row to add. */
export interface NewSession extends Omit<SessionRow, 'verifier'> {
  /** The principal's; null where the username is the account. */
  readonly account: string | null
}

/** The place of a session among the rows, and the proof that only its cookie gives. */
export interface SessionKey {
  readonly idHash: Buffer
  readonly verifier: Buffer
}

/** Rejects with an error that `isStorageFailure` knows where the rows cannot be read or written now. */
export interface SessionRows {
  find(idHash: Buffer): Promise<SessionRow | undefined>
  /**
   * Adds a session, and deletes those that have ended. An account with too many loses the oldest of the name that has
   * most: people of two domains may look like one account, and a sign-in must not end a session of a name that has
   * fewer.
   * @param endedMs sessions without input since then have ended.
   */
  add(session: SessionKey, row: NewSession, endedMs: number): Promise<void>
  activate(idHash: Buffer, atMs: number): Promise<void>
  /** Deletes all of them, or none. */
  remove(sessions: readonly SessionKey[]): Promise<void>
  /** Deletes the sessions of this username, in any spelling of case, that are no younger. */
  removeUpTo(username: string, expiresMs: number): Promise<void>
  /** The number that end after `nowMs` and had input after `endedMs`. */
  count(nowMs: number, endedMs: number): Promise<number>
  /** Whether they can be read. */
  isReadable(): Promise<boolean>
  close(): void
}
