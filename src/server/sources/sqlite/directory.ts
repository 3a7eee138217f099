/** The people of the store. They may own recordings, and some have an account. */
import type { Database, Statement } from 'better-sqlite3'
import type { User } from '../../../contract/recording.ts'
import { scopeOf, userOf, type Account, type AccountChange, type AccountRow } from '../archive/account.ts'
import type { Principal } from '../source.ts'
import { isDemoAccount } from './demo-mark.ts'
import { fold } from '../archive/fold.ts'
import { stampOf } from '../archive/passwords.ts'

const accountColumns = `
  accounts.person_id AS personId, username, first_name AS firstName, last_name AS lastName,
  phone_number AS phoneNumber, department, own.name AS "group", role, password,
  (SELECT json_group_array(name) FROM (SELECT name FROM leads JOIN recording_groups USING (group_id)
    WHERE leads.person_id = accounts.person_id ORDER BY name)) AS leads
  FROM accounts JOIN people USING (person_id) LEFT JOIN recording_groups AS own USING (group_id)`

function accountOf({
  username,
  firstName,
  lastName,
  phoneNumber,
  group,
  department,
  ...row
}: AccountRow<string>): Account {
  const user = userOf({ username, firstName, lastName, phoneNumber, group, department })
  return { user, role: row.role, leads: JSON.parse(row.leads) as string[] }
}

/** Reads and writes over one open database. Several writes belong in the caller's transaction. */
export class Directory {
  readonly #db: Database
  readonly #accountByName: Statement

  constructor(db: Database) {
    this.#db = db
    this.#accountByName = db.prepare(`SELECT ${accountColumns} WHERE people.folded = ?`)
  }

  #row(username: string): AccountRow<string> | undefined {
    return this.#accountByName.get(fold(username)) as AccountRow<string> | undefined
  }

  /** The user's current state and stored password, or null if there is no such account. */
  credentials(typed: string): { principal: Principal; password: string } | null {
    const row = this.#row(typed)
    if (!row) return null
    const { user, role, leads } = accountOf(row)
    const displayName = [user.firstName, user.lastName].filter((name) => name !== undefined).join(' ')
    const stamp = stampOf(row.password)
    const scope = scopeOf(role, leads)
    const { username } = user
    // The sign-in page shows the passwords of demo accounts, and new demo data resets them.
    const canChangePassword = !isDemoAccount(this.#db, username)
    return {
      principal: { username, displayName: displayName || null, role, scope, stamp, canChangePassword },
      password: row.password,
    }
  }

  account(username: string): Account | null {
    const row = this.#row(username)
    return row ? accountOf(row) : null
  }

  accounts(): Account[] {
    const rows = this.#db.prepare(`SELECT ${accountColumns} ORDER BY people.folded`).all()
    return (rows as AccountRow<string>[]).map(accountOf)
  }

  /** The names of all groups, in alphabetical order. */
  groups(): string[] {
    return this.#db.prepare('SELECT name FROM recording_groups ORDER BY folded').pluck().all() as string[]
  }

  /** @returns the id of the group of that name. Makes the group if it is missing. */
  groupId(name: string): number {
    const sql = `INSERT INTO recording_groups (name, folded) VALUES (?, ?)
      ON CONFLICT (folded) DO UPDATE SET name = name RETURNING group_id`
    return Number(this.#db.prepare(sql).pluck().get(name, fold(name)))
  }

  /** Adds or updates a person. Fields that are not given keep their values. @returns the person's id. */
  savePerson(user: User): number {
    const groupId = user.group === undefined ? null : this.groupId(user.group)
    const sql = `INSERT INTO people (username, folded, first_name, last_name, phone_number, department, group_id)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (folded) DO UPDATE SET
        first_name = coalesce(excluded.first_name, first_name),
        last_name = coalesce(excluded.last_name, last_name),
        phone_number = coalesce(excluded.phone_number, phone_number),
        department = coalesce(excluded.department, department),
        group_id = coalesce(excluded.group_id, group_id)
      RETURNING person_id`
    const { username, firstName, lastName, phoneNumber, department } = user
    const told = [firstName, lastName, phoneNumber, department].map((text) => text ?? null)
    return Number(
      this.#db
        .prepare(sql)
        .pluck()
        .get(username, fold(username), ...told, groupId),
    )
  }

  /** Adds or replaces the person's account. @param password from `hashPassword`. */
  saveAccount({ user, role, leads }: Account, password: string): void {
    const personId = this.savePerson(user)
    this.#db
      .prepare('INSERT OR REPLACE INTO accounts (person_id, role, password) VALUES (?, ?, ?)')
      .run(personId, role, password)
    this.#saveLeads(personId, leads)
  }

  #saveLeads(personId: number, leads: readonly string[]): void {
    this.#db.prepare('DELETE FROM leads WHERE person_id = ?').run(personId)
    const add = this.#db.prepare('INSERT OR IGNORE INTO leads (person_id, group_id) VALUES (?, ?)')
    for (const group of leads) add.run(personId, this.groupId(group))
  }

  /** Changes an account and keeps its password. @returns false if there is no such account. */
  changeAccount(username: string, { role, leads, group, firstName, lastName }: AccountChange): boolean {
    const row = this.#row(username)
    if (!row) return false
    const groupId = group === null ? null : this.groupId(group)
    this.#db
      .prepare('UPDATE people SET first_name = ?, last_name = ?, group_id = ? WHERE person_id = ?')
      .run(firstName, lastName, groupId, row.personId)
    this.#db.prepare('UPDATE accounts SET role = ? WHERE person_id = ?').run(role, row.personId)
    this.#saveLeads(row.personId, leads)
    return true
  }

  /** @returns false if there is no such account. */
  savePassword(username: string, password: string): boolean {
    const row = this.#row(username)
    if (!row) return false
    this.#db.prepare('UPDATE accounts SET password = ? WHERE person_id = ?').run(password, row.personId)
    return true
  }

  /** Removes the account. The person stays as the owner of recordings. @returns false if there was no account. */
  removeAccount(username: string): boolean {
    const row = this.#row(username)
    if (!row) return false
    this.#db.prepare('DELETE FROM accounts WHERE person_id = ?').run(row.personId)
    return true
  }
}
