/** The one error of the program: the host writes it as JSON, the transport reads it and throws it. */
import type { Reason } from './search.ts'

/** What went wrong, for programs. The browser adds `network` and `unreadable_answer`. */
export const problemCodes = [
  'invalid_query',
  'invalid_request',
  'signed_out',
  'wrong_credentials',
  'refused_by_recorder',
  'cross_origin',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'too_many_attempts',
  'too_many_searches',
  'too_large',
  'range_not_satisfiable',
  'not_ready',
  'busy',
  'storage_failed',
  'wrong_host',
  'weak_password',
  'recorder_down',
  'recorder_failed',
  'recorder_mismatch',
  'recorder_untrusted',
  'search_timeout',
  'audit_unavailable',
  'internal',
  'network',
  'unreadable_answer',
] as const
export type ProblemCode = (typeof problemCodes)[number]

export interface ProblemDetails {
  /** HTTP status; 0 where no answer came. */
  readonly status: number
  readonly code: ProblemCode
  readonly message: string
  readonly requestId?: string | undefined
  /** Of a 400 from the API: 0 filtering, 1 paging. */
  readonly reason?: Reason | undefined
  /** How long the host asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
}

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: ProblemCode
  readonly requestId: string | undefined
  readonly reason: Reason | undefined
  readonly retryAfterMs: number | undefined

  constructor(details: ProblemDetails, options?: ErrorOptions) {
    super(details.message, options)
    this.status = details.status
    this.code = details.code
    this.requestId = details.requestId
    this.reason = details.reason
    this.retryAfterMs = details.retryAfterMs
  }
}

const codeOfStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid_request',
  401: 'signed_out',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  416: 'range_not_satisfiable',
  429: 'too_many_searches',
  503: 'not_ready',
  504: 'recorder_down',
}

/**
 * The body of an error answer: the API's own 400 is `{ reason, message }`, everything else
 * `{ code, message, requestId }`.
 */
export function writeProblem(problem: ProblemDetails): Record<string, unknown> {
  if (problem.reason !== undefined) return { reason: problem.reason, message: problem.message }
  return { code: problem.code, message: problem.message, requestId: problem.requestId }
}

/**
 * Reads an error answer, whoever wrote it: a proxy's HTML page gives a problem with the status alone.
 * @param body the parsed JSON, or anything else where it was none.
 */
export function readProblem(status: number, body: unknown, retryAfter: string | null): Problem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const reason = status === 400 && (fields.reason === 0 || fields.reason === 1) ? fields.reason : undefined
  const told = problemCodes.find((code) => code === fields.code)
  const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined
  return new Problem({
    status,
    code: reason !== undefined ? 'invalid_query' : (told ?? codeOfStatus[status] ?? 'internal'),
    message: typeof fields.message === 'string' ? fields.message : `The server answered ${status}.`,
    requestId: typeof fields.requestId === 'string' ? fields.requestId : undefined,
    reason,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
  })
}
