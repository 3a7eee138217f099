/** The flags of `npm run user`, and the account that they describe. */
import { roles, type Role } from '../../contract/session.ts'
import { commaSeparated } from '../config/readers.ts'
import type { Account } from '../sources/archive/account.ts'
import { UsageError, type Flags, type Invocation } from './run-command.ts'

export const userFlags = {
  role: { type: 'string' },
  group: { type: 'string' },
  leads: { type: 'string' },
  'first-name': { type: 'string' },
  'last-name': { type: 'string' },
  'password-stdin': { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  'new-key': { type: 'boolean', default: false },
} as const satisfies Flags

export type UserInvocation = Invocation<typeof userFlags>
export type UserOptions = UserInvocation['flags']

/** @throws UsageError for a missing name, or one that nobody could sign in with. */
export function named(name: string | undefined): string {
  if (name === undefined || name.trim() === '') throw new UsageError('Which user? Give their NAME.')
  // HTTP Basic ends the username at the first colon.
  if (name.includes(':')) throw new UsageError(`A username cannot contain a colon: ${name}.`)
  return name
}

/** @throws UsageError for an unknown or missing role. */
export function readRole(text: string | undefined): Role {
  const role = roles.find((known) => known === text)
  if (!role) throw new UsageError(`--role takes one of ${roles.join(', ')}.`)
  return role
}

/**
 * The groups that a user of this role leads.
 * @param text the value of `--leads`, if given.
 * @param held the groups that they lead now, kept if none are given and the role is still supervisor.
 * @throws UsageError if the role and the groups do not match.
 */
export function groupsToLead(
  role: Role,
  text: string | undefined,
  held: readonly string[] = [],
): readonly string[] {
  const given = text === undefined ? null : commaSeparated(text)
  if (role !== 'supervisor') {
    if (given && given.length > 0) throw new UsageError('--leads is for the role supervisor.')
    return []
  }
  const groups = given ?? held
  if (groups.length > 0) return groups
  throw new UsageError('A supervisor sees the groups they lead: name them with --leads G,H.')
}

/** @throws UsageError if the flags do not describe an account. */
export function newAccount(name: string, options: UserOptions): Account {
  const role = readRole(options.role)
  return {
    user: {
      username: name,
      firstName: options['first-name'],
      lastName: options['last-name'],
      group: options.group,
    },
    role,
    leads: groupsToLead(role, options.leads),
  }
}
