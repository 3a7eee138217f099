/** The only error type of the program. The host writes it as JSON; the transport reads it and throws it. */
import { filterNames, type FilterName, type Reason } from './search.ts'

/** Names the problem for programs. The browser adds `network` and `unreadable_answer`. */
export type ProblemCode =
  | 'invalid_query'
  | 'invalid_request'
  | 'signed_out'
  | 'wrong_credentials'
  | 'refused_by_recorder'
  | 'cross_origin'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_many_attempts'
  | 'too_many_searches'
  | 'too_large'
  | 'range_not_satisfiable'
  | 'not_ready'
  | 'busy'
  | 'storage_failed'
  | 'wrong_host'
  | 'weak_password'
  | 'recorder_down'
  | 'recorder_failed'
  | 'recorder_mismatch'
  | 'recorder_untrusted'
  | 'recorder_timeout'
  | 'audit_unavailable'
  | 'internal'
  | 'network'
  | 'unreadable_answer'

export interface ProblemFacts {
  /** HTTP status of the host's answer; 0 where there is no answer. */
  readonly status: number
  /** The side that has to fix it. */
  readonly fault: 'asker' | 'host' | 'recorder' | 'network'
  /**
   * Whether the data on the screen stays: `always` because it is old but true, `same` only if it answers the request
   * that failed, `never` because the user may not see it or the request was wrong.
   */
  readonly keeps: 'always' | 'same' | 'never'
  /**
   * Whether and when to repeat the request: `soon` without the user, `asked` after the time in the answer, `counted`
   * when the page's countdown ends.
   */
  readonly retry: 'never' | 'soon' | 'asked' | 'counted'
}

/** The facts about a code that every layer needs. Its words are in `text`, in one table for each place. */
export const problemFacts = {
  invalid_query: { status: 400, fault: 'asker', keeps: 'never', retry: 'never' },
  invalid_request: { status: 400, fault: 'asker', keeps: 'never', retry: 'never' },
  signed_out: { status: 401, fault: 'asker', keeps: 'always', retry: 'never' },
  wrong_credentials: { status: 401, fault: 'asker', keeps: 'never', retry: 'never' },
  refused_by_recorder: { status: 401, fault: 'asker', keeps: 'never', retry: 'never' },
  cross_origin: { status: 403, fault: 'asker', keeps: 'never', retry: 'never' },
  forbidden: { status: 403, fault: 'asker', keeps: 'never', retry: 'never' },
  not_found: { status: 404, fault: 'asker', keeps: 'never', retry: 'never' },
  method_not_allowed: { status: 405, fault: 'asker', keeps: 'never', retry: 'never' },
  too_many_attempts: { status: 429, fault: 'asker', keeps: 'never', retry: 'asked' },
  too_many_searches: { status: 429, fault: 'asker', keeps: 'always', retry: 'asked' },
  too_large: { status: 413, fault: 'asker', keeps: 'never', retry: 'never' },
  range_not_satisfiable: { status: 416, fault: 'asker', keeps: 'never', retry: 'never' },
  not_ready: { status: 503, fault: 'host', keeps: 'always', retry: 'soon' },
  busy: { status: 503, fault: 'host', keeps: 'always', retry: 'soon' },
  storage_failed: { status: 503, fault: 'host', keeps: 'always', retry: 'soon' },
  wrong_host: { status: 421, fault: 'asker', keeps: 'never', retry: 'never' },
  weak_password: { status: 400, fault: 'asker', keeps: 'never', retry: 'never' },
  recorder_down: { status: 504, fault: 'recorder', keeps: 'always', retry: 'counted' },
  recorder_failed: { status: 502, fault: 'recorder', keeps: 'always', retry: 'soon' },
  recorder_mismatch: { status: 502, fault: 'recorder', keeps: 'same', retry: 'soon' },
  recorder_untrusted: { status: 502, fault: 'recorder', keeps: 'always', retry: 'soon' },
  recorder_timeout: { status: 504, fault: 'recorder', keeps: 'same', retry: 'never' },
  audit_unavailable: { status: 503, fault: 'host', keeps: 'always', retry: 'soon' },
  internal: { status: 500, fault: 'host', keeps: 'always', retry: 'never' },
  network: { status: 0, fault: 'network', keeps: 'always', retry: 'soon' },
  unreadable_answer: { status: 0, fault: 'network', keeps: 'always', retry: 'never' },
} as const satisfies Record<ProblemCode, ProblemFacts>

