/** `npm run user -- add|list|remove|passwd|sign-out`: the accounts of the embedded store. */
import { roles, type Role } from '../../contract/session.ts'
import { openForWriting, storeExists, type Database } from '../sources/sqlite/database.ts'
import { isDemoAccount } from '../sources/sqlite/demo-mark.ts'
import { Directory, type Account } from '../sources/sqlite/directory.ts'
import { hashPassword } from '../sources/sqlite/passwords.ts'
import { explain } from '../sources/sqlite/explain.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { askPassword } from './ask-password.ts'
import { logged } from './from-terminal.ts'
import { runCommand, UsageError, type Command, type Flags, type Invocation } from './run-command.ts'
import { requireSessions, signOut } from './sign-out.ts'
import { textTable } from './text-table.ts'

const USAGE = `Usage: npm run user -- add NAME --role none|base|supervisor|manager [--group G] [--leads G,H]
                          [--first-name F] [--last-name L] [--password-stdin]
       npm run user -- list
       npm run user -- remove NAME
       npm run user -- passwd NAME [--password-stdin]
       npm run user -- sign-out NAME|--all

Manages who may sign in to the store in DATA_DIR (default: data/). none may find no recordings, base their own,
supervisor those of the groups they lead (--leads), manager all. --group is the group that the user's own recordings
belong to. The password is asked for, or read from standard input with --password-stdin. sign-out ends the sessions of
one user or of all, also in front of a recorder: there in every spelling of the NAME, such as DOMAIN\\NAME.`

const flags = {
  role: { type: 'string' },
  group: { type: 'string' },
  leads: { type: 'string' },
  'first-name': { type: 'string' },
  'last-name': { type: 'string' },
  'password-stdin': { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
} as const satisfies Flags

type Given = Invocation<typeof flags>
type Options = Given['flags']

function named(name: string | undefined): string {
  if (name === undefined || name.trim() === '') throw new UsageError('Which user? Give their NAME.')
  // HTTP Basic ends the username at the first colon.
  if (name.includes(':')) throw new UsageError(`A username cannot contain a colon: ${name}.`)
  return name
}

/** For the sessions of all. */
function everybody(name: string | undefined): null {
  if (name !== undefined) throw new UsageError(`Give a NAME or --all, not both: ${name}.`)
  return null
}

function newAccount(name: string, options: Options): Account {
  const role = roles.find((known) => known === options.role)
  if (!role) throw new UsageError(`--role takes one of ${roles.join(', ')}.`)
  return {
    user: {
      username: name,
      firstName: options['first-name'],
      lastName: options['last-name'],
      group: options.group,
    },
    role,
    leads: ledGroups(role, options.leads),
  }
}

function ledGroups(role: Role, leads: string | undefined): string[] {
  const groups = (leads ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '')
  if (role === 'supervisor' && groups.length === 0) {
    throw new UsageError('A supervisor sees the groups they lead: name them with --leads G,H.')
  }
  if (role !== 'supervisor' && groups.length > 0) throw new UsageError('--leads is for the role supervisor.')
  return groups
}

function refuseDemoAccount(db: Database, name: string): void {
  if (!isDemoAccount(db, name)) return
  throw new OperatorError(
    `${name} is an account of the demo, which comes back with the demo data. ` +
      'Import recordings of your own with --replace-demo, or set DATA_DIR to another folder.',
  )
}

const noAccount = (name: string): OperatorError =>
  new OperatorError(`There is no account ${name}. “npm run user -- list” shows all.`)

async function add(db: Database, name: string, { flags: options, terminal }: Given): Promise<string> {
  const account = newAccount(name, options)
  const directory = new Directory(db)
  if (directory.account(name)) {
    throw new OperatorError(
      `${name} has an account already. Remove it first, or change its password with passwd.`,
    )
  }
  const password = await hashPassword(await askPassword(name, options['password-stdin'], terminal))
  db.transaction(() => directory.saveAccount(account, password)).immediate()
  return `Added ${name} (${account.role}).`
}

async function passwd(db: Database, name: string, { flags: options, terminal }: Given): Promise<string> {
  refuseDemoAccount(db, name)
  const directory = new Directory(db)
  if (!directory.account(name)) throw noAccount(name)
  const password = await hashPassword(await askPassword(name, options['password-stdin'], terminal))
  if (!directory.savePassword(name, password)) throw noAccount(name)
  return `Changed the password of ${name}; their sessions have ended.`
}

function remove(db: Database, name: string): string {
  refuseDemoAccount(db, name)
  if (!new Directory(db).removeAccount(name)) throw noAccount(name)
  return `Removed ${name}. Recordings of theirs stay.`
}

function list(db: Database): string {
  const rows = new Directory(db)
    .accounts()
    .map(({ user, role, leads }) => [
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

/** How the audit log calls them. */
const changes = { add: 'account_added', passwd: 'password_changed', remove: 'account_removed' } as const

async function signOutAs(given: Given, name: string | undefined): Promise<string> {
  const whose = given.flags.all ? everybody(name) : named(name)
  requireSessions(given.dataDir)
  const ended = { action: 'sessions_ended', account: whose } as const
  return logged(given, ended, async () => signOut(given.dataDir, whose))
}

function openStore(dataDir: string): Database {
  if (storeExists(dataDir)) return openForWriting(dataDir)
  throw new OperatorError(
    `There is no store in ${dataDir}. Set DATA_DIR to its folder, or add a user to make one.`,
  )
}

/** Does the work on the store; the audit log gets a line, made or failed. */
async function change(
  given: Given,
  db: Database,
  command: keyof typeof changes,
  name: string,
): Promise<string> {
  return logged(given, { action: changes[command], account: name }, async () => {
    if (command === 'add') return add(db, name, given)
    return command === 'passwd' ? passwd(db, name, given) : remove(db, name)
  })
}

const isChange = (command: string): command is keyof typeof changes => Object.hasOwn(changes, command)

async function runUser(given: Given): Promise<string> {
  const [command, name, ...others] = given.operands
  if (others.length > 0) throw new UsageError(`Too many names: ${others.join(' ')}.`)
  if (command === undefined) throw new UsageError('Name a command: add, list, passwd, remove or sign-out.')
  if (command === 'sign-out') return signOutAs(given, name)
  if (command !== 'list' && !isChange(command)) throw new UsageError(`There is no command ${command}.`)
  // Arguments come first: a wrong one must not leave an empty store behind.
  if (command === 'add') newAccount(named(name), given.flags)
  const db = command === 'add' ? openForWriting(given.dataDir) : openStore(given.dataDir)
  try {
    return command === 'list' ? list(db) : await change(given, db, command, named(name))
  } catch (error) {
    throw explain(error, db.name)
  } finally {
    db.close()
  }
}

export const userCommand: Command<typeof flags> = {
  usage: USAGE,
  flags,
  async run(given) {
    given.say(await runUser(given))
    return 'done'
  },
}

await runCommand(import.meta.url, userCommand)
