/** Who is signed in, as `/auth/session` tells it and as the host writes it into the page. */

export const roles = ['none', 'base', 'supervisor', 'manager'] as const
/** none: no recordings; base: own; supervisor: those of the groups they lead; manager: all. */
export type Role = (typeof roles)[number]

/** Whose recordings a user may find. */
export type Scope =
  | { readonly kind: 'none' }
  | { readonly kind: 'own' }
  | { readonly kind: 'groups'; readonly groups: readonly string[] }
  | { readonly kind: 'all' }
  /** Whatever the recorder behind the host lets this user find: only it knows. */
  | { readonly kind: 'recorder' }

export interface Session {
  readonly username: string
  /** First and last name, or null where the directory has none. */
  readonly displayName: string | null
  readonly role: Role
  readonly scope: Scope
  /** Whether they can give themselves another password here. */
  readonly canChangePassword: boolean
  /** The host's clock, ms since the Unix epoch. */
  readonly nowMs: number
  /** When the session ends without input, ms since the Unix epoch. */
  readonly idleExpiresMs: number
  /** When it ends in any case, ms since the Unix epoch. */
  readonly expiresMs: number
}

/** An account that anyone may try, shown where the host runs on demo data. */
export interface DemoAccount {
  readonly username: string
  readonly password: string
  readonly role: Role
}

/**
 * What the host writes into the page's `<meta name="boot">` as JSON, so that the page knows who is signed in
 * and what time it is before it asks anything.
 */
export interface Boot {
  readonly nowMs: number
  readonly session: Session | null
  readonly demoAccounts: readonly DemoAccount[]
  /** Whom to ask for rights, or null where nobody is configured. */
  readonly contact: string | null
}
