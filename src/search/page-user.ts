import type { Session } from '../contract/session.ts'

/** The user of the list, and the way to sign out. */
export interface PageUser {
  readonly session: Session
  readonly signOut: () => void
}
