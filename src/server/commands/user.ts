/** `npm run user -- add|list|set|remove|passwd|sign-out`: the accounts of the host's archive. */
import type { OperatedArchive } from '../sources/archive/operated.ts'
import { hashPassword } from '../sources/archive/passwords.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { named, newAccount, userFlags, type UserInvocation } from './account-flags.ts'
import { askPassword } from './ask-password.ts'
import { logged } from './from-terminal.ts'
import { openArchive } from './open-archive.ts'
import { runCommand, UsageError, type Command } from './run-command.ts'
import { requireChange, setAccount } from './set-account.ts'
import { endSessions, forgetKey, hasSessions, requireSessions } from './sign-out.ts'
import { textTable } from './text-table.ts'

const USAGE = `Usage: npm run user -- add NAME --role none|base|supervisor|manager [--group G] [--leads G,H]
                          [--first-name F] [--last-name L] [--password-stdin]
       npm run user -- list
       npm run user -- set NAME [--role R] [--group G] [--leads G,H] [--first-name F] [--last-name L]
       npm run user -- remove NAME
       npm run user -- passwd NAME [--password-stdin]
       npm run user -- sign-out NAME|--all [--new-key]

Manages who may sign in to the store in DATA_DIR (default: data/), or to DATABASE_URL. none may find no recordings,
base their own, supervisor those of the groups they lead (--leads), manager all. --group is the group that the user's own recordings
belong to. The password is asked for, or read from standard input with --password-stdin. set changes what is given and
keeps the rest, the password too; an empty value takes a group or a name away. Sessions end where the user may find less
than before. sign-out ends the sessions of one user or of all, also in front of a recorder: there in every spelling of
the NAME, such as DOMAIN\\NAME. --new-key also lets hosts that share a
database start with another HOST_KEY, once all of them are stopped.`

/** @returns null, for all users. @throws UsageError if a name is given too. */
function everybody(name: string | undefined): null {
  if (name !== undefined) throw new UsageError(`Give a NAME or --all, not both: ${name}.`)
  return null
}

async function refuseDemoAccount(archive: OperatedArchive, name: string): Promise<void> {
  if (!(await archive.isDemoAccount(name))) return
  throw new OperatorError(
    `${name} is an account of the demo, which comes back with the demo data. ` +
      'Import recordings of your own with --replace-demo, or set DATA_DIR to another folder.',
  )
}

const noAccount = (name: string): OperatorError =>
  new OperatorError(`There is no account ${name}. “npm run user -- list” shows all.`)

async function add(
  archive: OperatedArchive,
  name: string,
  { flags: options, terminal }: UserInvocation,
): Promise<string> {
  const account = newAccount(name, options)
  if (await archive.account(name)) {
    throw new OperatorError(
      `${name} has an account already. Change it with set, or its password with passwd.`,
    )
  }
  const password = await hashPassword(await askPassword(name, options['password-stdin'], terminal))
  await archive.saveAccount(account, password)
  return `Added ${name} (${account.role}).`
}

async function passwd(
  archive: OperatedArchive,
  name: string,
  { flags: options, terminal }: UserInvocation,
): Promise<string> {
  await refuseDemoAccount(archive, name)
  if (!(await archive.account(name))) throw noAccount(name)
  const password = await hashPassword(await askPassword(name, options['password-stdin'], terminal))
  if (!(await archive.savePassword(name, password))) throw noAccount(name)
  return `Changed the password of ${name}; their sessions have ended.`
}

async function remove(archive: OperatedArchive, name: string): Promise<string> {
  await refuseDemoAccount(archive, name)
  if (!(await archive.removeAccount(name))) throw noAccount(name)
  return `Removed ${name}. Their recordings stay.`
}

async function list(archive: OperatedArchive): Promise<string> {
  const accounts = await archive.accounts()
  const rows = accounts.map(({ user, role, leads }) => [
    user.username,
    role,
    user.group ?? '',
    leads.join(', '),
    [user.firstName, user.lastName].filter((part) => part !== undefined).join(' '),
  ])
  if (rows.length === 0)
    return 'There are no accounts. “npm run user -- add NAME --role manager” makes the first.'
  return textTable([['USERNAME', 'ROLE', 'GROUP', 'LEADS', 'NAME'], ...rows])
}

/**
 * A host reads the user's rights at each request, so new ones apply at once. But an open page keeps its data and a
 * long answer goes on, so narrower rights end the user's sessions.
 */
async function set(given: UserInvocation, archive: OperatedArchive, name: string): Promise<string> {
  await refuseDemoAccount(archive, name)
  const account = await setAccount(archive, name, given.flags)
  if (!account) throw noAccount(name)
  const told = `Changed ${account.username} (${account.role}).`
  if (!account.isNarrower || !hasSessions(given)) return told
  try {
    return `${told} ${await endSessions(given, name)}`
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OperatorError(
      `${told} Their sessions could not be ended: ${why} Then run npm run user -- sign-out ${account.username}.`,
      { cause: error },
    )
  }
}

/** The names of the changes in the audit log. */
const changes = {
  add: 'account_added',
  set: 'account_changed',
  passwd: 'password_changed',
  remove: 'account_removed',
} as const

async function signOutAs(given: UserInvocation, name: string | undefined): Promise<string> {
  const whose = given.flags.all ? everybody(name) : named(name)
  const isNewKey = given.flags['new-key'] === true
  if (isNewKey && whose !== null) throw new UsageError('--new-key is for all: sign-out --all --new-key.')
  requireSessions(given)
  const ended = { action: 'sessions_ended', account: whose } as const
  return logged(given, ended, () => (isNewKey ? forgetKey(given) : endSessions(given, whose)))
}

/** Changes the archive. The audit log gets a line for success or failure. */
async function change(
  given: UserInvocation,
  archive: OperatedArchive,
  command: keyof typeof changes,
  name: string,
): Promise<string> {
  return logged(given, { action: changes[command], account: name }, async () => {
    if (command === 'add') return add(archive, name, given)
    if (command === 'set') return set(given, archive, name)
    return command === 'passwd' ? passwd(archive, name, given) : remove(archive, name)
  })
}

const isChange = (command: string): command is keyof typeof changes => Object.hasOwn(changes, command)

async function runUser(given: UserInvocation): Promise<string> {
  const [command, name, ...others] = given.operands
  if (others.length > 0) throw new UsageError(`Too many names: ${others.join(' ')}.`)
  if (command === undefined)
    throw new UsageError('Name a command: add, list, set, passwd, remove or sign-out.')
  if (command === 'sign-out') return signOutAs(given, name)
  if (command !== 'list' && !isChange(command)) throw new UsageError(`There is no command ${command}.`)
  // Arguments are checked first, so that a wrong one leaves no empty store behind.
  if (command === 'add') newAccount(named(name), given.flags)
  if (command === 'set') requireChange(given.flags)
  const missing = 'Set DATA_DIR to its folder, or add a user to make one.'
  const archive = await openArchive(given, command === 'add' ? 'make' : 'change', missing)
  try {
    return await (command === 'list' ? list(archive) : change(given, archive, command, named(name)))
  } finally {
    await archive.close()
  }
}

export const userCommand: Command<typeof userFlags> = {
  usage: USAGE,
  flags: userFlags,
  async run(given) {
    given.say(await runUser(given))
    return 'done'
  },
}

await runCommand(import.meta.url, userCommand)
