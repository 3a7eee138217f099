/** What an operator's commands do with an archive, whichever it is. */
import type { WireRecording } from '../../../contract/recording.ts'
import type { Paging, Search } from '../../../contract/search.ts'
import type { Account, AccountChange } from './account.ts'
import type { ImportOptions, ImportResult } from './import-reading.ts'
import type { MatchCounts, RemovedCounts } from './matching.ts'

/** Decides what becomes of an account. @param groups the names of all groups of the archive. */
export type DecideAccount = (account: Account, groups: readonly string[]) => AccountChange

export interface ChangedAccount {
  readonly before: Account
  readonly after: AccountChange
}

/** Each change is one transaction. Methods throw OperatorErrors where the operator can act, and else the driver's error. */
export interface OperatedArchive {
  /** @returns null if there is no such account. */
  account(username: string): Promise<Account | null>
  /** In the order of their names. */
  accounts(): Promise<readonly Account[]>
  /** Whether everybody knows the account's password. */
  isDemoAccount(username: string): Promise<boolean>
  /** Adds or replaces an account. @param password from `hashPassword`. */
  saveAccount(account: Account, password: string): Promise<void>
  /** @returns null if there is no such account. @throws what `decide` throws; nothing was changed then. */
  changeAccount(username: string, decide: DecideAccount): Promise<ChangedAccount | null>
  /** @param password from `hashPassword`. @returns false if there is no such account. */
  savePassword(username: string, password: string): Promise<boolean>
  /** The person stays as the owner of recordings. @returns false if there was no account. */
  removeAccount(username: string): Promise<boolean>
  count(search: Search): Promise<MatchCounts>
  /** One page, newest first. */
  list(search: Search, paging: Paging): Promise<readonly WireRecording[]>
  /**
   * Removes all matching recordings that nobody preserves, with the audio that only they used.
   * @param expected the counts that the operator agreed to, or null to accept any.
   * @throws OperatorError if the counts have changed. Nothing was removed then.
   */
  remove(search: Search, expected: MatchCounts | null): Promise<RemovedCounts>
  /** Imports all recordings of a file, or none. @throws OperatorError saying what is wrong and what to do. */
  load(options: ImportOptions): Promise<ImportResult>
  close(): Promise<void>
}
