/**
 * The words of each problem in the list, in place of the rows and beside rows that stay. All keys are from
 * `listStateText`.
 */
import type { ProblemCode } from '../contract/problems.ts'
import type { StringKey } from './i18n.ts'
import type { listStateText } from './list-text.ts'

type Key = StringKey<typeof listStateText>

/** The next steps in the list. Each becomes a button. */
export type ListAction =
  'retry' | 'tryNow' | 'narrow' | 'copyRequest' | 'signOut' | 'removeFilter' | 'clearFilters' | 'goToPage'

export interface ListProblemWords {
  readonly icon: 'clock' | 'inbox' | 'lock' | 'server' | 'unplugged'
  /** The text may contain `{user}` and `{contact}`. */
  readonly title: Key
  readonly hint: Key | null
  /** Adds the host's message, the request's id, or both. */
  readonly adds: 'nothing' | 'request' | 'message' | 'message and request'
  /** The first is the primary one. */
  readonly actions: readonly ListAction[]
  /** The words beside rows that stay, before the request's id. */
  readonly beside: readonly Key[] | 'message'
}

const failed = {
  icon: 'server',
  title: 'failedTitle',
  hint: 'failedHint',
  adds: 'request',
  actions: ['retry'],
  beside: [],
} as const satisfies ListProblemWords

const refused = {
  ...failed,
  icon: 'inbox',
  title: 'invalidTitle',
  hint: null,
  adds: 'message',
  actions: ['removeFilter', 'clearFilters'],
} as const satisfies ListProblemWords

const busy = {
  ...failed,
  icon: 'clock',
  title: 'busyTitle',
  hint: 'busyHint',
  adds: 'nothing',
} as const satisfies ListProblemWords

/** The administrator has to fix the recorder, and needs the host's message and the request's id for that. */
const fromRecorder = {
  ...failed,
  adds: 'message and request',
  beside: 'message',
} as const satisfies ListProblemWords

/** A 400 for a page, which has the same code as a refused filter. */
export const refusedPage: ListProblemWords = { ...refused, title: 'invalidPaging', actions: ['goToPage'] }

export const listProblems = {
  invalid_query: refused,
  invalid_request: failed,
  signed_out: failed,
  wrong_credentials: failed,
  refused_by_recorder: failed,
  cross_origin: failed,
  forbidden: {
    ...failed,
    icon: 'lock',
    title: 'forbiddenTitle',
    hint: 'forbiddenHint',
    adds: 'nothing',
    actions: ['copyRequest', 'signOut'],
  },
  not_found: failed,
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
  recorder_down: {
    ...failed,
    title: 'downTitle',
    hint: 'downHint',
    adds: 'nothing',
    actions: ['tryNow'],
    beside: ['downTitle', 'downHint'],
  },
  recorder_failed: { ...fromRecorder, title: 'recorderFailedTitle' },
  recorder_mismatch: { ...fromRecorder, title: 'mismatchTitle', hint: 'mismatchHint' },
  recorder_untrusted: { ...fromRecorder, title: 'untrustedTitle' },
  recorder_timeout: {
    ...failed,
    icon: 'clock',
    title: 'slowTitle',
    hint: null,
    adds: 'nothing',
    actions: ['narrow', 'retry'],
    beside: ['slowTitle'],
  },
  audit_unavailable: failed,
  internal: failed,
  network: {
    ...failed,
    icon: 'unplugged',
    title: 'offlineTitle',
    hint: 'offlineHint',
    adds: 'nothing',
    beside: ['offlineTitle'],
  },
  unreadable_answer: { ...failed, title: 'brokenTitle', hint: 'brokenHint', adds: 'nothing' },
} as const satisfies Record<ProblemCode, ListProblemWords>
