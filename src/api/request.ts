/** The browser's only access to the server, with one fetch and one error type. */
import { mediaEndpoint, SEARCH_PURPOSE_HEADER, type SearchPurpose } from '../contract/endpoints.ts'
import { Problem, readProblem } from '../contract/problems.ts'
import { writeRange } from '../contract/ranges.ts'

export interface RequestOptions {
  readonly signal?: AbortSignal
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: unknown
  /** The reason for a list request that is not a new search by the user. */
  readonly purpose?: SearchPurpose | undefined
  /** The value of the `Range` header. */
  readonly range?: string
  /** The value of the `Accept` header, by default JSON. */
  readonly accept?: string
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const { signal, body, purpose, range, accept = 'application/json' } = options
  const headers: Record<string, string> = { Accept: accept }
  const init: RequestInit = { headers, credentials: 'same-origin', signal: signal ?? null }
  if (purpose !== undefined) headers[SEARCH_PURPOSE_HEADER] = purpose
  if (range !== undefined) headers.Range = range
  if (body !== undefined) {
    init.method = 'POST'
    init.body = JSON.stringify(body)
    headers['Content-Type'] = 'application/json'
  }
  try {
    return await fetch(path, init)
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new Problem({ code: 'network', message: 'The server could not be reached.' }, { cause })
  }
}

/**
 * Finds out why a player got no audio. Browsers do not report the reason, so this requests a single byte.
 * @returns null if the audio is available again.
 */
export async function whyNoAudio(id: string, signal: AbortSignal): Promise<Problem | null> {
  const response = await send(mediaEndpoint(id), { signal, range: writeRange({ start: 0, end: 0 }) })
  if (response.ok) {
    await response.body?.cancel()
    return null
  }
  return readProblem(response.status, await readJson(response), response.headers.get('Retry-After'))
}

/** Whether the host has another release than this page: the document at that address names other scripts. */
export async function isReplaced(address: string): Promise<boolean> {
  const answer = await send(address, { accept: 'text/html' })
  if (!answer.ok) return false
  const now = await answer.text()
  // Extensions of the browser may add scripts of their own.
  const own = document.querySelectorAll('script[src^="/"]')
  return [...own].some((script) => !now.includes(script.getAttribute('src') ?? ''))
}

/**
 * Sends a request to the host and reads the JSON answer.
 * @param read gives the value of the JSON, or null where it is not what was expected.
 * @throws Problem for every error answer, for no answer (`network`), and for an answer that cannot be read.
 */
export async function request<T>(
  path: string,
  read: (json: unknown) => T | null,
  ask: RequestOptions = {},
): Promise<T> {
  const response = await send(path, ask)
  const json = response.status === 204 ? null : await readJson(response)
  if (ask.signal?.aborted) throw ask.signal.reason
  if (!response.ok) throw readProblem(response.status, json, response.headers.get('Retry-After'))
  const result = read(json)
  if (result !== null) return result
  throw new Problem({
    status: response.status,
    code: 'unreadable_answer',
    message: 'The answer could not be read.',
  })
}
