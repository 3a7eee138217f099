/** Facts about a request that the routes need and Fastify does not provide in that form. */
import type { FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'

/** The path as it was sent, not decoded. */
export function rawPath(request: FastifyRequest): string {
  return request.raw.url?.split('?', 1)[0] ?? '/'
}

/** The query as it was sent, without the `?`. Fastify reads a raw `+` and `;` differently from the contract. */
export function rawQuery(request: FastifyRequest): string {
  const url = request.raw.url ?? ''
  const mark = url.indexOf('?')
  return mark < 0 ? '' : url.slice(mark + 1)
}

/** An empty stream. Without a body, Fastify would overwrite the true length of a HEAD with `Content-Length: 0`. */
export const nothing = (): Readable => Readable.from([])
