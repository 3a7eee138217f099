/** The sentence for each problem with a change of password, and its field. */
import type { ProblemCode } from '../contract/problems.ts'
import type { StringKey } from './i18n.ts'
import type { passwordText } from './password-text.ts'

export interface PasswordProblemWords {
  /** `form` for problems of no field. */
  readonly at: 'current' | 'next' | 'form'
  /** A key of `passwordText`, or `wait` for the words of `explainWait`. */
  readonly says: StringKey<typeof passwordText> | 'wait'
}

const failed = { at: 'form', says: 'failed' } as const satisfies PasswordProblemWords
/** The host may have changed the password before the answer was lost. */
const unknown = { at: 'form', says: 'unknown' } as const satisfies PasswordProblemWords
const busy = { at: 'form', says: 'busy' } as const satisfies PasswordProblemWords

export const passwordProblems = {
  invalid_query: failed,
  invalid_request: failed,
  // The host may have changed the password, and then could not store the new session.
  signed_out: { at: 'form', says: 'signedOut' },
  wrong_credentials: { at: 'current', says: 'wrong' },
  refused_by_recorder: failed,
  cross_origin: failed,
  forbidden: failed,
  not_found: failed,
  method_not_allowed: failed,
  too_many_attempts: { at: 'form', says: 'wait' },
  too_many_searches: failed,
  too_large: failed,
  range_not_satisfiable: failed,
  not_ready: failed,
  busy,
  storage_failed: busy,
  wrong_host: failed,
  weak_password: { at: 'next', says: 'weak' },
  recorder_down: failed,
  recorder_failed: failed,
  recorder_mismatch: failed,
  recorder_untrusted: failed,
  recorder_timeout: failed,
  audit_unavailable: failed,
  internal: failed,
  network: unknown,
  unreadable_answer: unknown,
} as const satisfies Record<ProblemCode, PasswordProblemWords>
