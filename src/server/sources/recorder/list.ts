/** One page of the recorder's list, asked under the recorder's own names and checked before it is believed. */
import { RECORDINGS } from '../../../contract/endpoints.ts'
import { writeApiQuery, type FilterName, type Paging, type Search } from '../../../contract/search.ts'
import type { Page } from '../source.ts'
import { problemOf, readJson } from './answers.ts'
import type { RecorderClient } from './connection.ts'
import { recorderFailed, recorderMismatch } from './failures.ts'
import { mismatch } from './matches.ts'
import { knownRow } from './known-fields.ts'

export type NameOf = (name: FilterName) => string

/** An unchecked page. It must not be shown. */
export interface Unchecked {
  readonly totalCount: number
  readonly rows: readonly unknown[]
}

function readPage(json: unknown): Unchecked {
  const { totalCount, recordings } = (typeof json === 'object' && json !== null ? json : {}) as Record<
    string,
    unknown
  >
  if (typeof totalCount === 'number' && Number.isSafeInteger(totalCount) && totalCount >= 0) {
    if (Array.isArray(recordings)) return { totalCount, rows: recordings }
  }
  throw recorderFailed('answered JSON that is no list of recordings')
}

/**
 * A recorder that ignores or cuts the page's size counts pages differently, so every page would be the wrong one. A
 * short last page does not show that, because the total may just have changed.
 */
function checkSize({ totalCount, rows }: Unchecked, { page, pageSize }: Paging): void {
  const due = Math.min(pageSize, Math.max(0, totalCount - page * pageSize))
  const isShort = due === pageSize && rows.length < pageSize
  if (rows.length > pageSize || isShort) {
    throw recorderMismatch(`${rows.length} instead of ${due} on this page`)
  }
}

export interface RecorderPageQuery {
  readonly search: Search
  readonly paging: Paging
  readonly nameOf: NameOf
  /** Whether the password has just been typed. */
  readonly isSignIn?: boolean
  /** False for a sign-in from a place where this user has never signed in. */
  readonly isKnown?: boolean
  readonly onUnanswered?: (() => void) | undefined
}

/** Asks for one page and reads it, without looking into the rows. */
export async function askPage(
  client: RecorderClient,
  query: RecorderPageQuery,
  signal: AbortSignal,
): Promise<Unchecked> {
  const { search, paging, nameOf, isSignIn = false, isKnown = true, onUnanswered } = query
  const path = `${RECORDINGS}?${writeApiQuery(search, paging, nameOf)}`
  return client.inTime(signal, async (limited) => {
    const call = { lane: 'data', path, accept: 'application/json', isSignIn, isKnown, onUnanswered } as const
    const answer = await client.ask(call, limited)
    if (answer.statusCode !== 200) throw await problemOf(answer, limited, search)
    return readPage(await readJson(answer, limited))
  })
}

/**
 * Checks the number of rows before it looks at any of them.
 * @returns the page with the known fields of its rows.
 * @throws Problem 502 `recorder_mismatch` if the rows cannot be an answer to the search.
 */
export function checkPage(page: Unchecked, search: Search, paging: Paging): Page {
  checkSize(page, paging)
  const { totalCount, rows } = page
  const wrong = mismatch(rows, search)
  if (wrong) throw recorderMismatch(`the filter ${wrong} seems to be ignored`)
  return { totalCount, recordings: rows.map(knownRow) }
}
