import type { Session } from '../contract/session.ts'

/** Who looks at the list, and the way out. */
export interface PageUser {
  readonly session: Session
  readonly signOut: () => void
}
