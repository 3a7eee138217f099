/**
 * Where recordings come from. The host's routes know this interface and nothing behind it, and the browser cannot tell
 * which source answers. Sources throw `Problem` for failures that they can name. Any other error is a 500.
 */
import type { Person } from '../../contract/people.ts'
import type { Paging, Search } from '../../contract/search.ts'
import type { Role, Scope } from '../../contract/session.ts'
import type { Figures } from '../platform/figures.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** A user as the source knows them now. It decides what they may see, as part of every query. */
export interface Principal {
  readonly username: string
  /**
   * The same text for all names by which one account signs in. It is for comparing only. Without it, each username is a
   * separate account, without regard to case.
   */
  readonly account?: string
  /** First and last name, or null if the directory has none. */
  readonly displayName: string | null
  readonly role: Role
  readonly scope: Scope
  /** Changes whenever the password does: a session opened under another stamp has ended. */
  readonly stamp: string
  /** Whether the source lets them change their own password. */
  readonly canChangePassword?: boolean
  /** Only for a source that needs the password with every call. The session keeps it sealed, and it is never logged. */
  readonly credentials?: Credentials
}

/** One page of an answer. Its elements may come from a recorder, so read them leniently. */
export interface Page {
  readonly totalCount: number
  readonly recordings: readonly unknown[]
}

/** Audio to be answered in ranges. Bytes are counted from 0. */
export interface Media {
  readonly size: number
  /** Strong validator of the bytes, without quotes. */
  readonly etag: string
  /** File name for a download, made of the reference number: `2017000000175.mp3`. */
  readonly fileName: string
  /** Opens the bytes from `start` to `end`, both included. The caller reads or destroys the stream. */
  open(start: number, end: number): NodeJS.ReadableStream
}

/**
 * `further`: a player, or the page for it, asks about audio that it has asked for before: for a later part, or for the
 * reason why there is no more. A source that has just failed at it repeats its failure, and does not try again.
 */
export type MediaAsk = 'first' | 'further'

/** All matching recordings, for an answer that is written while it is read. */
export interface WholeList<Row = unknown> {
  readonly totalCount: number
  readonly recordings: AsyncIterable<Row> | Iterable<Row>
}

/** The caller that waits for a password to be checked. */
export interface Asker {
  /** Aborts once the caller no longer waits. */
  readonly signal: AbortSignal
  /** The network that the password came from, or one user there. Turns go round between these. */
  readonly from: string
  /** Whether this user has signed in from there before. Such users do not wait behind strangers. */
  readonly isKnown: boolean
  /** Whether a program sent it with a request of its own. People at the sign-in do not wait behind programs. */
  readonly isScript: boolean
  /** Called if the password was sent on but no answer came. The password may have been judged all the same. */
  readonly onUnanswered?: () => void
}

export interface Source {
  /**
   * @param signal aborts once the caller no longer waits. A check that has begun may go on to its end.
   * @returns null for an unknown user and for a wrong password alike, after the same time.
   * @throws Problem 503 `busy` if too many wait already.
   */
  authenticate(
    username: string,
    password: string,
    signal?: AbortSignal,
    asker?: Omit<Asker, 'signal'>,
  ): Promise<Principal | null>
  /**
   * Changes a user's password, if the source keeps passwords. The caller has checked the old one and the new one.
   * @returns the user with a new stamp, or null if the user was removed.
   * @throws Problem 503 `storage_failed` if the password cannot be stored now, `busy`, or the signal's reason.
   */
  changePassword?(username: string, password: string, signal: AbortSignal): Promise<Principal | null>
  /**
   * The user's current state, or null if the user was removed or the password is known to be refused. Usernames compare
   * without regard to case.
   * @param credentials of the session or of the call, or null.
   */
  principal(username: string, credentials: Credentials | null): Promise<Principal | null>
  /** One page, most recent first, and how many match in all. Aborting rejects with the signal's reason. */
  list(search: Search, paging: Paging, viewer: Principal, signal: AbortSignal): Promise<Page>
  /** Everything that matches, most recent first. */
  listAll(search: Search, viewer: Principal, signal: AbortSignal): Promise<WholeList>
  /**
   * People whose calls the viewer may find, best match first: see `findPeople`.
   * @throws Problem 403 `forbidden` if the source knows that the viewer may not search.
   */
  people(q: string, limit: number, viewer: Principal): Promise<readonly Person[]>
  /**
   * The names of the owners of these rows, by username as in the rows. Owners without a known name are left out.
   * @param rows a page that the viewer is shown. The source may remember its owners for `people`.
   */
  ownerNames(rows: readonly unknown[], viewer: Principal): Readonly<Record<string, string>>
  /** The user has signed out. The source may forget what they were shown. */
  forget?(username: string): void
  /** @returns null if it does not exist or the viewer may not see it. Ids compare without regard to case. */
  detail(id: string, viewer: Principal, signal: AbortSignal): Promise<object | null>
  /** @returns null as `detail` does, and if the recording has no audio. */
  media(id: string, viewer: Principal, signal: AbortSignal, ask: MediaAsk): Promise<Media | null>
  /** Whether it can answer now. */
  ready(): Promise<boolean>
  /** Figures about it for the host's metrics. */
  gauges?(): Figures
  close(): Promise<void>
}
