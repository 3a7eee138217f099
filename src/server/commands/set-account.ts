/** `npm run user -- set NAME`: changes the rights, groups or names of an account. */
import type { Scope } from '../../contract/session.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { scopeOf, type Account, type AccountChange } from '../sources/archive/account.ts'
import type { OperatedArchive } from '../sources/archive/operated.ts'
import { fold } from '../sources/archive/fold.ts'
import { groupsToLead, readRole, type UserOptions } from './account-flags.ts'
import { UsageError } from './run-command.ts'

const settable = ['role', 'group', 'leads', 'first-name', 'last-name'] as const

/** @throws UsageError if no flag names a change, or the role is unknown. */
export function requireChange(options: UserOptions): void {
  if (settable.every((name) => options[name] === undefined)) {
    throw new UsageError(`Name what to change: ${settable.map((name) => `--${name}`).join(', ')}.`)
  }
  if (options.role !== undefined) readRole(options.role)
}

/** Whether the new scope still finds everything that the old one found. */
function covers(after: Scope, before: Scope): boolean {
  if (after.kind === 'all' || before.kind === 'none') return true
  if (after.kind !== 'groups' || before.kind !== 'groups') return after.kind === before.kind
  const groups = new Set(after.groups.map(fold))
  return before.groups.every((group) => groups.has(fold(group)))
}

/** A missing flag changes nothing; an empty one removes the value. */
const changed = (given: string | undefined, held: string | undefined): string | null =>
  given === undefined ? (held ?? null) : given.trim() || null

function changeOf({ user, role, leads }: Account, options: UserOptions): AccountChange {
  const after = options.role === undefined ? role : readRole(options.role)
  return {
    role: after,
    leads: groupsToLead(after, options.leads, leads),
    group: changed(options.group, user.group),
    firstName: changed(options['first-name'], user.firstName),
    lastName: changed(options['last-name'], user.lastName),
  }
}

/** A mistyped name would make an empty group, and its supervisor would see nothing. */
function requireGroups(known: readonly string[], wanted: readonly string[]): void {
  const folded = new Set(known.map(fold))
  const missing = wanted.find((group) => !folded.has(fold(group)))
  if (missing === undefined) return
  const those = known.length === 0 ? 'The store has no groups yet' : `The store has ${known.join(', ')}`
  throw new OperatorError(
    `There is no group “${missing}”. ${those}; user add and an import make new ones. Nothing was changed.`,
  )
}

export interface SetAccount {
  readonly username: string
  readonly role: Account['role']
  /** Whether the user may find less than before. */
  readonly isNarrower: boolean
}

/**
 * Changes the account in one transaction. The password and the user's recordings stay.
 * @returns null if there is no such account.
 * @throws OperatorError for a group that the store does not have, UsageError if role and groups do not match.
 */
export async function setAccount(
  archive: OperatedArchive,
  name: string,
  options: UserOptions,
): Promise<SetAccount | null> {
  const changedAccount = await archive.changeAccount(name, (account, groups) => {
    const change = changeOf(account, options)
    requireGroups(groups, [...change.leads, ...(options.group?.trim() ? [options.group.trim()] : [])])
    return change
  })
  if (!changedAccount) return null
  const { before, after } = changedAccount
  const isNarrower = !covers(scopeOf(after.role, after.leads), scopeOf(before.role, before.leads))
  return { username: before.user.username, role: after.role, isNarrower }
}
