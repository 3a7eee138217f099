/** Reads the recorder's answers: by status and type, and within bounds. */
import { onAbort } from '../../platform/aborting.ts'
import { Problem } from '../../../contract/problems.ts'
import { filterNames, MAX_PAGE_SIZE, type FilterName, type Search } from '../../../contract/search.ts'
import { explainFailure, recorderDown, recorderFailed, searchForbidden } from './failures.ts'
import { MAX_JSON_BYTES } from './limits.ts'
import { isWithin, type JsonBounds } from './structure.ts'
import { discard, type WireAnswer } from './wire.ts'

/** Enough for the API's own 400, and too little to be useful for anything else. */
const MAX_ERROR_BYTES = 16_384
const MAX_MESSAGE_LENGTH = 500
const bounds: JsonBounds = {
  /** Rows, their objects and the fields of those take five. */
  levels: 16,
  /** A row and its 8 fields are 9, so the largest page has 9,000. The rest is for fields of other releases. */
  values: 500 * MAX_PAGE_SIZE,
}

/** @returns the header, or the first of several, or null. */
export function header(headers: WireAnswer['headers'], name: string): string | null {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

export const mediaTypeOf = (answer: WireAnswer): string =>
  (header(answer.headers, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

const isEncoded = (answer: WireAnswer): boolean =>
  !['', 'identity'].includes((header(answer.headers, 'content-encoding') ?? '').toLowerCase())

async function readBytes(answer: WireAnswer, limit: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  const endWait = onAbort(signal, () => void answer.body.destroy(signal.reason as Error))
  try {
    signal.throwIfAborted()
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limit) throw recorderFailed(`sent more than ${Math.floor(limit / 1024)} KB`)
      chunks.push(chunk)
    }
  } catch (error) {
    discard(answer)
    signal.throwIfAborted()
    throw explainFailure(error)
  } finally {
    endWait()
  }
  return Buffer.concat(chunks, size)
}

function parse(bytes: Buffer): unknown {
  // Before it is parsed: 25 MB of small values would take 500 MB, and writing many levels later would fail.
  if (!isWithin(bytes, bounds))
    throw recorderFailed('answered with more values or levels than recordings have')
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw recorderFailed('answered something that is not JSON')
  }
}

/** @throws Problem `recorder_failed` for another type, too many bytes, or bytes that cannot be parsed. */
export async function readJson(
  answer: WireAnswer,
  signal: AbortSignal,
  limit = MAX_JSON_BYTES,
): Promise<unknown> {
  const type = mediaTypeOf(answer)
  if (!/^(application|text)\/([\w.-]+\+)?json$/.test(type) || isEncoded(answer)) {
    discard(answer)
    throw recorderFailed(`answered ${isEncoded(answer) ? 'compressed bytes' : type || 'no type'}, not JSON`)
  }
  return parse(await readBytes(answer, limit, signal))
}

/**
 * The filter that a refusal is about: the one that it names, or the only one of the search. The vendor's message is
 * prose and is not searched for names.
 */
function refusedFilter(named: unknown, search: Search): FilterName | undefined {
  const asked = filterNames.filter((name) => search[name] !== undefined)
  return asked.find((name) => name === named) ?? (asked.length === 1 ? asked[0] : undefined)
}

/** Passes the API's own 400 on. Its message is the vendor's and is shown as text. */
async function invalidQuery(answer: WireAnswer, signal: AbortSignal, search: Search): Promise<Problem> {
  const body = await readJson(answer, signal, MAX_ERROR_BYTES)
  const { reason, message, filter } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >
  if ((reason !== 0 && reason !== 1) || typeof message !== 'string') {
    return recorderFailed('refused the search without the reason that its API promises')
  }
  return new Problem({
    code: 'invalid_query',
    reason,
    filter: reason === 0 ? refusedFilter(filter, search) : undefined,
    message: message.slice(0, MAX_MESSAGE_LENGTH),
  })
}

function busy(answer: WireAnswer): Problem {
  const seconds = header(answer.headers, 'retry-after') ?? ''
  return new Problem({
    code: 'too_many_searches',
    message: 'The recorder has too much to do. Try again in a moment.',
    retryAfterMs: /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : 1000,
  })
}

/**
 * The meaning of an answer other than 200. The caller has not read its body; here it is read or let go.
 * @param search the filters, if it was a search.
 */
export async function problemOf(
  answer: WireAnswer,
  signal: AbortSignal,
  search: Search = {},
): Promise<Problem> {
  const { statusCode } = answer
  if (statusCode === 400) return invalidQuery(answer, signal, search)
  discard(answer)
  if (statusCode === 403) return searchForbidden()
  if (statusCode === 429) return busy(answer)
  if (statusCode === 504) return recorderDown()
  if (statusCode === 404) return recorderFailed('has no Recordings API at RECORDER_URL')
  if (statusCode >= 300 && statusCode < 400)
    return recorderFailed('redirects, which is not followed: check RECORDER_URL')
  return recorderFailed(
    `answered ${statusCode}`,
    statusCode === 500 || statusCode === 503 ? statusCode : undefined,
  )
}
