/** Proves that a request comes from this host's own pages, by headers that a page's scripts cannot forge. */
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../contract/problems.ts'

function crossOrigin(): Problem {
  return new Problem({
    code: 'cross_origin',
    message: 'This is answered to the dashboard’s own pages only. Open the dashboard itself.',
  })
}

/**
 * For requests that change something: `Sec-Fetch-Site: same-origin` or, from a browser too old for it, our own
 * `Origin`.
 * @throws Problem 403 `cross_origin`.
 */
export function requireSameOrigin(request: FastifyRequest): void {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const own = site === undefined ? origin === `${request.protocol}://${request.host}` : site === 'same-origin'
  if (!own) throw crossOrigin()
}

/**
 * For requests that only read: a page of another site must not use this user's cookie or password for them. A script
 * sends no such header, and an address typed by hand sends `none`.
 * @throws Problem 403 `cross_origin`.
 */
export function requireNoStranger(request: FastifyRequest): void {
  const carriesCredentials = Boolean(request.headers.cookie ?? request.headers.authorization)
  const site = request.headers['sec-fetch-site'] ?? 'none'
  if (carriesCredentials && site !== 'same-origin' && site !== 'none') throw crossOrigin()
}
