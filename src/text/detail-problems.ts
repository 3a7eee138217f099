/** The words of each problem for one recording, for its facts and for its audio. */
import type { ProblemCode } from '../contract/problems.ts'
import type { detailText } from './detail-text.ts'
import type { StringKey } from './i18n.ts'
import type { listStateText } from './list-text.ts'
import type { playerText } from './player-text.ts'

export type DetailAction = 'retry' | 'back' | 'next'

export interface DetailProblemWords {
  /** A key of `detailText`. */
  readonly title: StringKey<typeof detailText>
  /** A key of `listStateText`, or the host's own message. */
  readonly hint: StringKey<typeof listStateText> | 'message' | null
  readonly hasRequestId: boolean
  /** The first is the primary one. */
  readonly actions: readonly DetailAction[]
  /** A key of `playerText`: the reason why there is no audio. The text may contain `{message}`, the host's message. */
  readonly audio: StringKey<typeof playerText>
}

const failed = {
  title: 'failedTitle',
  hint: null,
  hasRequestId: true,
  actions: ['retry', 'back'],
  audio: 'failed',
} as const satisfies DetailProblemWords

const gone = {
  title: 'goneTitle',
  hint: null,
  hasRequestId: false,
  actions: ['back', 'next'],
  audio: 'failed',
} as const satisfies DetailProblemWords

const badId = { ...gone, title: 'badId' } as const satisfies DetailProblemWords
const fromRecorder = {
  ...failed,
  hint: 'message',
  audio: 'unusable',
} as const satisfies DetailProblemWords
const busy = { ...failed, audio: 'busy' } as const satisfies DetailProblemWords

export const detailProblems = {
  invalid_query: badId,
  invalid_request: badId,
  signed_out: failed,
  wrong_credentials: failed,
  refused_by_recorder: failed,
  cross_origin: gone,
  forbidden: gone,
  not_found: { ...gone, audio: 'gone' },
  method_not_allowed: failed,
  too_many_attempts: failed,
  too_many_searches: busy,
  too_large: failed,
  range_not_satisfiable: failed,
  not_ready: failed,
  busy,
  storage_failed: failed,
  wrong_host: failed,
  weak_password: failed,
  recorder_down: { ...failed, hint: 'downTitle', audio: 'down' },
  recorder_failed: fromRecorder,
  recorder_mismatch: failed,
  recorder_untrusted: fromRecorder,
  recorder_timeout: { ...failed, hint: 'message', audio: 'late' },
  audit_unavailable: { ...failed, audio: 'notLogged' },
  internal: failed,
  network: { ...failed, hint: 'offlineTitle', audio: 'offline' },
  unreadable_answer: failed,
} as const satisfies Record<ProblemCode, DetailProblemWords>
