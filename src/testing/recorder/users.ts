/** The recorder's users and their rights. */
import { sameUser } from './matching.ts'
import type { Quirks } from './quirks.ts'

/**
 * `all` and `own` are the recordings that a user finds. `none` has no right to search (403). `sso` has the right
 * password, but the recorder refuses passwords of single sign-on users unless it is configured otherwise (401).
 */
export type May = 'all' | 'own' | 'none' | 'sso'

export interface RecorderUser {
  readonly username: string
  readonly password: string
  readonly may: May
}

export interface GivenCredentials {
  readonly username: string
  readonly password: string
}

/** @returns null if the header is missing or not HTTP Basic. */
export function readCredentials(authorization: string | undefined): GivenCredentials | null {
  const [, encoded] = /^Basic ([A-Za-z\d+/=]+)$/i.exec(authorization ?? '') ?? []
  const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? []
  return username === undefined || password === undefined ? null : { username, password }
}

/** The user with these credentials, or null. The case of passwords matters. */
export function findUser(
  users: readonly RecorderUser[],
  credentials: GivenCredentials | null,
  quirks: Quirks,
): RecorderUser | null {
  if (!credentials) return null
  const user = users.find(({ username }) => sameUser(username, credentials.username, quirks))
  return user?.password === credentials.password && user.may !== 'sso' ? user : null
}
