/** The signed-in user, as `/auth/session` answers and as the host writes it into the page. */

export const roles = ['none', 'base', 'supervisor', 'manager'] as const
/** Recordings by role: `none` none, `base` their own, `supervisor` those of the groups they lead, `manager` all. */
export type Role = (typeof roles)[number]

/** The recordings that a user may find. */
export type Scope =
  | { readonly kind: 'none' }
  | { readonly kind: 'own' }
  | { readonly kind: 'groups'; readonly groups: readonly string[] }
  | { readonly kind: 'all' }
  /** Only the recorder behind the host knows which ones. */
  | { readonly kind: 'recorder' }

/** Characters of a new password, at least. */
export const MIN_PASSWORD_LENGTH = 8

export interface Session {
  readonly username: string
  /** First and last name, or null where the directory has none. */
  readonly displayName: string | null
  readonly role: Role
  readonly scope: Scope
  /** Whether users can change their own password here. */
  readonly canChangePassword: boolean
  /** The host's clock, ms since the Unix epoch. */
  readonly nowMs: number
  /** When the session ends without input, ms since the Unix epoch. */
  readonly idleExpiresMs: number
  /** When it ends in any case, ms since the Unix epoch. */
  readonly expiresMs: number
}

/** An account that anyone may use, shown where the host runs on demo data. */
export interface DemoAccount {
  readonly username: string
  readonly password: string
  readonly role: Role
}

/**
 * The host writes this into the page's `<meta name="boot">` as JSON, so that the page knows the user and the time
 * before its first request.
 */
export interface Boot {
  readonly nowMs: number
  readonly session: Session | null
  readonly demoAccounts: readonly DemoAccount[]
  /** The person to ask for rights, or null where none is configured. */
  readonly contact: string | null
}
