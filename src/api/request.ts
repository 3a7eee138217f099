/** The browser's only door to the server: one fetch, one error type. */
import { mediaEndpoint, SEARCH_PURPOSE_HEADER, type SearchPurpose } from '../contract/endpoints.ts'
import { Problem, readProblem } from '../contract/problems.ts'

export interface RequestOptions {
  readonly signal?: AbortSignal
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: unknown
  /** Why a list is asked for, where the user did not ask for that list itself. */
  readonly purpose?: SearchPurpose | undefined
  /** Which bytes, as the header `Range` says it. */
  readonly range?: string
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

async function send(path: string, { signal, body, purpose, range }: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
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
 * Finds out why a player got no audio, which browsers do not tell: asks again, for a single byte.
 * @returns null where nothing is wrong with it any more.
 */
export async function whyNoAudio(id: string, signal: AbortSignal): Promise<Problem | null> {
  const response = await send(mediaEndpoint(id), { signal, range: 'bytes=0-0' })
  if (response.ok) {
    await response.body?.cancel()
    return null
  }
  return readProblem(response.status, await readJson(response), response.headers.get('Retry-After'))
}

/**
 * Asks the host and reads its JSON.
 * @param read gives the value that the JSON stands for, or null where it is something else.
 * @throws Problem for every error answer, for no answer (`network`), and for one that cannot be read.
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
