/** Sign-in, sign-out, passwords, and reports of activity. */
import { AUTH_ACTIVITY, AUTH_LOGIN, AUTH_LOGOUT, AUTH_PASSWORD, AUTH_SESSION } from '../contract/endpoints.ts'
import type { Session } from '../contract/session.ts'
import { setHostNow } from './boot.ts'
import { request } from './request.ts'

function readSession(json: unknown): Session | null {
  if (typeof json !== 'object' || json === null || !('username' in json) || !('nowMs' in json)) return null
  const session = json as Session
  setHostNow(session.nowMs)
  return session
}

/** @throws Problem: `wrong_credentials`, `too_many_attempts` with its wait, or the reason why the check failed. */
export const signIn = (username: string, password: string): Promise<Session> =>
  request(AUTH_LOGIN, readSession, { body: { username, password } })

/** The current session. @throws Problem `signed_out` where there is none. */
export const fetchSession = (): Promise<Session> => request(AUTH_SESSION, readSession)

export const signOut = (): Promise<boolean> => request(AUTH_LOGOUT, () => true, { body: {} })

/**
 * Also ends the user's other sessions. @returns the session, which goes on under a new cookie.
 * @throws Problem: `wrong_credentials` for the old password, `weak_password` for the new one, `too_many_attempts`, or
 * the reason why the change failed.
 */
export const changePassword = (old: string, next: string): Promise<Session> =>
  request(AUTH_PASSWORD, readSession, { body: { old, new: next } })

/** Extends the idle time. @returns the session with its new expiry. */
export const reportActivity = (): Promise<Session> => request(AUTH_ACTIVITY, readSession, { body: {} })
