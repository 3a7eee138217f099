/** What the routes need to know about a request that fastify does not tell as we need it. */
import type { FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'

/** The path as it was sent: nothing in it is decoded. */
export function rawPath(request: FastifyRequest): string {
  return request.raw.url?.split('?', 1)[0] ?? '/'
}

/** The query as it was sent, without the `?`. The contract says how to read a raw `+` and `;`, fastify reads them differently. */
export function rawQuery(request: FastifyRequest): string {
  const url = request.raw.url ?? ''
  const mark = url.indexOf('?')
  return mark < 0 ? '' : url.slice(mark + 1)
}

/** No bytes, as a stream: fastify writes `Content-Length: 0` over the true length of a HEAD that sends nothing at all. */
export const nothing = (): Readable => Readable.from([])
