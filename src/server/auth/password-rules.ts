/** Rules for a password when it is set. Existing ones are accepted as they are. */
import { Problem } from '../../contract/problems.ts'
import { MIN_PASSWORD_LENGTH } from '../../contract/session.ts'
import { accountName } from '../sources/account-name.ts'
import { MAX_CREDENTIAL_LENGTH } from './passwords.ts'

/** The form that is compared: lists of common passwords are in lower case, and so are guesses from them. */
const plain = (password: string): string => password.normalize('NFKC').toLowerCase()

/** Loads megabytes of common passwords only when a password is set, which is rare. */
const readCommon = async (): Promise<ReadonlySet<string>> => {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'].map(plain))
}
let common: Promise<ReadonlySet<string>> | undefined

/**
 * @param password as it was typed.
 * @returns a sentence that says what to do, or null where it may be set.
 */
export async function weaknessOf(username: string, password: string): Promise<string | null> {
  const typed = plain(password)
  if ([...typed].length < MIN_PASSWORD_LENGTH) {
    return `Use at least ${MIN_PASSWORD_LENGTH} characters for the password.`
  }
  if (password.length > MAX_CREDENTIAL_LENGTH) {
    return `Use at most ${MAX_CREDENTIAL_LENGTH} characters for the password.`
  }
  if ([plain(username), accountName(username)].includes(typed.trim())) {
    return 'Use a password that is not the username.'
  }
  common ??= readCommon()
  if (!(await common).has(typed)) return null
  return 'Use another password: this one is among the commonest, which are guessed first.'
}

/** @throws Problem 400 `weak_password`, whose message says what to do. */
export async function requireStrong(username: string, password: string, old: string): Promise<void> {
  const isSame = password.normalize('NFKC') === old.normalize('NFKC')
  const message = isSame
    ? 'Use a password that is not the current one.'
    : await weaknessOf(username, password)
  if (message !== null) throw new Problem({ code: 'weak_password', message })
}
