/** The people of the archive. They may own recordings, and some have an account. */
import type { User } from '../../../contract/recording.ts'
import { scopeOf, userOf, type Account, type AccountChange, type AccountRow } from '../archive/account.ts'
import { fold } from '../archive/fold.ts'
import { stampOf } from '../archive/passwords.ts'
import type { Principal } from '../source.ts'
import { clause, query, queryOne, queryRow, type Queryable } from './statements.ts'

const accountColumns = `
  SELECT accounts.person_id AS "personId", username, first_name AS "firstName", last_name AS "lastName",
    phone_number AS "phoneNumber", department, own.name AS "group", role, password,
    ARRAY(SELECT name FROM leads JOIN recording_groups USING (group_id)
      WHERE leads.person_id = accounts.person_id ORDER BY name) AS leads
  FROM accounts JOIN people USING (person_id) LEFT JOIN recording_groups AS own USING (group_id)`

function accountOf({ role, leads, ...row }: AccountRow<readonly string[]>): Account {
  const { username, firstName, lastName, phoneNumber, department, group } = row
  return { user: userOf({ username, firstName, lastName, phoneNumber, group, department }), role, leads }
}

const rowOf = (client: Queryable, username: string): Promise<AccountRow<readonly string[]> | undefined> =>
  queryOne<AccountRow<readonly string[]>>(
    client,
    clause(`${accountColumns} WHERE people.folded = ?`, fold(username)),
  )

/** The user's current state and stored password, or null if there is no such account. */
export async function credentialsOf(
  client: Queryable,
  typed: string,
): Promise<{ readonly principal: Principal; readonly password: string } | null> {
  const row = typed.includes('\u0000') ? undefined : await rowOf(client, typed)
  if (!row) return null
  const { user, role, leads } = accountOf(row)
  const displayName = [user.firstName, user.lastName].filter((name) => name !== undefined).join(' ')
  const { username } = user
  const stamp = stampOf(row.password)
  const scope = scopeOf(role, leads)
  return {
    principal: { username, displayName: displayName || null, role, scope, stamp, canChangePassword: true },
    password: row.password,
  }
}

/** The account, or null if there is none. */
export async function findAccount(client: Queryable, username: string): Promise<Account | null> {
  const row = await rowOf(client, username)
  return row ? accountOf(row) : null
}

/** Keeps others from changing the account until the transaction ends. What is read of it afterwards stays true. */
export async function holdAccount(client: Queryable, username: string): Promise<void> {
  const sql =
    'SELECT FROM accounts JOIN people USING (person_id) WHERE people.folded = ? FOR UPDATE OF accounts'
  await query(client, clause(sql, fold(username)))
}

/** All accounts, in the order of their names. */
export async function listAccounts(client: Queryable): Promise<Account[]> {
  const rows = await query<AccountRow<readonly string[]>>(
    client,
    clause(`${accountColumns} ORDER BY people.folded COLLATE "C"`),
  )
  return rows.map(accountOf)
}

/** The names of all groups, in alphabetical order. */
export async function listGroups(client: Queryable): Promise<string[]> {
  const sql = 'SELECT name FROM recording_groups ORDER BY folded COLLATE "C"'
  return (await query<{ name: string }>(client, clause(sql))).map(({ name }) => name)
}

/** @returns the id of the group of that name. Makes the group if it is missing. */
async function groupId(client: Queryable, name: string): Promise<number> {
  const sql = `INSERT INTO recording_groups (name, folded) VALUES (?, ?)
    ON CONFLICT (folded) DO UPDATE SET name = recording_groups.name RETURNING group_id AS id`
  const { id } = await queryRow<{ id: number }>(client, clause(sql, name, fold(name)))
  return id
}

const saveSql = `INSERT INTO people AS known (username, folded, first_name, last_name, phone_number, department, group_id)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (folded) DO UPDATE SET
    first_name = coalesce(excluded.first_name, known.first_name),
    last_name = coalesce(excluded.last_name, known.last_name),
    phone_number = coalesce(excluded.phone_number, known.phone_number),
    department = coalesce(excluded.department, known.department),
    group_id = coalesce(excluded.group_id, known.group_id)
  RETURNING person_id AS id, username`

export interface SavedPerson {
  readonly id: number
  /** As the directory spells it. */
  readonly username: string
}

/** Adds or updates a person. Fields that are not given keep their values. */
export async function savePerson(client: Queryable, user: User): Promise<SavedPerson> {
  const group = user.group === undefined ? null : await groupId(client, user.group)
  const { username, firstName, lastName, phoneNumber, department } = user
  const told = [firstName, lastName, phoneNumber, department].map((text) => text ?? null)
  return queryRow<SavedPerson>(client, clause(saveSql, username, fold(username), ...told, group))
}

async function saveLeads(client: Queryable, personId: number, leads: readonly string[]): Promise<void> {
  await query(client, clause('DELETE FROM leads WHERE person_id = ?', personId))
  for (const group of leads) {
    const id = await groupId(client, group)
    const sql = 'INSERT INTO leads (person_id, group_id) VALUES (?, ?) ON CONFLICT DO NOTHING'
    await query(client, clause(sql, personId, id))
  }
}

/** Adds or replaces the person's account. Belongs in a transaction. @param password from `hashPassword`. */
export async function saveAccount(
  client: Queryable,
  { user, role, leads }: Account,
  password: string,
): Promise<void> {
  const { id } = await savePerson(client, user)
  const sql = `INSERT INTO accounts (person_id, role, password) VALUES (?, ?, ?)
    ON CONFLICT (person_id) DO UPDATE SET role = excluded.role, password = excluded.password`
  await query(client, clause(sql, id, role, password))
  await saveLeads(client, id, leads)
}

/** Changes an account and keeps its password. Belongs in a transaction. @returns false if there is no such account. */
export async function changeAccount(
  client: Queryable,
  username: string,
  { role, leads, group, firstName, lastName }: AccountChange,
): Promise<boolean> {
  const row = await rowOf(client, username)
  if (!row) return false
  const ownGroup = group === null ? null : await groupId(client, group)
  const sql = 'UPDATE people SET first_name = ?, last_name = ?, group_id = ? WHERE person_id = ?'
  await query(client, clause(sql, firstName, lastName, ownGroup, row.personId))
  await query(client, clause('UPDATE accounts SET role = ? WHERE person_id = ?', role, row.personId))
  await saveLeads(client, row.personId, leads)
  return true
}

const ofPerson = 'person_id = (SELECT person_id FROM people WHERE folded = ?)'

/** @param password from `hashPassword`. @returns false if there is no such account. */
export async function savePassword(client: Queryable, username: string, password: string): Promise<boolean> {
  const sql = `UPDATE accounts SET password = ? WHERE ${ofPerson} RETURNING person_id`
  return (await queryOne(client, clause(sql, password, fold(username)))) !== undefined
}

/** Removes the account. The person stays as the owner of recordings. @returns false if there was no account. */
export async function removeAccount(client: Queryable, username: string): Promise<boolean> {
  const sql = `DELETE FROM accounts WHERE ${ofPerson} RETURNING person_id`
  return (await queryOne(client, clause(sql, fold(username)))) !== undefined
}
