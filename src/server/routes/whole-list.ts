/** Every match, in one answer of any length. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import type { Paging } from '../../contract/search.ts'
import { nothing } from '../http/requests.ts'
import type { WholeList } from '../sources/source.ts'

/** Picks the rows of one page from a stream. */
async function* slice(rows: AsyncIterable<unknown> | Iterable<unknown>, paging: Paging | null) {
  const from = paging ? paging.page * paging.pageSize : 0
  const to = paging ? from + paging.pageSize : Number.POSITIVE_INFINITY
  let index = 0
  for await (const row of rows) {
    if (index >= from) yield row
    index += 1
    if (index >= to) return
  }
}

/** Characters per chunk of a list, few enough for a slow reader to take them before it is cut off. */
const CHUNK_LENGTH = 16_384
/** Bytes of a list that may wait for the reader before the host reads more from the source. */
const AHEAD_BYTES = 262_144

/**
 * Writes a list or a page of it as a stream, so that its length does not matter to the host's memory.
 * @param paging the page, or null for everything.
 */
export async function* writeRows(
  { totalCount, recordings }: WholeList,
  paging: Paging | null,
): AsyncGenerator<string> {
  const pastTheEnd = paging !== null && paging.page * paging.pageSize >= totalCount
  const rows = slice(pastTheEnd ? [] : recordings, paging)
  let chunk = `{"totalCount":${totalCount},"recordings":[`
  let count = 0
  for await (const row of rows) {
    chunk += count === 0 ? JSON.stringify(row) : `,${JSON.stringify(row)}`
    count += 1
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  yield `${chunk}]}`
}

/** Sends the text as fast as the client reads it. */
export function sendWholeList(
  request: FastifyRequest,
  reply: FastifyReply,
  text: AsyncIterable<string>,
): Readable {
  reply.type('application/json; charset=utf-8')
  if (request.method === 'HEAD') return nothing()
  return Readable.from(text, { objectMode: false, highWaterMark: AHEAD_BYTES })
}
