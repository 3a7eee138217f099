/** People who may sign in, and what they may find. */
import type { User } from '../../../contract/recording.ts'
import type { Role, Scope } from '../../../contract/session.ts'

export interface Account {
  readonly user: User
  readonly role: Role
  /** The groups that a supervisor leads, by name. */
  readonly leads: readonly string[]
}

/** An account's new values. Null removes a value. */
export interface AccountChange extends Pick<Account, 'role' | 'leads'> {
  readonly group: string | null
  readonly firstName: string | null
  readonly lastName: string | null
}

/** The user without its empty fields. */
export function userOf(row: { readonly [Field in keyof User]: User[Field] | null }): User {
  const known = Object.entries(row).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(known) as unknown as User
}

/** What a user of this role may find. */
export function scopeOf(role: Role, leads: readonly string[]): Scope {
  switch (role) {
    case 'none':
      return { kind: 'none' }
    case 'base':
      return { kind: 'own' }
    case 'supervisor':
      return { kind: 'groups', groups: leads }
    case 'manager':
      return { kind: 'all' }
  }
}

/** An account as an archive stores it, with the person's columns. @typeParam Leads how it stores the groups. */
export interface AccountRow<Leads> {
  readonly personId: number
  readonly username: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly phoneNumber: string | null
  readonly department: string | null
  readonly group: string | null
  readonly role: Role
  readonly password: string
  readonly leads: Leads
}