export const problemCodes = Object.keys(problemFacts) as ProblemCode[]

export interface ProblemDetails {
  readonly code: ProblemCode
  /** In the host's words. */
  readonly message: string
  /** Set where it is not the code's usual status: a proxy or the recorder sent another, or several fit the code. */
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  /** In a 400 from the API: 0 for filtering, 1 for paging. */
  readonly reason?: Reason | undefined
  /** The filter that a 400 is about, where that is known. */
  readonly filter?: FilterName | undefined
  /** The wait that the host asks for, in milliseconds. */
  readonly retryAfterMs?: number | undefined
}

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: ProblemCode
  readonly requestId: string | undefined
  readonly reason: Reason | undefined
  readonly filter: FilterName | undefined
  readonly retryAfterMs: number | undefined

  constructor(details: ProblemDetails, options?: ErrorOptions) {
    super(details.message, options)
    this.status = details.status ?? problemFacts[details.code].status
    this.code = details.code
    this.requestId = details.requestId
    this.reason = details.reason
    this.filter = details.filter
    this.retryAfterMs = details.retryAfterMs
  }
}

/** Whether the error says that the session has ended, so that a new sign-in is needed. */
export const isSignedOut = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'signed_out'

const refusals = ['wrong_credentials', 'refused_by_recorder'] as const satisfies readonly ProblemCode[]
/** Whether a typed password was refused, by the host or by its recorder. */
export const isRefusal = (code: ProblemCode): boolean => refusals.some((refusal) => refusal === code)

/** Wraps any other error as `internal`, because it is a bug in this program. */
export const asProblem = (error: Error): Problem =>
  error instanceof Problem
    ? error
    : new Problem({ code: 'internal', message: String(error) }, { cause: error })

/** The code for a status without one, as proxies send it. Their 502 means that they did not reach the host. */
const codeOfStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid_request',
  401: 'signed_out',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  416: 'range_not_satisfiable',
  429: 'too_many_searches',
  502: 'not_ready',
  503: 'not_ready',
  504: 'recorder_down',
}

/**
 * Writes the body of an error answer. The API's own 400 is `{ reason, message }`, and the host adds the `filter`
 * where it knows it. Every other body is `{ code, message, requestId }`.
 */
export function writeProblem(problem: Problem, requestId?: string): Record<string, unknown> {
  const { code, message, reason, filter } = problem
  return reason === undefined ? { code, message, requestId } : { reason, message, filter }
}

/**
 * Reads an error answer from any server. A proxy's HTML page gives a problem with the status alone.
 * @param body the parsed JSON, or anything else if the answer was not JSON.
 * @param retryAfter the header of that name; a date in it is ignored.
 */
export function readProblem(status: number, body: unknown, retryAfter: string | null): Problem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const reason = status === 400 && (fields.reason === 0 || fields.reason === 1) ? fields.reason : undefined
  const named = problemCodes.find((code) => code === fields.code)
  const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined
  return new Problem({
    status,
    code: reason !== undefined ? 'invalid_query' : (named ?? codeOfStatus[status] ?? 'internal'),
    message: typeof fields.message === 'string' ? fields.message : `The server answered ${status}.`,
    requestId: typeof fields.requestId === 'string' ? fields.requestId : undefined,
    reason,
    filter: reason === 0 ? filterNames.find((name) => name === fields.filter) : undefined,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
  })
}
