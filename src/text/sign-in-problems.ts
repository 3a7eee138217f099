/** The sentence for each problem at sign-in: a key of `sessionText`, or `wait` for the words of `explainWait`. */
import type { ProblemCode } from '../contract/problems.ts'
import type { StringKey } from './i18n.ts'
import type { sessionText } from './session-text.ts'

export const signInProblems = {
  invalid_query: 'failed',
  invalid_request: 'failed',
  signed_out: 'failed',
  wrong_credentials: 'wrong',
  refused_by_recorder: 'refused',
  cross_origin: 'failed',
  forbidden: 'failed',
  not_found: 'failed',
  method_not_allowed: 'failed',
  too_many_attempts: 'wait',
  too_many_searches: 'failed',
  too_large: 'failed',
  range_not_satisfiable: 'failed',
  not_ready: 'failed',
  busy: 'busy',
  storage_failed: 'storageFailed',
  wrong_host: 'failed',
  weak_password: 'failed',
  recorder_down: 'down',
  recorder_failed: 'recorderFailed',
  recorder_mismatch: 'failed',
  recorder_untrusted: 'untrusted',
  recorder_timeout: 'late',
  audit_unavailable: 'failed',
  internal: 'failed',
  network: 'unreachable',
  unreadable_answer: 'failed',
} as const satisfies Record<ProblemCode, StringKey<typeof sessionText> | 'refused' | 'wait'>
